import {
  cancel,
  dropFromBackfill,
  end,
  isUndecided,
  type Model,
  type ModelMatch,
  type ModelTicket,
  reserve,
  search,
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

/** Who is in a match and has not said that they left. */
export const present = ({ teams, left }: ModelMatch): string[] =>
  [...teams.keys()].filter((player) => !left.has(player));

/** The ticket that looks for company for a match. */
const backfillOf = ({ tickets }: Model, match: string): ModelTicket | undefined =>
  [...tickets.values()].find(
    (it) => it.fills === match && (it.status === 'PLACING' || (isUndecided(it) && it.status !== 'QUEUED')),
  );

/** Whether a player is in a match still: they look for nothing else, and are in no other match that is not over for them. */
function stillIn(model: Model, player: string, match: string, told: boolean): boolean {
  const newest = model.tickets.get(model.newest.get(player) ?? '');
  if (!newest) return true;
  if (isUndecided(newest) || newest.status === 'PLACING') return false;
  if (newest.status !== 'COMPLETED') return true;
  const other = model.moved.get(player) ?? newest.match ?? '';
  if (other === match) return true;
  const theirs = model.matches.get(other);
  return told && (theirs?.status === 'over' || theirs?.left.has(player) === true);
}

/** A backfill ticket searches for those who are in its match still; it replaces an older one. `told`: by a caller, of matches that are over. */
function enter(model: Model, it: ModelTicket, timeoutMs: number, told: boolean): void {
  const match = it.fills ?? '';
  const other = backfillOf(model, match);
  if (other?.status === 'PLACING') end(it, 'FAILED', 'MatchmakingFailed');
  else if (other) cancel(model, other.sequence > it.sequence ? it : other);
  if (!isUndecided(it)) return;
  it.players = it.players.filter((player) => stillIn(model, player, match, told));
  if (it.players.length === 0) cancel(model, it);
  if (!isUndecided(it)) return;
  for (const player of it.players) {
    for (const older of model.tickets.values()) older.listed?.delete(player);
    it.listed?.add(player);
  }
  it.deadline = it.start + timeoutMs;
  search(it);
}

/** Of a match the fleet knows nothing about it believes that it runs. */
const isGone = (match: ModelMatch | undefined) => /^(over|succeeded|failed)$/.test(match?.status ?? '');

/** The job of a reserved backfill ticket is done. */
export function enterBackfill(model: Model, id: string, { timeoutMs }: Playing): void {
  const it = model.tickets.get(id);
  if (it?.status !== 'QUEUED' || !it.fills) return;
  if (isGone(model.matches.get(it.fills))) end(it, 'FAILED', 'MatchmakingFailed');
  else enter(model, it, timeoutMs, true);
}

/** A match that is short of players looks for them by itself, once for each number of players who have left. */
function openAutomatic(
  model: Model,
  match: ModelMatch,
  { timeoutMs, automatic, mostPlayers }: Playing,
): void {
  const players = present(match);
  if (!automatic || model.content.has(match.id)) return;
  if (players.length === 0 || players.length >= mostPlayers) return;
  const id = `backfill-${match.id}${match.left.size > 0 ? `-${match.left.size}` : ''}`;
  const asked = { id, players, configuration: match.configuration, fills: match.id };
  if (reserve(model, asked) !== 'reserved') return;
  enter(model, model.tickets.get(id) as ModelTicket, timeoutMs, false);
}

/** A decided match begins; where it goes on from one that is over, it fails. */
export function begin(model: Model, id: string, playing: Playing): void {
  const match = model.matches.get(id);
  const members = (match?.tickets ?? []).flatMap((it) => model.tickets.get(it) ?? []);
  if (!match || members.some((it) => it.status !== 'PLACING' || it.match !== id)) return;
  const backfill = members.find((it) => it.fills);
  const from = model.matches.get(backfill?.fills ?? '');
  const failed = isGone(from);
  for (const it of members)
    if (failed) end(it, 'FAILED', 'MatchmakingFailed');
    else end(it, 'COMPLETED', 'MatchmakingSucceeded');
  match.status = failed ? 'failed' : 'running';
  if (failed) return;
  if (from?.status === 'running' && backfill) {
    from.status = 'succeeded';
    from.successor = id;
    if (model.content.has(from.id)) model.content.add(id);
    const joined = new Set(members.flatMap((it) => (it === backfill ? [] : it.players)));
    for (const player of from.left)
      if (match.teams.has(player) && !joined.has(player)) match.left.add(player);
    for (const player of backfill.listed ?? []) model.moved.set(player, id);
    backfill.listed?.clear();
  }
  openAutomatic(model, match, playing);
}

/** A player leaves a match, or the one it goes on as. */
export function leave(model: Model, id: string, player: string, playing: Playing): void {
  const match = inTheEnd(model, id);
  if (!match || !/running|over/.test(match.status) || !match.teams.has(player)) return;
  match.left.add(player);
  const backfill = backfillOf(model, match.id);
  if (backfill?.status === 'PLACING') return;
  if (backfill?.players.includes(player)) {
    backfill.listed?.delete(player);
    dropFromBackfill(model, backfill, player);
  } else if (!backfill && match.status === 'running') openAutomatic(model, match, playing);
}

/** The result of a match, or of the one it goes on as, is told: it is over. */
export function finish(model: Model, id: string): void {
  const match = inTheEnd(model, id);
  if (match?.status !== 'running') return;
  match.status = 'over';
  const backfill = backfillOf(model, match.id);
  if (backfill && isUndecided(backfill)) cancel(model, backfill);
}
