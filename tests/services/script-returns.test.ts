import { expect, test } from 'vitest';
import { openPoolSteps } from '../support/pool-steps.ts';
import { scriptReturns } from '../support/script-returns.ts';

/** The architecture test holds the table to what the scripts' headers say. */
const rows = Object.entries(scriptReturns).flatMap(([script, stories]) =>
  Object.entries(stories).map(([code, story]) => ({ script, code, story })),
);

/** A header's code as a pattern: `<STATUS>` is any status, `<p>` any word, `(empty)` nothing. */
const patternOf = (code: string) =>
  new RegExp(`^${code.replace('(empty)', '').replace('<STATUS>', '[A-Z_]+').replaceAll(/<\w+>/g, '.+')}$`);

test.each(rows)('$script returns $code', async ({ script, code, story }) => {
  await using steps = await openPoolSteps();
  const command = script === 'reserve' ? 'reserveTickets' : `pool:${script}`;
  const call = Reflect.get(steps.redis, command);
  let answer: unknown;
  Reflect.set(steps.redis, command, async (...args: unknown[]) => {
    answer = await Reflect.apply(call, steps.redis, args);
    return answer;
  });

  await story(steps);

  expect([answer].flat(9).map(String)).toContainEqual(expect.stringMatching(patternOf(code)));
});
