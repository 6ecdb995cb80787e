import { z } from 'zod';
import type { Entry } from '../chain.ts';

/**
 * How a ticket that is not COMPLETED ended, as `jobs/scripts/libraries/ended.lua` writes it. Times in ms,
 * Redis time.
 */
export interface Ending {
  readonly ticketId: string;
  readonly status: 'FAILED' | 'CANCELLED' | 'TIMED_OUT';
  readonly configuration: string;
  /** The match that could not be started, or the proposal that it was in. */
  readonly matchId?: string | undefined;
  /** Of a backfill ticket: the running match that wanted players. */
  readonly fills?: string | undefined;
  readonly sequence: number;
  readonly call?: string | undefined;
  /** JSON. */
  readonly players: string;
  readonly playerIds: readonly string[];
  readonly startTime: number;
  readonly endTime: number;
  readonly reason: string;
  readonly message: string;
}

/** What an entry of the stream of endings says of one ticket. `ending`: absent where it is COMPLETED. */
export interface Ended {
  readonly ticketId: string;
  /** When it ended, fleet time in ms. */
  readonly now: number;
  readonly ending?: Ending;
}

const stored = z.object({
  status: z.enum(['FAILED', 'CANCELLED', 'TIMED_OUT']),
  configuration: z.string(),
  match: z.string().optional(),
  fills: z.string().optional(),
  sequence: z.number(),
  call: z.string().optional(),
  players: z.string(),
  // The record files a ticket under the day it started on: it must be one.
  start: z.int().min(0),
  reason: z.string(),
  message: z.string(),
});

const players = z.array(z.looseObject({ playerId: z.string() }));

/** The tickets of an entry, in the order of their ends. Throws where nothing can be made of it. */
export function endedTickets([, fields]: Entry): Ended[] {
  const ended: Ended[] = [];
  let [now, time] = [0, 0];
  for (let at = 0; at < fields.length; at += 2) {
    const [name, value = ''] = [fields[at], fields[at + 1]];
    if (name === 'now') now = Number(value);
    else if (name === 'time') time = Number(value);
    else if (name === 'ticket') ended.push({ ticketId: value, now });
    else if (name === 'ending') {
      const { ticketId = '' } = ended.pop() ?? {};
      ended.push({ ticketId, now, ending: readEnding(ticketId, time, value) });
    }
  }
  return ended;
}

function readEnding(ticketId: string, endTime: number, text: string): Ending {
  const { match, start, ...told } = stored.parse(JSON.parse(text));
  const playerIds = players.parse(JSON.parse(told.players)).map((player) => player.playerId);
  return { ...told, ticketId, matchId: match, playerIds, startTime: start, endTime };
}
