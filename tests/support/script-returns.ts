import { noId } from '../../jobs/chain.ts';
import { backfillReturns, placeBackfill } from './backfill-returns.ts';
import { aConfiguration, aTicket } from './builders.ts';
import { commandReturns } from './command-returns.ts';
import { setPaused } from './office.ts';
import type { Steps, Story } from './story.ts';

const answerMs = 30_000;

/** Two tickets searching, and the match of both committed, or proposed. */
const commit = async (steps: Steps, acceptMs?: number) => {
  await steps.search('a', 'b');
  const wanted = await steps.commitOf('m', 'a', 'b');
  await steps.pool.matches.commit('duel', [wanted], acceptMs);
  return wanted;
};
const accept = ({ pool }: Steps, ticketId: string, playerId = ticketId, matchId = 'm') =>
  pool.tickets.accept({ ticketId, matchId, acceptance: 'ACCEPT', playerIds: [playerId] });

const settle = async ({ pool }: Steps, { match }: Awaited<ReturnType<typeof commit>>) =>
  pool.matches.settle([{ match, status: 'COMPLETED', reason: '', message: '' }]);
const refuse = ({ pool }: Steps, ticketId: string, revision = 1) =>
  pool.tickets.refuse([{ ticketId, revision, reason: 'InvalidTicket', message: 'players: none' }]);
/** The ticket `a`, which waits for ratings, gets them from a worker that saw this revision. */
const rate = async ({ start, pool }: Steps, revision: number) => {
  const unrated = { ...aTicket('a'), unrated: true };
  await start(unrated);
  await pool.tickets.rate([{ ticketId: 'a', revision, players: unrated.players }]);
};
const rest = async ({ pool }: Steps, position: string) =>
  pool.mirror.rest('duel', { position, configuration: 'duel', version: 1 }, undefined);

/** Another server has taken over, and has not been compared yet. */
const takeOver = ({ redis, key }: Steps) => redis.set(key('compared'), 'another');
const endAgain = ({ pool }: Steps, sequence: number) =>
  pool.comparing.endAgain([
    { ticketId: 'a', sequence, call: '', status: 'CANCELLED', reason: 'Cancelled', message: 'stopped' },
  ]);

const follow = ({ pool }: Steps, holder: string) => pool.events.follow('events', 'f', holder, 'oldest');

/**
 * Every code that a script's header says it returns, with how it comes to that; by the reason that follows,
 * where one does.
 */
export const scriptReturns: Readonly<
  Record<string, Readonly<Record<string, Story | Readonly<Record<string, Story>>>>>
