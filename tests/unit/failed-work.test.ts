import { describe, expect, test } from 'vitest';
import { type FailedJob, failedWork, groupFailed } from '../../jobs/failed-work.ts';

const job = (more: Partial<FailedJob>) =>
  failedWork({
    id: '1',
    kind: 'start-match',
    data: { items: [{ matchId: 'm-1' }] },
    reason: 'the store stumbled',
    at: 1,
    attemptsMade: 10,
    attempts: 10,
    ...more,
  });

describe('whether a retry of a failed job can help', () => {
  test.each([
    ['out of attempts', {}, 'helps'],
    ['refused at its first attempt', { attemptsMade: 1 }, 'refused'],
    ['a refused item of a batch', { id: '7-item-3', attemptsMade: 1, attempts: 1 }, 'refused'],
    ['upkeep, which the clock does again', { kind: 'sweep', attemptsMade: 1, attempts: 1 }, 'needless'],
    ["an operator's command", { kind: 'put-configuration' }, 'command'],
  ])('%s', (_what, more, retry) => {
    expect(job(more).retry).toBe(retry);
  });
});

test.each([
  [{ items: [{ matchId: 'm-1' }] }, 'match m-1'],
  [{ items: [{ ticketId: 't-1', configuration: 'duel' }, {}, {}] }, 'ticket t-1 and 2 more'],
  [{ items: [{ sessionId: 's', playerId: 'p' }] }, 'session s'],
  [{ items: [{ name: 'duel', body: '{}' }] }, 'name duel'],
  [{ items: [{}] }, ''],
  ['nonsense', ''],
])('what %j is about', (data, subject) => {
  expect(job({ data }).subject).toBe(subject);
});

test('jobs that failed alike are one group, whatever their names and numbers; the group with the newest job is first', () => {
  const groups = groupFailed([
    job({ id: '1', at: 1, reason: 'ticket "a" was used 3 times' }),
    job({ id: '2', at: 5, reason: 'no room' }),
    job({ id: '3', at: 3, reason: 'ticket "b" was used 40 times' }),
    job({ id: '4', at: 4, reason: 'ticket "c" was used 5 times', attemptsMade: 1 }),
  ]);

  expect(groups.map((it) => [it.reason, it.jobs.map(({ id }) => id)])).toEqual([
    ['no room', ['2']],
    ['ticket "c" was used 5 times', ['4']],
    ['ticket "…" was used … times', ['3', '1']],
  ]);
  expect(new Set(groups.map((it) => it.group)).size).toBe(3);
});
