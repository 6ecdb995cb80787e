import { aBackfill } from './builders.ts';
import type { openPoolSteps } from './pool-steps.ts';
import type { Story } from './script-returns.ts';

type Steps = Awaited<ReturnType<typeof openPoolSteps>>;

/** A player of the match `running`, and backfill tickets that ask for company for them. */
const onTeam = { playerId: 'p', attributes: {}, team: 'side_1' };
const reserveBackfill = ({ tickets }: Steps, ticketId: string) =>
  tickets.reserve('job', aBackfill(ticketId, [onTeam]));
const enterBackfill = ({ pool }: Steps, ticketId: string) =>
  pool.enterBackfill(ticketId, 'duel', 60_000, [{ player: onTeam }]);
const backfill = async (steps: Steps, ticketId: string) => {
  await reserveBackfill(steps, ticketId);
  await enterBackfill(steps, ticketId);
};
/** The backfill ticket `f` found a player, who is asked, if they are, for `answerMs`. */
export const placeBackfill = async (steps: Steps, answerMs?: number) => {
  await steps.search('x');
  await backfill(steps, 'f');
  await steps.pool.commit('duel', [await steps.commitOf('m', 'f', 'x')], answerMs);
};

/** Every code of the scripts that only backfill tickets know, with how it comes to that. */
export const backfillReturns = {
  reserve: {
    reserved: (steps) => reserveBackfill(steps, 'f'),
    'taken:<STATUS>': async (steps) => {
      await reserveBackfill(steps, 'f');
      await reserveBackfill(steps, 'f');
    },
    'unknown-configuration': ({ tickets }) =>
      tickets.reserve('job', { ...aBackfill('f', [onTeam]), configuration: 'chess' }),
  },
  'enter-backfill': {
    entered: (steps) => backfill(steps, 'f'),
    superseded: async (steps) => {
      await reserveBackfill(steps, 'old');
      await backfill(steps, 'new');
      await enterBackfill(steps, 'old');
    },
    placing: async (steps) => {
      await placeBackfill(steps);
      await backfill(steps, 'late');
    },
    empty: async (steps) => {
      await steps.search('p');
      await backfill(steps, 'f');
    },
    '<STATUS>': async (steps) => {
      await backfill(steps, 'f');
      await enterBackfill(steps, 'f');
    },
    missing: (steps) => enterBackfill(steps, 'ghost'),
  },
  leave: {
    dropped: async (steps) => {
      await backfill(steps, 'f');
      await steps.pool.leave('running', 'duel', ['p'], undefined);
    },
    placing: async (steps) => {
      await placeBackfill(steps);
      await steps.pool.leave('running', 'duel', ['p'], undefined);
    },
    opened: ({ pool }) =>
      pool.leave('running', 'duel', ['q'], {
        ticketId: 'auto',
        pool: 'duel',
        timeoutMs: 60_000,
        players: [onTeam],
      }),
    none: ({ pool }) => pool.leave('running', 'duel', ['p'], undefined),
  },
} satisfies Readonly<Record<string, Readonly<Record<string, Story>>>>;
