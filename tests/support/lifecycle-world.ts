import { expect } from 'vitest';
import { noId } from '../../jobs/chain.ts';
import { configurationOf } from '../../jobs/configuration/pool-name.ts';
import type { Job } from '../../jobs/contract.ts';
import { type EventType, storedEvents } from '../../jobs/event/event.ts';
import { poolTag } from '../../jobs/keys.ts';
import { aBackfill, aConfiguration, aPlayer, aTicket, splitOf } from './builders.ts';
import { fleetTime } from './fleet-clock.ts';
import { type HandFleet, openCrew } from './hand-fleet.ts';
import type { Worker } from './life-steps.ts';
import { type Playing, tend } from './lifecycle-matches.ts';
import { commit, expire, type Model, waiting } from './lifecycle-model.ts';
import { deathOf, mortal } from './mortal.ts';

/**
 * How a job is delivered: once, twice, or to a worker that dies at its n-th store call and then to another.
 */
export type Delivery = 'once' | 'twice' | { readonly call: number; readonly when: 'before' | 'after' };

const teams = (red: number, blue: number) => ({
  ruleLanguageVersion: '1.0',
  playerAttributes: [{ name: 'skill', type: 'number' }],
  teams: [
    { name: 'red', minPlayers: 1, maxPlayers: red },
    { name: 'blue', minPlayers: 1, maxPlayers: blue },
  ],
});

interface Kind extends Playing {
  readonly mostPerTicket: number;
  readonly answerMs: number | undefined;
  readonly ruleSet: ReturnType<typeof teams>;
}

const kind = (red: number, blue: number, more: Partial<Kind> = {}): Kind => ({
  timeoutMs: 300_000,
  automatic: false,
  mostPlayers: red + blue,
  mostPerTicket: red,
  answerMs: undefined,
  ruleSet: teams(red, blue),
  ...more,
});

/** The same rule set with one value that all share: its tickets wait in a pool of that name. */
const partitioned = (ruleSet: Kind['ruleSet']) => ({
  ...ruleSet,
  playerAttributes: [...ruleSet.playerAttributes, { name: 'mode', type: 'string', default: 'any' }],
  rules: [{ name: 'SameMode', type: 'batchDistance', batchAttribute: 'mode' }],
});

/**
 * Configurations in which everybody suits everybody, so that who still waits after a cycle waits for want of
 * players.
 */
export const kinds: Readonly<Record<string, Kind>> = {
  duel: kind(1, 1),
  asked: kind(2, 2, { answerMs: 100_000 }),
  manual: kind(1, 2),
  automatic: kind(1, 2, { automatic: true }),
  company: kind(1, 2, { automatic: true, answerMs: 100_000 }),
};

export function kindOf({ configuration }: { readonly configuration: string }): Kind {
  const found = kinds[configuration];
  if (!found) throw new Error(`there is no configuration ${configuration}`);
  return found;
}

interface Asked {
  readonly id: string;
  readonly configuration: string;
  readonly players: readonly string[];
}

export type World = Awaited<ReturnType<typeof openWorld>>;

/** The fleet that has these configurations. */
export async function prepare({ stores }: HandFleet): Promise<void> {
  const { configuration } = aConfiguration();
  for (const [name, { timeoutMs, automatic, answerMs, ruleSet }] of Object.entries(kinds)) {
    for (const [at, body] of [ruleSet, partitioned(ruleSet)].entries())
      await stores.ruleSets.store({
        ...{ name, version: at + 1, body: JSON.stringify(body) },
        created_at: new Date(),
      });
    await stores.pool.settings.install({
      version: 1,
      ruleSet: { name, version: 1, body: JSON.stringify(ruleSet) },
      split: [],
      configuration: {
        ...configuration,
        name,
        ruleSetName: name,
        requestTimeoutSeconds: timeoutMs / 1_000,
        backfillMode: automatic ? 'AUTOMATIC' : 'MANUAL',
        ...(answerMs !== undefined && {
          acceptanceRequired: true,
          acceptanceTimeoutSeconds: answerMs / 1_000,
        }),
      },
    });
  }
}

