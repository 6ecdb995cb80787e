import {
  backfillOf,
  cancel,
  end,
  isUndecided,
  leaveLive,
  looksElsewhere,
  type Model,
  type ModelMatch,
  type ModelTicket,
  open,
} from './lifecycle-model.ts';

/** What matches of a configuration are like. */
export interface Playing {
  readonly timeoutMs: number;
  readonly automatic: boolean;
  readonly mostPlayers: number;
}

/** The match that a match goes on as in the end. */
export function inTheEnd(model: Model, id: string): ModelMatch | undefined {
  const match = model.matches.get(id);
  return match?.successor ? inTheEnd(model, match.successor) : match;
}

/** Who is in a live match. */
export const playersIn = ({ playing }: Model, match: string): string[] =>
  [...playing].flatMap(([player, id]) => (id === match ? [player] : []));

/** Whether a match is to go on as another, which is being placed. */
const isGoingOn = (model: Model, match: string): boolean => backfillOf(model, match)?.status === 'PLACING';

const isLive = (match: ModelMatch | undefined) => match?.status === 'running' && !match.ended;

/** Somebody asks for company for those of a match who are in it and look for nothing else. */
export function askForCompany(
  model: Model,
  asked: Pick<ModelTicket, 'id' | 'players' | 'configuration'> & { readonly fills: string },
  timeoutMs: number,
): 'searching' | 'refused' {
  if (model.tickets.has(asked.id) || !isLive(model.matches.get(asked.fills))) return 'refused';
  const older = backfillOf(model, asked.fills);
  if (older?.status === 'PLACING') return 'refused';
  const players = playersIn(model, asked.fills).filter((it) => asked.players.includes(it));
  const listed = players.filter((player) => !looksElsewhere(model, player));
  if (listed.length === 0) return 'refused';
  if (older) cancel(model, older);
  open(model, { ...asked, players: listed }, timeoutMs);
  return 'searching';
}

/** Live matches that are short of players look for them by themselves. */
export function tend(model: Model, playingOf: (of: { readonly configuration: string }) => Playing): void {
  for (const match of model.matches.values()) {
    const { timeoutMs, automatic, mostPlayers } = playingOf(match);
    if (!automatic || !isLive(match) || model.content.has(match.id) || backfillOf(model, match.id)) continue;
    const present = playersIn(model, match.id);
    const players = present.filter((player) => !looksElsewhere(model, player));
    if (players.length === 0 || present.length >= mostPlayers) continue;
    const id = `backfill-${match.id}${++match.opened > 1 ? `-${match.opened}` : ''}`;
    const { configuration, id: fills } = match;
    open(model, { id, players, configuration, fills, automatic: true }, timeoutMs);
  }
}

/** Nobody is in a match any more. */
function empty(model: Model, match: ModelMatch): void {
  const backfill = backfillOf(model, match.id);
  if (backfill && isUndecided(backfill)) cancel(model, backfill);
  for (const player of playersIn(model, match.id)) model.playing.delete(player);
}

/** A decided match begins, or, `failed`, does not. */
export function begin(model: Model, id: string, failed = false): void {
  const match = model.matches.get(id);
  const members = (match?.tickets ?? []).flatMap((it) => model.tickets.get(it) ?? []);
  if (!match || members.some((it) => it.status !== 'PLACING' || it.match !== id)) return;
  const backfill = members.find((it) => it.fills);
  const from = model.matches.get(backfill?.fills ?? '');
  for (const it of members)
    if (failed) end(it, 'FAILED', 'MatchmakingFailed');
    else end(it, 'COMPLETED', 'MatchmakingSucceeded');
  match.status = failed ? 'failed' : 'running';
  if (failed) empty(model, match);
  if (from && backfill && !failed) {
    from.status = 'succeeded';
    from.successor = id;
    if (model.content.has(from.id)) model.content.add(id);
    for (const player of playersIn(model, from.id))
      if (backfill.players.includes(player)) model.playing.set(player, id);
      else model.playing.delete(player);
  }
  if (!from?.overNext) return;
  const last = failed ? from : match;
  last.ended = true;
  empty(model, last);
}

/** A player leaves a match, or the one it goes on as. */
export function leave(model: Model, id: string, player: string): void {
  const match = inTheEnd(model, id);
  const live = model.playing.get(player) ?? '';
  const isIn = live === match?.id || backfillOf(model, live)?.match === match?.id;
  if (match && live && isIn) leaveLive(model, player);
}

/**
 * The result of a match, or of the one it goes on as, is told: it is over, or will be when what it goes on as
 * has begun.
 */
export function finish(model: Model, id: string): void {
  const match = inTheEnd(model, id);
  if (match?.status !== 'running') return;
  if (isGoingOn(model, match.id)) {
    match.overNext = true;
    return;
  }
  match.status = 'over';
  empty(model, match);
}
