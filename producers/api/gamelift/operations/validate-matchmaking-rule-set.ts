import { z } from 'zod';
import { loadRuleSet } from '../../../../jobs/rule-set/load.ts';
import { Fault } from '../fault.ts';
import { defineOperation } from '../operation.ts';

/** Throws every problem of a body that is no rule set. */
export function checkRuleSet(body: string): void {
  const loaded = loadRuleSet(body);
  if (loaded.ok) return;
  const problems = loaded.problems.map(({ path, message }) => (path ? `${path}: ${message}` : message));
  throw new Fault('InvalidRequestException', `RuleSetBody: ${problems.join('; ')}`);
}

export const validateMatchmakingRuleSet = defineOperation(
  'ValidateMatchmakingRuleSet',
  'validateRuleSet',
  z.object({ RuleSetBody: z.string().min(1).max(65_535) }),
  async ({ RuleSetBody }) => {
    checkRuleSet(RuleSetBody);
    return { Valid: true };
  },
);