/** One sequence's part of a fleet: its tickets and players have ids that no other has. */
export async function openWorld(fleet: HandFleet, name: string) {
  const key = (what: string) => `${poolTag(fleet.domain)}:${what}`;
  const heard = new Map<string, EventType[]>();
  let position = (await fleet.redis.get(key('events-head'))) ?? noId;

  /** Events since the last look, in order; each is noted with its tickets. */
  const listen = async () => {
    const entries = await fleet.redis.xrange(key('events'), `(${position}`, '+');
    position = entries.at(-1)?.[0] ?? position;
    return entries.flatMap(storedEvents).map(({ type, pool = '', detail: { tickets, matchId } }) => {
      for (const { ticketId } of tickets) heard.set(ticketId, [...(heard.get(ticketId) ?? []), type]);
      return { type, pool, tickets, matchId: matchId as string | undefined };
    });
  };

  /** Workers do something; in the end one has done it. */
  const carryOut = async (work: (worker: Worker) => Promise<unknown>, delivery: Delivery) => {
    if (typeof delivery === 'object') {
      const death = { ...delivery };
      await deathOf(work(openCrew(mortal(fleet.kit, death))), death);
    }
    const times = delivery === 'twice' ? 2 : 1;
    for (let time = 0; time < times; time++) await work(fleet);
  };

  /** Where a ticket searches by the version in force, and for how long. */
  const placeOf = async ({ configuration }: Asked) => {
    const installed = await fleet.stores.pool.settings.installed(configuration);
    return {
      configuration,
      version: installed?.version ?? 0,
      pool: installed?.ruleSet.version === 2 ? `${configuration}/any` : configuration,
      timeoutMs: kindOf({ configuration }).timeoutMs,
    };
  };

  const world = {
    own: (what: string) => `${name}-${what}`,
    now: () => fleetTime(fleet.redis, fleet.domain),
    advance: fleet.advance,
    beat: (delivery: Delivery) => carryOut((worker) => worker.beat(), delivery),

    /** A producer starts a ticket. */
    async start(asked: Asked): Promise<'searching' | 'refused'> {
      const { verdicts } = await fleet.producerTickets.start([
        { ...aTicket(asked.id, asked.players), ...(await placeOf(asked)) },
      ]);
      return verdicts[0]?.kind === 'searching' ? 'searching' : 'refused';
    },

    /** A producer asks for company for a match, whose players are on these teams. */
    async backfill(
      asked: Asked & { readonly fills: string; readonly teams: ReadonlyMap<string, string> },
    ): Promise<'searching' | 'refused'> {
      const { id, fills, teams } = asked;
      const players = asked.players.map((player) => ({ ...aPlayer(player), team: teams.get(player) ?? '' }));
      const { verdict } = await fleet.producerTickets.backfill({
        ...aBackfill(id, players, fills),
        ...(await placeOf(asked)),
      });
      return verdict.kind === 'searching' ? 'searching' : 'refused';
    },

    /** A job reaches workers; in the end one has done it, with one of these outcomes (`done`). */
    deliver: (
      job: Job['kind'],
      item: object,
      delivery: Delivery,
      ...outcomes: ('done' | 'refused' | 'later')[]
    ) =>
      carryOut(async (worker) => {
        const ended = await worker.work(job, [item]);
        const refused = ended.kind === 'done' && (ended.refusals ?? []).length > 0;
        expect(outcomes.length > 0 ? outcomes : ['done']).toContain(refused ? 'refused' : ended.kind);
      }, delivery),

    /**
     * Puts a configuration's tickets into a pool of one value, or back into that of the whole configuration.
     */
    async repartition(name: string): Promise<void> {
      const { pool } = fleet.stores;
      const installed = await pool.settings.installed(name);
      if (!installed) throw new Error(`there is no configuration ${name}`);
      const version = installed.ruleSet.version === 1 ? 2 : 1;
      const { ruleSet } = kindOf({ configuration: name });
      const body = JSON.stringify(version === 1 ? ruleSet : partitioned(ruleSet));
      const [next, split] = [installed.version + 1, splitOf(body)];
      await pool.settings.install({ ...installed, version: next, ruleSet: { name, version, body }, split });
    },

    /** Pools that have tickets of a configuration; where they belong by now comes last. */
    async pools(name: string): Promise<string[]> {
      const installed = await fleet.stores.pool.settings.installed(name);
      if (installed?.version === 1) return [name];
      const both = [name, `${name}/any`];
      return installed?.ruleSet.version === 1 ? both.reverse() : both;
    },

    /** What a cycle of a pool was seen to do is right, and left nobody waiting without need. */
    async followCycle(model: Model, configuration: string): Promise<void> {
      expire(model, configuration);
      for (const { type, pool, matchId = '', tickets } of await listen()) {
        if (type === 'MatchmakingSearching' && tickets.some((it) => !model.tickets.has(it.ticketId)))
          tend(model, kindOf);
        if (type === 'PotentialMatchCreated') {
          const of = configurationOf(pool);
          const teams = new Map(
            tickets.flatMap((it) =>
              it.players.map((player) => [player.playerId, player.team ?? ''] as const),
            ),
          );
          const ids = tickets.map((it) => it.ticketId);
          commit(model, of, { id: matchId, tickets: ids, teams }, kinds[of]?.answerMs);
          for (const team of kinds[of]?.ruleSet.teams ?? []) {
            const members = [...teams.values()].filter((it) => it === team.name).length;
            expect(members).toBeGreaterThanOrEqual(team.minPlayers);
            expect(members).toBeLessThanOrEqual(team.maxPlayers);
          }
        }
      }
      tend(model, kindOf);
      const left = Object.groupBy(waiting(model, configuration), (it) => (it.fills ? 'playing' : 'alone'));
      const { playing = [], alone = [] } = left;
      // Two suit each other always; a match that wants company may have no place for two at once.
      const could = playing.length > 0 ? alone.filter((it) => it.players.length === 1) : alone.slice(1);
      expect(could, `tickets of ${configuration} that wait though they need not`).toEqual([]);
    },

    /** The fleet's tickets and events are the model's. */
    async compare(model: Model): Promise<void> {
      await listen();
      const tickets = [...model.tickets.values()];
      const described = await fleet.producerTickets.describe(tickets.map((it) => it.id));
      expect(described.map((it) => [it.ticketId, it.status])).toEqual(
        tickets.map((it) => [it.id, it.status]),
      );
      expect(tickets.map((it) => [it.id, ...(heard.get(it.id) ?? [])])).toEqual(
        tickets.map((it) => [it.id, ...it.events]),
      );
    },

    /** Jobs that are late by now do nothing. */
    drain: fleet.drain,
  };
  return world;
}
