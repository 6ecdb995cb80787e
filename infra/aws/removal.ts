import { RemovalPolicy } from 'aws-cdk-lib';
import type { StageSettings } from './settings.ts';

/** What becomes of a resource that holds something when its stack is deleted. */
export const removalPolicy = ({ removal }: StageSettings): RemovalPolicy =>
  removal === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
