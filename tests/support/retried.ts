import type { Reporter, TestModule } from 'vitest/node';

/**
 * Prints, at the end of a run, every test that needed more than one try, with what its first try died of: a
 * test that fails now and then is a race or a deadline that somebody should look at, although the run counts
 * it as passed.
 */
export default class Retried implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const lines = modules.flatMap((module) =>
      [...module.children.allTests()].flatMap((test) => {
        const tries = (test.diagnostic()?.retryCount ?? 0) + 1;
        if (tries === 1) return [];
        const { state, errors } = test.result();
        const [cause = 'no message'] = (errors?.[0]?.message ?? '').split('\n', 1);
        const where = [test.project.name, module.relativeModuleId].filter(Boolean).join(' ');
        return [
          `  ${where} > ${test.fullName}`,
          `    ${state} after ${tries} tries; first: ${cause.slice(0, 200)}`,
        ];
      }),
    );
    if (lines.length > 0) console.log(`Retried tests (${lines.length / 2}):\n${lines.join('\n')}\n`);
  }
}
