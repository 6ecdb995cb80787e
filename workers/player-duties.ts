import { describePlayer, topOfLadder } from '../jobs/maintenance/read-players.ts';
import { type Duty, duty } from './handler.ts';
import { describePlayers, listTop } from './maintenance/read-players.ts';
import type { Stores } from './stores.ts';

/** What operators ask of players. */
export const playerDuties = (stores: Stores): Duty[] => [
  duty(describePlayer, describePlayers(stores)),
  duty(topOfLadder, listTop(stores)),
];
