import { signed } from '../../jobs/commands.ts';
import {
  describePlayer,
  measureLadders,
  predictChances,
  topOfLadder,
} from '../../jobs/maintenance/read-players.ts';
import { erasePlayer } from '../../jobs/rating-update/erase-player.ts';
import { measureLaddersInUse } from '../maintenance/measure-ladders.ts';
import { describePlayers, listTop, predictNow } from '../maintenance/read-players.ts';
import { erasePlayers } from '../rating-update/erase-player.ts';
import type { Queues } from '../runtime/enqueue.ts';
import { type Duty, duty } from '../runtime/handler.ts';
import { wakeLadder } from '../runtime/wake-ladder.ts';
import type { Stores } from './stores.ts';

/** What operators ask of players. */
export const playerDuties = (stores: Stores): Duty[] => [
  duty(describePlayer, describePlayers(stores)),
  duty(topOfLadder, listTop(stores)),
  duty(predictChances, predictNow(stores)),
  duty(measureLadders, measureLaddersInUse(stores)),
];

export const eraseDuty = (stores: Stores, queues: Queues): Duty =>
  duty(signed(erasePlayer), erasePlayers({ ...stores, wake: wakeLadder(queues) }));
