import type { EventType } from '../../jobs/matchmaking/event.ts';
import type { TicketStatus } from '../../jobs/matchmaking/ticket.ts';

/** A ticket as anybody would tell its story. */
export interface ModelTicket {
  readonly id: string;
  /** Of a backfill ticket: who is in the match and goes on with it. */
  players: string[];
  readonly configuration: string;
  readonly sequence: number;
  readonly start: number;
  status: TicketStatus;
  deadline: number;
  /** When a sweep finds that its start job is late. */
  late: number;
  match?: string;
  readonly events: EventType[];
  /** Of a backfill ticket: the running match that wants players. */
  readonly fills?: string;
  /** Of a backfill ticket: those of its players who have entered nothing newer since. */
  readonly listed?: Set<string>;
}

/** A match its players are asked about. */
interface Proposal {
  readonly tickets: readonly string[];
  readonly deadline: number;
  readonly answers: Map<string, boolean>;
}

/** A match. `proposed`: it may never be decided, and the fleet knows nothing of it. `succeeded`: it goes on as another. */
export interface ModelMatch {
  readonly id: string;
  readonly configuration: string;
  readonly tickets: readonly string[];
  /** Each player's team. */
  readonly teams: ReadonlyMap<string, string>;
  status: 'proposed' | 'placing' | 'running' | 'over' | 'succeeded' | 'failed';
  successor?: string;
  readonly left: Set<string>;
}

/** What the world should look like, told without a store, a script or a job. */
export interface Model {
  now: number;
  sequence: number;
  readonly tickets: Map<string, ModelTicket>;
  /** Each player's newest ticket that entered. */
  readonly newest: Map<string, string>;
  /** The match that players were in when it was backfilled, where they have entered nothing since. */
  readonly moved: Map<string, string>;
  readonly proposals: Map<string, Proposal>;
  readonly matches: Map<string, ModelMatch>;
  /** Matches that look for company by themselves no more, since somebody stopped that. */
  readonly content: Set<string>;
}

export const openModel = (now: number): Model => ({
  now,
  sequence: 0,
  tickets: new Map(),
  newest: new Map(),
  moved: new Map(),
  proposals: new Map(),
  matches: new Map(),
  content: new Set(),
});

export const isUndecided = (it: ModelTicket): boolean =>
  /^(QUEUED|SEARCHING|REQUIRES_ACCEPTANCE)$/.test(it.status);

const membersOf = (model: Model, ids: readonly string[]) =>
  ids.map((id) => model.tickets.get(id)).filter((it) => it !== undefined);

export function end(it: ModelTicket, status: TicketStatus, event: EventType): void {
  it.status = status;
  it.events.push(event);
}

export function search(it: ModelTicket): void {
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

const begin = (model: Model, asked: Asked & Pick<ModelTicket, 'fills' | 'listed'>): ModelTicket => {
  const ticket: ModelTicket = {
    ...asked,
    sequence: ++model.sequence,
    start: model.now,
    status: 'QUEUED',
    deadline: 0,
    late: model.now + 10_000,
    events: [],
  };
  model.tickets.set(ticket.id, ticket);
  return ticket;
};

/** A ticket searches, and what its players asked for before is cancelled. `refused`: the id is taken, or a player is being placed. */
export function start(model: Model, asked: Asked, timeoutMs: number): 'searching' | 'refused' {
  const newestOf = (player: string) => model.tickets.get(model.newest.get(player) ?? '');
  if (model.tickets.has(asked.id)) return 'refused';
  if (asked.players.some((player) => newestOf(player)?.status === 'PLACING')) return 'refused';
  for (const player of asked.players) {
    const older = newestOf(player);
    if (older && isUndecided(older)) cancel(model, older);
    model.moved.delete(player);
    for (const other of model.tickets.values())
      if (other.listed?.delete(player)) dropFromBackfill(model, other, player);
    model.newest.set(player, asked.id);
  }
  const ticket = begin(model, asked);
  ticket.deadline = ticket.start + timeoutMs;
  search(ticket);
  return 'searching';
}

/** A backfill ticket is reserved. `refused`: the id is taken. */
export function reserve(model: Model, asked: Asked & { readonly fills: string }): 'reserved' | 'refused' {
  if (model.tickets.has(asked.id)) return 'refused';
  begin(model, { ...asked, listed: new Set() });
  return 'reserved';
}

/** Nobody looks for company for a player who is gone. */
export function dropFromBackfill(model: Model, it: ModelTicket, player: string): void {
  if (it.status === 'REQUIRES_ACCEPTANCE') drop(model, it.match ?? '', true);
  if (!isUndecided(it)) return;
  it.players = it.players.filter((other) => other !== player);
  if (it.players.length === 0) cancel(model, it);
}

export function stop(model: Model, id: string): void {
  const it = model.tickets.get(id);
  if (it && isUndecided(it)) {
    if (it.fills && id.startsWith('backfill-')) model.content.add(it.fills);
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

/** A match somebody formed of tickets that wait; players are asked for `answerMs` if they are. Throws what is wrong with it. */
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
  model.matches.set(id, { id, configuration: pool, tickets, teams, status: 'proposed', left: new Set() });
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

/** Tickets that wait for a start job that is late, from now on waiting for another; those whose time is over end. */
export function sweep(model: Model, timeoutOf: (ticket: ModelTicket) => number): string[] {
  const late = [...model.tickets.values()].filter((it) => it.status === 'QUEUED' && it.late <= model.now);
  for (const it of late)
    if (it.start + timeoutOf(it) <= model.now) end(it, 'TIMED_OUT', 'MatchmakingTimedOut');
    else it.late = model.now + 5_000;
  return late.filter((it) => it.status === 'QUEUED').map((it) => it.id);
}
