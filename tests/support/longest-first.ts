import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that take more than half a minute on two cores, longest first. One that starts last is waited for by
 * itself. The order of files alone: a name that no file has is harmless.
 */
const longest = [
  ...['fleet/faults', 'fleet/api-clients', 'fleet/cli-truth', 'fleet/demo', 'fleet/queue-length'],
  ...['fleet/client-package', 'fleet/console', 'fleet/kill', 'fleet/shutdown', 'fleet/take-over'],
  ...['fleet/redelivery', 'fleet/tls', 'fleet/api-process', 'fleet/connecting', 'fleet/api-connections'],
  ...['services/crash-points', 'services/upkeep-crash-points', 'services/lifecycle-crash-points'],
  ...['services/apply-commands', 'services/operators-commands', 'services/stored-jobs'],
  'unit/aws-gates',
];

/** Starts the long files first, and the others as Vitest does, which knows no durations on a fresh clone. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => {
      const [project, other] = [a.project.config.sequence.groupOrder, b.project.config.sequence.groupOrder];
      return project - other || rankOf(a) - rankOf(b);
    });
  }
}

function rankOf({ moduleId }: TestSpecification): number {
  const rank = longest.findIndex((name) => moduleId.endsWith(`/tests/${name}.test.ts`));
  return rank < 0 ? longest.length : rank;
}
