import type { EventType } from '../../jobs/event/event.ts';
import type { TicketStatus } from '../../jobs/ticket/lifecycle.ts';

/** A ticket as anybody would tell its story. */
export interface ModelTicket {
  readonly id: string;
  /** Of a backfill ticket: who is in the match and goes on with it. */
  players: string[];
  readonly configuration: string;
  readonly start: number;
  status: TicketStatus;
  deadline: number;
  match?: string;
  readonly events: EventType[];
  /** Of a backfill ticket: the running match that wants players. */
  readonly fills?: string;
  /** Of a backfill ticket that AUTOMATIC gave. */
  readonly automatic?: boolean;
}

/** A match its players are asked about. */
interface Proposal {
  readonly tickets: readonly string[];
  readonly deadline: number;
  readonly answers: Map<string, boolean>;
}

/**
 * A match. `proposed`: it may never be decided, and the fleet knows nothing of it. `succeeded`: it goes on as
 * another.
 */
export interface ModelMatch {
  readonly id: string;
  readonly configuration: string;
  readonly tickets: readonly string[];
  /** Each player's team. */
  readonly teams: ReadonlyMap<string, string>;
  status: 'proposed' | 'placing' | 'running' | 'over' | 'succeeded' | 'failed';
  successor?: string;
  /**
   * Its result came while the match that it was to go on as was placed: whichever of the two is played is
   * live no more.
   */
  overNext?: boolean;
  /** It is not live any more, and its result is not rated. */
  ended?: boolean;
  /** How many backfill tickets AUTOMATIC has given it. */
  opened: number;
}

/** What the world should look like, told without a store, a script or a job. */
export interface Model {
  now: number;
  readonly tickets: Map<string, ModelTicket>;
  /** Each player's newest ticket. */
  readonly newest: Map<string, string>;
  /** The live match that players are in. */
  readonly playing: Map<string, string>;
  readonly proposals: Map<string, Proposal>;
  readonly matches: Map<string, ModelMatch>;
  /** Matches that look for company by themselves no more, since somebody stopped that. */
  readonly content: Set<string>;
}

export const openModel = (now: number): Model => ({
  now,
  tickets: new Map(),
  newest: new Map(),
  playing: new Map(),
  proposals: new Map(),
  matches: new Map(),
  content: new Set(),
});

export const isUndecided = (it: ModelTicket): boolean => /^(SEARCHING|REQUIRES_ACCEPTANCE)$/.test(it.status);

const membersOf = (model: Model, ids: readonly string[]) =>
  ids.map((id) => model.tickets.get(id)).filter((it) => it !== undefined);

export function end(it: ModelTicket, status: TicketStatus, event: EventType): void {
  it.status = status;
  it.events.push(event);
}

function search(it: ModelTicket): void {
  it.status = 'SEARCHING';
  delete it.match;
  it.events.push('MatchmakingSearching');
}

/** Somebody did not accept, or, `spared`, left: who is not to blame searches again with their age. */
function drop(model: Model, match: string, spared: boolean, leaving?: string): void {
  const proposal = model.proposals.get(match);
  if (!proposal) return;
  const timedOut = proposal.deadline <= model.now;
  model.proposals.delete(match);
  const members = membersOf(model, proposal.tickets);
  for (const it of members) it.events.push('AcceptMatchCompleted');
  for (const it of members) {
    if (it.id === leaving) continue;
    const answers = it.fills ? [] : it.players.map((player) => proposal.answers.get(player));
    const blamed = answers.includes(false) || (timedOut && answers.includes(undefined));
    if (blamed && !spared) end(it, 'CANCELLED', 'MatchmakingCancelled');
    else if (it.deadline <= model.now) end(it, 'TIMED_OUT', 'MatchmakingTimedOut');
    else search(it);
  }
}

export function cancel(model: Model, it: ModelTicket): void {
  if (it.status === 'REQUIRES_ACCEPTANCE') drop(model, it.match ?? '', true, it.id);
  end(it, 'CANCELLED', 'MatchmakingCancelled');
}

type Asked = Pick<ModelTicket, 'id' | 'players' | 'configuration'>;

/** A ticket that searches from now on. */
export function open(
  model: Model,
  asked: Asked & Pick<ModelTicket, 'fills' | 'automatic'>,
  timeoutMs: number,
): void {
  const ticket: ModelTicket = {
    ...asked,
    start: model.now,
    status: 'SEARCHING',
    deadline: model.now + timeoutMs,
    events: [],
  };
  model.tickets.set(ticket.id, ticket);
  search(ticket);
}

const newestOf = (model: Model, player: string) => model.tickets.get(model.newest.get(player) ?? '');

/** Whether a player has asked for another match. */
export function looksElsewhere(model: Model, player: string): boolean {
  const newest = newestOf(model, player);
  return newest !== undefined && isUndecided(newest);
}

/** The ticket that looks for company for a match, or has found some that is being placed. */
export const backfillOf = ({ tickets }: Model, match: string): ModelTicket | undefined =>
  [...tickets.values()].find((it) => it.fills === match && (it.status === 'PLACING' || isUndecided(it)));

