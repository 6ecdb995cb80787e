import { backfillSteps } from './backfill-steps.ts';
import { aBackfill } from './builders.ts';
import type { Steps, Story } from './story.ts';

/** Players of the match `running`, and backfill tickets that ask for company for them. */
const of = (steps: Steps) => backfillSteps(() => steps);
/**
 * The backfill ticket `f` of the match of player `p` found a player, who is asked, if they are, for
 * `answerMs`.
 */
export const placeBackfill = async (steps: Steps, answerMs?: number) => {
  await of(steps).fill('f', 'p');
  await steps.search('x');
  await steps.pool.matches.commit('duel', [await steps.commitOf('m', 'f', 'x')], answerMs);
};
const decide = async (steps: Steps) => {
  await steps.search('p');
  return of(steps).commit('running', 'p');
};
const backfill = (steps: Steps, more: object = {}) =>
  steps.tickets.backfill({ ...aBackfill('f', [{ playerId: 'p', attributes: {}, team: 'side_1' }]), ...more });

/** Every code of the scripts of live matches and their backfill tickets, with how it comes to that. */
export const backfillReturns = {
  backfill: {
    searching: (steps) => of(steps).fill('f', 'p'),
    'taken:<STATUS>': async (steps) => {
      await of(steps).fill('f', 'p');
      await of(steps).ask('f', ['p']);
    },
    'unknown-configuration': (steps) => backfill(steps, { configuration: 'chess' }),
    outdated: (steps) => backfill(steps, { version: 2 }),
    'not-live': (steps) => backfill(steps),
    'went-on:<match>': async (steps) => {
      await of(steps).fill('f', 'p');
      await steps.search('x');
      await of(steps).match('next', 'f', 'x');
      await of(steps).ask('f2', ['p']);
    },
    placing: async (steps) => {
      await decide(steps);
      await backfill(steps);
    },
    'filling:<ticket>': async (steps) => {
      await placeBackfill(steps);
      await of(steps).ask('late', ['p']);
    },
    nobody: async (steps) => {
      await of(steps).play('running', 'p');
      await of(steps).ask('f', ['stranger']);
    },
  },
  leave: {
    left: async (steps) => {
      await of(steps).play('running', 'p');
      await steps.pool.matches.leave('p', 'running');
    },
    elsewhere: ({ pool }) => pool.matches.leave('p', 'running'),
  },
  'end-match': {
    ended: async (steps) => {
      await of(steps).play('running', 'p');
      await steps.pool.matches.endMatches(['running']);
    },
    placing: async (steps) => {
      await decide(steps);
      await steps.pool.matches.endMatches(['running']);
    },
    'going-on': async (steps) => {
      await placeBackfill(steps);
      await steps.pool.matches.endMatches(['running']);
    },
    unknown: ({ pool }) => pool.matches.endMatches(['running']),
  },
  'report-result': {
    recorded: async (steps) => {
      await of(steps).play('running', 'p');
      await steps.pool.matches.report([{ matchId: 'running', result: { teams: [] } }]);
      // Nobody is to be woken again.
      await steps.pool.matches.report([{ matchId: 'running', result: { teams: [] } }]);
    },
    placing: async (steps) => {
      await decide(steps);
      await steps.pool.matches.report([{ matchId: 'running', result: { teams: [] } }]);
    },
  },
} satisfies Readonly<Record<string, Readonly<Record<string, Story>>>>;
