import { isDeepStrictEqual } from 'node:util';
import type { Template } from 'aws-cdk-lib/assertions';
import { resources } from './aws-templates.ts';

/** The account a stage is deployed to, which a template leaves open. */
export const account = '123456789012';

/** One container of a task, as CloudFormation gets it. */
interface Container {
  readonly Name: string;
  readonly Command?: readonly string[];
  readonly Environment?: readonly { Name: string; Value: unknown }[];
  readonly Secrets?: readonly { Name: string; ValueFrom: unknown }[];
  readonly StopTimeout?: number;
  readonly User?: string;
  readonly ReadonlyRootFilesystem?: boolean;
  readonly Essential?: boolean;
  readonly HealthCheck?: { readonly Command: readonly string[] };
}

/** The containers of each queue's task, by the queue its worker is told to serve. */
export function tasks(stage: { readonly workers: Template }): Map<string, Container[]> {
  const definitions = Object.values(resources(stage.workers, 'AWS::ECS::TaskDefinition'));
  return new Map(
    definitions.flatMap(({ Properties }) => {
      const containers = Properties['ContainerDefinitions'] as Container[];
      const queue = environmentOf(containers[0])['QUEUES'];
      return queue === undefined ? [] : [[queue, containers] as const];
    }),
  );
}

/** Variables as the process sees them; what only the deployment knows is `resolved`. */
export function environmentOf(container: Container | undefined): Record<string, string> {
  const plain = (container?.Environment ?? []).map(({ Name, Value }) => [
    Name,
    typeof Value === 'string'
      ? Value
      : isDeepStrictEqual(Value, { Ref: 'AWS::AccountId' })
        ? account
        : 'mongodb://resolved:27017/?tls=true',
  ]);
  return Object.fromEntries(plain);
}