> = {
  accept: {
    recorded: async (steps) => {
      await commit(steps, answerMs);
      await accept(steps, 'a');
    },
    decided: async (steps) => {
      await commit(steps, answerMs);
      await accept(steps, 'a');
      await accept(steps, 'b');
    },
    rejected: async (steps) => {
      await commit(steps, answerMs);
      await steps.pool.tickets.accept({
        ticketId: 'a',
        matchId: 'm',
        acceptance: 'REJECT',
        playerIds: ['a'],
      });
    },
    late: async (steps) => {
      await commit(steps, 0);
      await accept(steps, 'a');
    },
    missing: (steps) => accept(steps, 'ghost'),
    'not-proposed': {
      SEARCHING: async (steps) => {
        await steps.search('a');
        await accept(steps, 'a');
      },
      'other-match': async (steps) => {
        await commit(steps, answerMs);
        await accept(steps, 'a', 'a', 'older');
      },
      backfill: async (steps) => {
        await placeBackfill(steps, answerMs);
        await accept(steps, 'f', 'p');
      },
    },
    stranger: async (steps) => {
      await commit(steps, answerMs);
      await accept(steps, 'a', 'b');
    },
  },
  advance: {
    1: async (steps) => {
      await follow(steps, 'me');
      await steps.pool.events.advance('events', 'f', 'me', { from: noId, to: noId });
    },
    0: async (steps) => {
      await follow(steps, 'me');
      await steps.pool.events.advance('events', 'f', 'you', { from: noId, to: noId });
    },
  },
  'begin-cycle': {
    '(empty)': ({ pool }) => pool.mirror.beginCycle('duel', 60_000),
    '<ms>': async ({ pool }) => {
      await pool.mirror.beginCycle('duel', 60_000);
      await pool.mirror.beginCycle('duel', 60_000);
    },
  },
  'begin-following': {
    1: ({ pool }) => pool.events.beginFollowing('events', 'f'),
    0: async (steps) => {
      await follow(steps, 'me');
      await steps.pool.events.beginFollowing('events', 'f');
    },
  },
  commit: {
    1: (steps) => commit(steps),
    2: async (steps) => {
      await steps.pool.matches.commit('duel', [await commit(steps)]);
    },
    0: async (steps) => {
      await steps.search('a', 'b');
      const stale = await steps.commitOf('m', 'a', 'b');
      await steps.pool.tickets.stop('a');
      await steps.pool.matches.commit('duel', [stale]);
    },
    '-1': async (steps) => {
      const full = Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`m${n}`, '{}']));
      await steps.redis.hset(steps.key('outbox'), full);
      await commit(steps);
    },
    '-2': async (steps) => {
      await setPaused(steps.pool, 'duel', true);
      await commit(steps);
    },
    '-3': async (steps) => {
      await takeOver(steps);
      await commit(steps);
    },
  },
  compared: {
    1: async (steps) => {
      await takeOver(steps);
      await steps.pool.comparing.compared((await steps.pool.comparing.uncompared())?.history ?? '');
    },
    0: ({ pool }) => pool.comparing.compared('another'),
  },
  'end-again': {
    1: async (steps) => {
      await steps.search('a');
      await endAgain(steps, 1);
    },
    0: async (steps) => {
      await steps.search('a');
      await endAgain(steps, 99);
    },
  },
  install: {
    1: ({ pool }) => pool.settings.install(aConfiguration(2)),
    0: ({ pool }) => pool.settings.install(aConfiguration(1)),
  },
  ...backfillReturns,
  ...commandReturns,
  move: {
    1: async (steps) => {
      await steps.search('a');
      await steps.pool.tickets.move('duel', [{ ticketId: 'a', pool: 'duel/x' }]);
    },
    0: ({ pool }) => pool.tickets.move('duel', [{ ticketId: 'ghost', pool: 'duel/x' }]),
  },
  place: {
    '<outcome>': async (steps) => {
      await commit(steps);
      await steps.pool.matches.place('m', { kind: 'failed', message: 'none' });
    },
    '(empty)': ({ pool }) => pool.matches.place('ghost', { kind: 'failed', message: 'none' }),
  },
  refuse: {
    FAILED: async (steps) => {
      await steps.search('a');
      await refuse(steps, 'a');
    },
    changed: async (steps) => {
      await steps.search('a');
      await refuse(steps, 'a', 0);
    },
    '<STATUS>': async (steps) => {
      await commit(steps);
      await refuse(steps, 'a');
    },
    missing: (steps) => refuse(steps, 'ghost'),
  },
  'put-back': {
    1: async (steps) => {
      await steps.search('a', 'b');
      await steps.pool.comparing.putBack((await steps.commitOf('m', 'a', 'b')).match, []);
    },
    0: async (steps) => {
      await steps.pool.comparing.putBack((await commit(steps)).match, []);
    },
  },
  rate: {
    1: (steps) => rate(steps, 1),
    0: (steps) => rate(steps, 0),
  },
  start: {
    searching: (steps) => steps.search('a'),
    'taken:<STATUS>': async ({ start }) => {
      await start(aTicket('a'));
      await start(aTicket('a'));
    },
    'behind:<lag>': async ({ redis, key, start }) => {
      await redis.set(key('behind:duel'), `31000 ${Number.MAX_SAFE_INTEGER}`);
      await start(aTicket('a'));
    },
    'unknown-configuration': ({ start }) => start({ ...aTicket('a'), configuration: 'chess' }),
    outdated: ({ start }) => start({ ...aTicket('a'), version: 2 }),
    'placing:<player>': async (steps) => {
      await commit(steps);
      await steps.start(aTicket('late', ['a']));
    },
    uncompared: async (steps) => {
      await steps.search('a');
      await takeOver(steps);
      await steps.start(aTicket('late', ['a']));
    },
  },
  rest: {
    1: async (steps) => {
      await steps.search('a');
      await rest(steps, (await steps.pool.mirror.readPool('duel', 0, 1)).latest);
    },
    0: async (steps) => {
      await steps.search('a');
      await rest(steps, noId);
    },
  },
  follow: {
    held: (steps) => follow(steps, 'me'),
    busy: async (steps) => {
      await follow(steps, 'me');
      await follow(steps, 'you');
    },
  },
  release: {
    1: async (steps) => {
      await follow(steps, 'me');
      await steps.pool.events.release('f', 'me', 'well');
    },
    0: (steps) => steps.pool.events.release('f', 'me', 'well'),
  },
  settle: {
    1: async (steps) => settle(steps, await commit(steps)),
    0: async (steps) => {
      const committed = await commit(steps);
      await settle(steps, committed);
      await settle(steps, committed);
    },
  },
  stop: {
    missing: ({ pool }) => pool.tickets.stop('ghost'),
    stranger: async (steps) => {
      await steps.search('a');
      await steps.pool.tickets.stop('a', 'b');
    },
    '<STATUS>': async (steps) => {
      await commit(steps);
      await steps.pool.tickets.stop('a');
    },
  },
  uncompared: {
    '(empty)': ({ pool }) => pool.comparing.uncompared(),
    '<history>': async (steps) => {
      await takeOver(steps);
      await steps.pool.comparing.uncompared();
    },
  },
};
