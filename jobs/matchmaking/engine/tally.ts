import type { Pass } from './match.ts';

/**
 * How often each rule passed and failed, by rule index; and the steps spent. A step is one ticket tried on
 * one team.
 */
export class Tally {
  readonly passed: number[];
  readonly failed: number[];
  steps = 0;

  constructor(rules: number) {
    this.passed = Array.from({ length: rules }, () => 0);
    this.failed = Array.from({ length: rules }, () => 0);
  }

  evaluations(ruleNames: readonly string[]): Pass['ruleEvaluations'] {
    return ruleNames.map((ruleName, rule) => ({
      ruleName,
      passedCount: this.passed[rule] ?? 0,
      failedCount: this.failed[rule] ?? 0,
    }));
  }
}
