import { fileURLToPath } from 'node:url';
import { IgnoreMode } from 'aws-cdk-lib';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
/** All that enters the image. Anything else may change without a deployment. */
const contents = ['package.json', 'package-lock.json', 'jobs', 'producers', 'workers', 'infra/Dockerfile'];

/** One stage of `infra/Dockerfile`, built and pushed by `cdk deploy` under the hash of its contents. */
export const image = (target: 'fleet' | 'xray-daemon' | 'collector'): ContainerImage =>
  ContainerImage.fromAsset(root, {
    file: 'infra/Dockerfile',
    target,
    platform: Platform.LINUX_ARM64,
    ignoreMode: IgnoreMode.DOCKER,
    exclude: ['*', ...contents.map((path) => `!${path}`)],
  });