/**
 * A ticket searches, and what its players asked for before is cancelled. `refused`: the id is taken, or a
 * player is being placed.
 */
export function start(model: Model, asked: Asked, timeoutMs: number): 'searching' | 'refused' {
  if (model.tickets.has(asked.id)) return 'refused';
  if (asked.players.some((player) => newestOf(model, player)?.status === 'PLACING')) return 'refused';
  for (const player of asked.players) {
    const older = newestOf(model, player);
    if (older && isUndecided(older)) cancel(model, older);
    dropFromBackfill(model, player);
    model.newest.set(player, asked.id);
  }
  open(model, asked, timeoutMs);
  return 'searching';
}

/** Nobody looks for company for a player who is gone, or looks elsewhere. */
function dropFromBackfill(model: Model, player: string): void {
  const it = backfillOf(model, model.playing.get(player) ?? '');
  if (!it?.players.includes(player)) return;
  if (it.status === 'REQUIRES_ACCEPTANCE') drop(model, it.match ?? '', true);
  if (!isUndecided(it)) return;
  it.players = it.players.filter((other) => other !== player);
  if (it.players.length === 0) cancel(model, it);
}

/** A player is out of the live match they are in. */
export function leaveLive(model: Model, player: string): void {
  dropFromBackfill(model, player);
  model.playing.delete(player);
}

export function stop(model: Model, id: string): void {
  const it = model.tickets.get(id);
  if (it && isUndecided(it)) {
    if (it.fills && it.automatic) model.content.add(it.fills);
    cancel(model, it);
  }
}

export const waiting = ({ tickets }: Model, pool: string): ModelTicket[] =>
  [...tickets.values()].filter((it) => it.status === 'SEARCHING' && it.configuration === pool);

/** Tickets of a pool whose time is over. */
export function expire(model: Model, pool: string): void {
  for (const it of waiting(model, pool))
    if (it.deadline <= model.now) end(it, 'TIMED_OUT', 'MatchmakingTimedOut');
}

/**
 * A match somebody formed of tickets that wait; players are asked for `answerMs` if they are. Throws what is
 * wrong with it.
 */
export function commit(
  model: Model,
  pool: string,
  { id, tickets, teams }: Pick<ModelMatch, 'id' | 'tickets' | 'teams'>,
  answerMs: number | undefined,
): void {
  const members = membersOf(model, tickets);
  const wrong = members.find((it) => it.status !== 'SEARCHING' || it.configuration !== pool);
  if (members.length < 2 || wrong)
    throw new Error(`match ${id} of ${pool} took ${tickets.join()}; ${wrong?.id} was ${wrong?.status}`);
  const players = members.flatMap((it) => it.players);
  if (
    new Set(players).size !== players.length ||
    players.toSorted().join() !== [...teams.keys()].sort().join()
  )
    throw new Error(`match ${id} has players ${[...teams.keys()].join()}, its tickets ${players.join()}`);
  for (const it of members) {
    it.match = id;
    it.events.push('PotentialMatchCreated');
    it.status = 'REQUIRES_ACCEPTANCE';
  }
  model.matches.set(id, { id, configuration: pool, tickets, teams, status: 'proposed', opened: 0 });
  model.proposals.set(id, { tickets, deadline: model.now + (answerMs ?? 0), answers: new Map() });
  if (answerMs === undefined) decide(model, id);
}

function decide(model: Model, match: string): ModelTicket[] {
  const members = membersOf(model, model.proposals.get(match)?.tickets ?? []);
  model.proposals.delete(match);
  const decided = model.matches.get(match);
  if (decided) decided.status = 'placing';
  for (const it of members) {
    it.status = 'PLACING';
    for (const player of it.fills ? [] : it.players) {
      leaveLive(model, player);
      model.playing.set(player, match);
    }
  }
  return members;
}

/** Players of a ticket answer a proposal; the first answer of each stands. Who plays already is not asked. */
export function accept(
  model: Model,
  id: string,
  match: string,
  players: readonly string[],
  yes: boolean,
): void {
  const it = model.tickets.get(id);
  const proposal = model.proposals.get(match);
  if (it?.status !== 'REQUIRES_ACCEPTANCE' || it.match !== match || !proposal || it.fills) return;
  if (proposal.deadline <= model.now) {
    drop(model, match, false);
    return;
  }
  const fresh = players.filter((player) => !proposal.answers.has(player));
  if (fresh.length === 0) return;
  for (const player of fresh) proposal.answers.set(player, yes);
  const members = membersOf(model, proposal.tickets);
  for (const other of members) other.events.push('AcceptMatch');
  if (!yes) drop(model, match, false);
  const asked = members.flatMap((other) => (other.fills ? [] : other.players));
  if (!asked.every((player) => proposal.answers.get(player) === true)) return;
  for (const other of decide(model, match)) other.events.push('AcceptMatchCompleted');
}

/** Proposals whose time to answer is over. */
export function beat(model: Model): void {
  for (const [match, { deadline }] of [...model.proposals])
    if (deadline <= model.now) drop(model, match, false);
}
