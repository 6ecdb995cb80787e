import { expect, test } from 'vitest';
import { openPoolSteps } from '../support/pool-steps.ts';
import { scriptReturns } from '../support/script-returns.ts';

/** The architecture test holds the table to what the scripts' headers say. */
const rows = Object.entries(scriptReturns).flatMap(([script, stories]) =>
  Object.entries(stories).flatMap(([code, story]) =>
    typeof story === 'function'
      ? [{ script, code, why: '', story }]
      : Object.entries(story).map(([why, each]) => ({ script, code, why, story: each })),
  ),
);

/** What a header's codes leave open, as the stories have it: their first player is `a`. */
const open: Readonly<Record<string, string>> = {
  '(empty)': '',
  '<ms>': '\\d{13}',
  '<lag>': '31000',
  '<history>': '[0-9a-f]{40}',
  '<verdict>': '{"kind":"withdrawn"}',
  '<STATUS>': '(SEARCHING|REQUIRES_ACCEPTANCE|PLACING|COMPLETED|FAILED|CANCELLED|TIMED_OUT)',
  '<player>': 'a',
  '<match>': 'next',
  '<ticket>': 'f',
  '<outcome>': '{"kind":"failed","message":"none"}',
};
const patternOf = (code: string) =>
  new RegExp(`^${code.replace(/\(empty\)|<\w+>/, (part) => open[part] ?? `no pattern for ${part}`)}$`);

test.each(rows)('$script returns $code $why', async ({ script, code, why, story }) => {
  await using steps = await openPoolSteps();
  const command = `script:${script}`;
  const call = Reflect.get(steps.redis, command);
  let answer: unknown;
  Reflect.set(steps.redis, command, async (...args: unknown[]) => {
    answer = await Reflect.apply(call, steps.redis, args);
    return answer;
  });

  await story(steps);

  // A start says first which pools to wake.
  const said = (script === 'start' ? [(answer as unknown[])[1]] : [answer]).flat(9).map(String);
  // A commit says the time first.
  if (script === 'commit') said.shift();
  expect(said[0]).toMatch(patternOf(code));
  if (why) expect(said[1]).toBe(why);
});
