import fc from 'fast-check';
import { expect } from 'vitest';
import { askForCompany, begin, finish, inTheEnd, leave, playersIn, tend } from './lifecycle-matches.ts';
import {
  accept,
  backfillOf,
  isUndecided,
  type Model,
  type ModelMatch,
  start,
  stop,
} from './lifecycle-model.ts';
import { type Happening, later, repartitioned, unnoticed } from './lifecycle-upkeep.ts';
import { type Delivery, kindOf, kinds, type World } from './lifecycle-world.ts';

type Step = fc.AsyncCommand<Model, World>;

/** A step after which world and model must be the same. */
const step = (name: string, ...happenings: readonly Happening[]): Step => ({
  check: () => true,
  async run(model, world) {
    for (const happens of happenings) {
      await happens(model, world);
      tend(model, kindOf);
      await world.compare(model);
    }
  },
  toString: () => name,
});

const nth = <T>(all: Iterable<T>, n: number): T | undefined => {
  const list = [...all];
  return list[n % list.length];
};

/** One of twelve tickets asks for one or two of eight players. */
const join =
  (ticket: number, first: number, company: boolean, configuration: string): Happening =>
  async (model, world) => {
    const { mostPerTicket, timeoutMs } = kindOf({ configuration });
    const both = company && mostPerTicket > 1;
    const players = (both ? [first, (first + 1) % 8] : [first]).map((it) => world.own(`player-${it}`));
    const asked = { id: world.own(`ticket-${ticket}`), players, configuration };
    expect(await world.start(asked)).toBe(start(model, asked, timeoutMs));
  };

const stopJob =
  (id: string | undefined, delivery: Delivery): Happening =>
  async (model, world) => {
    const ticketId = id ?? '';
    const known = model.tickets.has(ticketId);
    await world.deliver('stop-matchmaking', { ticketId }, delivery, known ? 'done' : 'refused');
    stop(model, ticketId);
  };

const cycle =
  (configuration: string, delivery: Delivery): Happening =>
  async (model, world) => {
    const pools = await world.pools(configuration);
    for (const pool of pools) await world.deliver('form-matches', { pool }, delivery);
    // A match of one pool may take players out of a live match, whose backfill ticket then opens in the
    // other.
    if (pools.length > 1) for (const pool of pools) await world.deliver('form-matches', { pool }, 'once');
    await world.followCycle(model, configuration);
  };

/**
 * One or all players of a ticket answer, to the n-th proposal or, where there is none, to a match long
 * decided.
 */
const answer =
  (n: number, ticket: number, all: boolean, yes: boolean, delivery: Delivery): Happening =>
  async (model, world) => {
    const matchId = nth(model.proposals.keys(), n) ?? nth(model.matches.keys(), n) ?? '';
    const it = model.tickets.get(nth(model.matches.get(matchId)?.tickets ?? [], ticket) ?? '');
    if (!it) return;
    const playerIds = all ? [...it.players] : it.players.slice(0, 1);
    if (playerIds.length === 0) return;
    const acceptance = yes ? 'ACCEPT' : 'REJECT';
    await world.deliver('accept-match', { ticketId: it.id, matchId, playerIds, acceptance }, delivery);
    accept(model, it.id, matchId, playerIds, yes);
  };

/** What happens to the n-th match that was proposed or decided, if there is one. */
const toMatch =
  (n: number, happens: (match: ModelMatch, model: Model, world: World) => Promise<void>): Happening =>
  async (model, world) => {
    const match = nth(model.matches.values(), n);
    if (match) await happens(match, model, world);
  };

const beginJob =
  (delivery: Delivery) =>
  async (match: ModelMatch, model: Model, world: World): Promise<void> => {
    await world.deliver('start-match', { matchId: match.id }, delivery);
    begin(model, match.id);
  };

const giveUpJob =
  (delivery: Delivery) =>
  async (match: ModelMatch, model: Model, world: World): Promise<void> => {
    await world.deliver('start-match', { matchId: match.id, givenUp: 'Given up.' }, delivery);
    begin(model, match.id, true);
  };

const resultJob =
  (delivery: Delivery) =>
  async (match: ModelMatch, model: Model, world: World): Promise<void> => {
    const current = inTheEnd(model, match.id);
    if (!current || !/running|over/.test(current.status)) return;
    const teams = ['red', 'blue'].map((name, index) => ({ name, rank: index + 1 }));
    await world.deliver('update-ratings', { matchId: match.id, teams }, delivery);
    finish(model, match.id);
  };

/** Also out of a match that is being placed: that is on record once it is settled. */
const leaveJob =
  (player: number, delivery: Delivery) =>
  async (match: ModelMatch, model: Model, world: World): Promise<void> => {
    const current = inTheEnd(model, match.id);
    const playerId = nth(current?.teams.keys() ?? [], player);
    if (!playerId || !current || !/running|over|placing/.test(current.status)) return;
    const isCarried = backfillOf(model, model.playing.get(playerId) ?? '')?.match === current.id;
    const outcomes: ('done' | 'later')[] = current.status === 'placing' ? ['later'] : ['done'];
    // Who is carried on is in the match before; told again, they are in neither, and the record waits for the
    // one they named.
    if (isCarried) outcomes.unshift('done');
    await world.deliver('player-left', { matchId: match.id, playerId }, delivery, ...outcomes);
    leave(model, match.id, playerId);
  };

