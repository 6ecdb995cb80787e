import { z } from 'zod';
import { inEitherSpelling } from '../aws-spelling.ts';
import { byName } from '../by-name.ts';
import { playerId, wellFormed } from '../ids.ts';
import type { Limits } from './limits.ts';

/** Limits that every ticket is held to, beside those a configuration may raise (`limits.ts`). */
export const ticketLimits = {
  nameLength: 100,
  /** Ours: FlexMatch names no limit, and there are fewer places to play. */
  locations: 100,
  /** Ours, UTF-8 bytes of a ticket's players as JSON: a match of 200 such tickets still fits one document. */
  ticketBytes: 64 * 1024,
} as const;

const name = wellFormed(ticketLimits.nameLength);

/**
 * One attribute value in FlexMatch's wire form: exactly one of S, N, SL, SDM. Numbers may arrive as strings.
 */
const attributeValueWithin = ({ stringLength, stringsPerList, pairsPerMap }: Limits) => {
  const text = wellFormed(stringLength);
  return z.union(
    [
      z.strictObject({ S: text }),
      z.strictObject({
        N: z.union([
          z.number(),
          z
            .string()
            .regex(/^-?\d+(\.\d+)?$/)
            .transform(Number),
        ]),
      }),
      z.strictObject({
        SL: z
          .array(text)
          .refine((list) => list.length <= stringsPerList, `at most ${stringsPerList} strings`),
      }),
      z.strictObject({
        SDM: byName(text, z.number()).refine(
          (map) => Object.keys(map).length <= pairsPerMap,
          `at most ${pairsPerMap} pairs`,
        ),
      }),
    ],
    'exactly one of S (string), N (number), SL (string list), SDM (string-to-number map)',
  );
};
export type AttributeValue = z.output<ReturnType<typeof attributeValueWithin>>;

/** A player as a ticket carries them. `latencyInMs` maps location to positive whole milliseconds. */
export const ticketPlayerWithin = (limits: Limits) =>
  inEitherSpelling(
    z.strictObject({
      playerId,
      attributes: byName(name, attributeValueWithin(limits))
        .refine(
          (map) => Object.keys(map).length <= limits.attributesPerPlayer,
          `at most ${limits.attributesPerPlayer} attributes per player`,
        )
        .default({}),
      latencyInMs: byName(name, z.int().positive())
        .refine(
          (map) => Object.keys(map).length <= ticketLimits.locations,
          `at most ${ticketLimits.locations} locations`,
        )
        .optional(),
      team: wellFormed(1_024).optional(),
    }),
  );
export type TicketPlayer = z.output<ReturnType<typeof ticketPlayerWithin>>;

const utf8Bytes = (it: string): number => new TextEncoder().encode(it).length;

/**
 * A party that asks for a match. `team` is accepted, as FlexMatch's own samples send it, and means nothing:
 * it is not a request.
 */
export const partyWithin = (limits: Limits) =>
  z
    .array(ticketPlayerWithin(limits).transform(({ team: _team, ...player }): TicketPlayer => player))
    .min(1, 'at least 1 player')
    .max(limits.playersPerTicket, `at most ${limits.playersPerTicket} players`)
    .refine(
      (players) => utf8Bytes(JSON.stringify(players)) <= ticketLimits.ticketBytes,
      `at most ${ticketLimits.ticketBytes} bytes of JSON in all`,
    );

/**
 * A ticket as the engine sees it: a party (or a running match that wants players) that searches since a
 * moment (ms, by the clock that says when it is to whoever forms matches; in workers that is fleet time).
 */
export interface SearchingTicket {
  readonly ticketId: string;
  readonly since: number;
  readonly players: readonly TicketPlayer[];
  /** A running match asking for players: its players are already on teams (`player.team`). */
  readonly backfill?: boolean;
}
