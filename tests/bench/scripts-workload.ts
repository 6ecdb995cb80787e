import { startArguments } from '../../jobs/matchmaking/start-call.ts';

/** One call of a script: its name, and its arguments behind the hash tag. */
interface ScriptCall {
  readonly script: string;
  readonly args: readonly (string | number)[];
}

/** Calls of one kind, measured together. */
export interface Step {
  readonly what: string;
  /** Tickets in each. */
  readonly perCall: number;
  readonly calls: readonly ScriptCall[];
}

const start = (ids: readonly string[]): ScriptCall => ({
  script: 'start',
  args: startArguments(
    ids.map((ticketId) => ({
      ...{ ticketId, configuration: 'duel', version: 1, pool: 'duel', timeoutMs: 60_000, unrated: false },
      players: [{ playerId: `p-${ticketId}`, attributes: { skill: { N: 10 } } }],
      actor: { kind: 'service', name: 'bench' },
      callId: `call-${ticketId}`,
    })),
  ),
});

/** Matches of two tickets each, as they were when they entered. */
const commit = (ids: readonly string[]): ScriptCall => ({
  script: 'commit',
  args: [
    'duel',
    50_000,
    10_000,
    ...['', '', ''],
    ...pairs(ids).flatMap(([a, b]) => [
      ...[`m-${a}`, 'job', entry(a, b), entry(a, b), ''],
      ...[2, a, 1, b, 1],
      ...[2, `p-${a}`, '', `p-${b}`, ''],
    ]),
  ],
});

const settle = (ids: readonly string[]): ScriptCall => ({
  script: 'settle',
  args: pairs(ids).flatMap(([a, b]) => [`m-${a}`, 'COMPLETED', '', '', entry(a, b), '', '', 2, a, b]),
});

const entry = (a: string, b: string) =>
  JSON.stringify({
    matchId: `m-${a}`,
    tickets: [a, b].map((ticketId) => ({ ticketId, players: [ticketId] })),
  });

const groups = (ids: readonly string[], size: number): string[][] =>
  Array.from({ length: Math.ceil(ids.length / size) }, (_, at) => ids.slice(at * size, (at + 1) * size));
const pairs = (ids: readonly string[]) => groups(ids, 2) as [string, string][];

/**
 * The life of so many tickets: short scripts, the path of a match one by one, and the same fifty at a time.
 */
export function lifeOf(tickets: number): Step[] {
  const named = (kind: string) => Array.from({ length: tickets }, (_, n) => `${kind}-${n}`);
  const [single, batched, stopped] = [named('one'), named('many'), named('stopped')];
  const path = (ids: readonly string[], perCall: number): Step[] =>
    [start, commit, settle].map((call) => ({
      ...{ what: `${call.name}, ${perCall} tickets`, perCall },
      calls: groups(ids, perCall).map(call),
    }));
  const stop = (what: string): Step => ({
    ...{ what, perCall: 1 },
    calls: stopped.map((id) => ({ script: 'stop', args: [id, ''] })),
  });
  return [
    {
      what: 'place: no such match',
      perCall: 1,
      calls: single.map((id) => ({ script: 'place', args: [id, '{}'] })),
    },
    ...path(single, 2),
    ...path(batched, 50),
    ...path(named('full'), 400),
    { what: 'start, 1 ticket', perCall: 1, calls: stopped.map((id) => start([id])) },
    stop('stop: cancelled'),
    stop('stop: it had ended'),
  ];
}