const companyFor =
  (ticket: number) =>
  async (match: ModelMatch, model: Model, world: World): Promise<void> => {
    const { mostPlayers, timeoutMs } = kindOf(match);
    const players = playersIn(model, match.id);
    if (players.length === 0 || players.length >= mostPlayers) return;
    const { configuration, id: fills, teams } = match;
    const asked = { id: world.own(`ticket-${ticket}`), players, configuration, fills };
    expect(await world.backfill({ ...asked, teams })).toBe(askForCompany(model, asked, timeoutMs));
  };

const shown = (delivery: Delivery) =>
  typeof delivery === 'string' ? delivery : `its worker dies ${delivery.when} call ${delivery.call}`;

const ticket = fc.nat(11);
const n = fc.nat(7);
const delivery: fc.Arbitrary<Delivery> = fc.oneof(
  { arbitrary: fc.constant<Delivery>('once'), weight: 4 },
  { arbitrary: fc.constant<Delivery>('twice'), weight: 1 },
  {
    arbitrary: fc.record({ call: fc.integer({ min: 1, max: 12 }), when: fc.constantFrom('before', 'after') }),
    weight: 2,
  },
);

const often = <T>(times: number, it: fc.Arbitrary<T>): fc.Arbitrary<T>[] => Array(times).fill(it);

/** Steps in some configurations; those that move a story on come more often. */
const stepsIn = (configuration: fc.Arbitrary<string>): fc.Arbitrary<Step>[] => [
  ...often(
    6,
    fc
      .tuple(ticket, n, fc.boolean(), configuration)
      .map(([t, first, company, name]) =>
        step(
          `ticket ${t} of player ${first}${company ? ' and another' : ''} joins ${name}`,
          join(t, first, company, name),
        ),
      ),
  ),
  ...often(
    4,
    fc
      .tuple(configuration, delivery)
      .map(([name, how]) => step(`cycle of ${name}, ${shown(how)}`, cycle(name, how))),
  ),
  ...often(
    3,
    fc
      .tuple(n, delivery)
      .map(([match, how]) =>
        step(
          `all accept proposal ${match}, ${shown(how)}`,
          answer(match, 0, true, true, how),
          answer(match, 1, true, true, 'once'),
        ),
      ),
  ),
  ...often(
    4,
    fc
      .tuple(n, delivery)
      .map(([match, how]) => step(`match ${match} begins, ${shown(how)}`, toMatch(match, beginJob(how)))),
  ),
  fc
    .tuple(n, delivery)
    .map(([match, how]) => step(`match ${match} is given up, ${shown(how)}`, toMatch(match, giveUpJob(how)))),
  ...often(
    2,
    fc
      .tuple(n, ticket)
      .map(([match, t]) =>
        step(`ticket ${t} asks for company for match ${match}`, toMatch(match, companyFor(t))),
      ),
  ),
  fc
    .tuple(n, fc.nat(2), fc.boolean(), fc.boolean(), delivery)
    .map(([match, t, all, yes, how]) =>
      step(
        `${all ? 'all' : 'one'} of ticket ${t} of proposal ${match} say ${yes}, ${shown(how)}`,
        answer(match, t, all, yes, how),
      ),
    ),
  fc
    .tuple(ticket, delivery)
    .map(([t, how]) =>
      step(`ticket ${t} stops, ${shown(how)}`, (model, world) =>
        stopJob(world.own(`ticket-${t}`), how)(model, world),
      ),
    ),
  fc
    .tuple(n, n, delivery)
    .map(([match, player, how]) =>
      step(`player ${player} leaves match ${match}, ${shown(how)}`, toMatch(match, leaveJob(player, how))),
    ),
  fc
    .tuple(n, delivery)
    .map(([match, how]) =>
      step(`match ${match} has a result, ${shown(how)}`, toMatch(match, resultJob(how))),
    ),
  fc.tuple(n, delivery).map(([t, how]) =>
    step(`whatever ticket ${t} is, it stops, ${shown(how)}`, async (model, world) => {
      const id = nth(model.tickets.keys(), t);
      if (id !== undefined) await stopJob(id, how)(model, world);
    }),
  ),
  fc
    .tuple(fc.constantFrom(1, 30, 101, 301), delivery)
    .map(([seconds, how]) => step(`${seconds} s later, ${shown(how)}`, later(seconds, how))),
  fc.constantFrom(30, 101).map((seconds) => step(`${seconds} s later, unnoticed`, unnoticed(seconds))),
  configuration.map((name) => step(`${name} is partitioned otherwise`, repartitioned(name))),
];

/** Sequences of up to so many steps in one or two configurations. */
export const sequences = (maxCommands: number) =>
  fc
    .subarray(Object.keys(kinds), { minLength: 1, maxLength: 2 })
    .chain((names) => fc.commands(stepsIn(fc.constantFrom(...names)), { maxCommands, size: 'max' }));

/**
 * Brings every story to its end: who looks for a match stops, what was decided begins, what is played ends.
 */
export const end: Step = step('the end', async (model, world) => {
  for (;;) {
    const ticket = [...model.tickets.values()].find(isUndecided);
    const matches = [...model.matches.values()];
    const placing = [...model.tickets.values()].find((it) => it.status === 'PLACING')?.match;
    const decided = matches.find((it) => it.id === placing);
    const running = matches.find((it) => it.status === 'running');
    if (ticket) await stopJob(ticket.id, 'once')(model, world);
    else if (decided) await beginJob('once')(decided, model, world);
    else if (running) await resultJob('once')(running, model, world);
    else return;
    tend(model, kindOf);
    await world.compare(model);
  }
});
