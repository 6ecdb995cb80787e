import type { Check } from './check.ts';
import { violations } from './naive-checker.ts';

/** Every match satisfies its rule set as of its cycle, by a checker that shares no code with the engine. */
export const ruleSetSatisfied: Check = {
  invariant: 6,
  find({ matches, ruleSets }) {
    const bodies = new Map(ruleSets.map((it) => [`${it.name}@${it.version}`, it.body]));
    return matches.flatMap(({ _id, rule_set: { name, version }, tickets, teams, now, backfill }) => {
      // A match that was given up may be recorded without its tickets.
      if (tickets.length === 0) return [];
      const body = bodies.get(`${name}@${version}`);
      if (body === undefined)
        return [
          { subject: _id, story: `match ${_id} names rule set ${name}@${version}, which is not there` },
        ];
      const members = tickets.map((it) => ({
        ...{ ...it, since: now - it.age },
        ...(it.ticketId === backfill?.ticketId && { backfill: true }),
      }));
      return violations(JSON.parse(body), { tickets: members, teams }, now).map((wrong) => ({
        subject: _id,
        story: `match ${_id}: ${wrong}`,
      }));
    });
  },
};
