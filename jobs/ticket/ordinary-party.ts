import { idLength } from '../ids.ts';
import type { Limits } from './limits.ts';
import { type AttributeValue, type TicketPlayer, ticketLimits } from './ticket.ts';

/**
 * The players of an ordinary ticket, as `partyWithin` reads them, in a tenth of its time; `undefined` for any
 * that is not plainly in order, which `partyWithin` then reads, or refuses by name. (13 µs a ticket of one
 * player, of which a start and its cycle each paid all: commit d9664c4.)
 */
export function ordinaryParty(given: unknown, limits: Limits): TicketPlayer[] | undefined {
  if (!Array.isArray(given) || given.length === 0 || given.length > limits.playersPerTicket) return undefined;
  const size = { left: ticketLimits.ticketBytes };
  const players: TicketPlayer[] = [];
  for (const each of given) {
    const player = ordinaryPlayer(each, limits, size);
    if (!player) return undefined;
    players.push(player);
  }
  return size.left > 0 ? players : undefined;
}

/**
 * An ordinary StartMatchmaking request, as `startRequestWithin` reads it; `undefined` likewise. Its
 * configuration has been checked before: without it nobody knows the limits.
 */
export function ordinaryRequest(
  given: unknown,
  limits: Limits,
): { configuration: string; ticketId?: string; players: TicketPlayer[] } | undefined {
  if (!isPlainObject(given)) return undefined;
  const { configuration, ticketId, players: asked, ...more } = given;
  if (typeof configuration !== 'string' || Object.keys(more).length > 0) return undefined;
  if (ticketId !== undefined && !isResourceId(ticketId)) return undefined;
  const players = ordinaryParty(asked, limits);
  if (!players || new Set(players.map((it) => it.playerId)).size < players.length) return undefined;
  return { configuration, ...(typeof ticketId === 'string' && { ticketId }), players };
}

/** The configuration that a request is for, as `startTarget` reads it; `undefined` likewise. */
export const ordinaryTarget = (given: unknown): string | undefined =>
  isPlainObject(given) && isResourceId(given['configuration']) ? given['configuration'] : undefined;

/** What the party may still take, in UTF-8 bytes of JSON; each text is counted at the most it could be. */
interface Size {
  left: number;
}

/**
 * Escaped, a character of JSON takes six bytes; names, quotes and commas of a value hardly more than these.
 */
const perCharacter = 6;
const perValue = 64;

function ordinaryPlayer(given: unknown, limits: Limits, size: Size): TicketPlayer | undefined {
  if (!isPlainObject(given)) return undefined;
  size.left -= perValue;
  let playerId: string | undefined;
  let attributes: Record<string, AttributeValue> | undefined = {};
  let latencyInMs: Record<string, number> | undefined;
  for (const [name, value] of Object.entries(given)) {
    if (name === 'playerId' && isText(value, idLength.player, size)) playerId = value;
    else if (name === 'attributes') attributes = ordinaryAttributes(value, limits, size);
    else if (name === 'latencyInMs') {
      latencyInMs = ordinaryLatencies(value, size);
      if (!latencyInMs) return undefined;
    } else return undefined;
  }
  if (playerId === undefined || !attributes) return undefined;
  return { playerId, attributes, ...(latencyInMs && { latencyInMs }) };
}

function ordinaryAttributes(
  given: unknown,
  limits: Limits,
  size: Size,
): Record<string, AttributeValue> | undefined {
  if (!isPlainObject(given)) return undefined;
  const attributes: Record<string, AttributeValue> = {};
  let count = 0;
  for (const [name, value] of Object.entries(given)) {
    if (!isName(name, size) || ++count > limits.attributesPerPlayer) return undefined;
    const read = ordinaryValue(value, limits, size);
    if (!read) return undefined;
    attributes[name] = read;
  }
  return attributes;
}

/** A number or a text; lists and maps are not ordinary. */
function ordinaryValue(given: unknown, limits: Limits, size: Size): AttributeValue | undefined {
  if (!isPlainObject(given)) return undefined;
  const [entry, ...more] = Object.entries(given);
  if (!entry || more.length > 0) return undefined;
  const [kind, value] = entry;
  size.left -= perValue;
  if (kind === 'N' && typeof value === 'number' && Number.isFinite(value)) return { N: value };
  if (kind === 'S' && isText(value, limits.stringLength, size)) return { S: value };
  return undefined;
}

function ordinaryLatencies(given: unknown, size: Size): Record<string, number> | undefined {
  if (!isPlainObject(given)) return undefined;
  const latencies: Record<string, number> = {};
  let count = 0;
  for (const [name, ms] of Object.entries(given)) {
    if (!isName(name, size) || ++count > ticketLimits.locations) return undefined;
    if (typeof ms !== 'number' || !Number.isSafeInteger(ms) || ms <= 0) return undefined;
    latencies[name] = ms;
  }
  return latencies;
}

/** What a copy could not mean something else by. */
const isName = (name: string, size: Size): boolean =>
  name !== '__proto__' && isText(name, ticketLimits.nameLength, size);

function isText(value: unknown, most: number, size: Size): value is string {
  if (typeof value !== 'string' || value.length === 0 || value.length > most) return false;
  size.left -= perValue + perCharacter * value.length;
  return value.isWellFormed() && !value.includes('\0');
}

/** A name of a configuration, or an id of a ticket. */
const isResourceId = (value: unknown): value is string =>
  typeof value === 'string' && /^[a-zA-Z0-9.-]{1,128}$/.test(value);

const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
