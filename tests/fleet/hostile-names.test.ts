import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Document } from 'mongodb';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { DescribedTicket } from '../../jobs/session/described-ticket.ts';
import type { AttributeValue } from '../../jobs/ticket/ticket.ts';
import { openCliHere } from '../support/cli.ts';
import { type Fleet, openFleet } from '../support/fleet.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** One fleet with one worker for all tests. */
let fleet: Fleet;
let folder: string;
let cli: ReturnType<typeof openCliHere>;
beforeAll(async () => {
  fleet = await openFleet();
  folder = await mkdtemp(join(tmpdir(), 'names-'));
  cli = openCliHere(fleet.domain, folder);
  await fleet.startWorker();
});
afterAll(async () => {
  await fleet[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const eventually = <T>(check: () => Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 30_000, interval: 50 });

/** Names that every object has, that a database reads something into, or that are as odd as they may be. */
const hostile = [
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', '$set', 'a.b.$.c', '.'],
  ...['0', 'Iñtërnâtiônàlizætiøn 🎲', 'x'.repeat(100)],
];
/** Names that ladders and configurations may have too. */
const settings = ['constructor', 'toString', 'hasOwnProperty'];

/** An object with these names, also with one that an object literal would not take. */
const under = <T>(names: readonly string[], value: (name: string, index: number) => T): Record<string, T> =>
  Object.fromEntries(names.map((name, index) => [name, value(name, index)]));

/**
 * Two teams of such names. All rules read such attributes, and each keeps apart who differs: a name that was
 * lost or mixed up with another leaves the players unmatched.
 */
const ruleSet = (teams: readonly string[]) =>
  JSON.stringify({
    ruleLanguageVersion: '1.0',
    playerAttributes: [
      ...hostile.slice(0, 8).map((name) => ({ name, type: 'number' })),
      { name: 'maps', type: 'string_number_map' },
      { name: 'rated', type: 'number' },
    ],
    teams: teams.map((name) => ({ name, minPlayers: 1, maxPlayers: 1 })),
    rules: [
      ...hostile.slice(0, 8).map((name) => ({
        name: `${name}, near`,
        type: 'distance',
        measurements: [`max(flatten(teams[*].players.attributes[${name}]))`],
        referenceValue: `min(flatten(teams[*].players.attributes[${name}]))`,
        maxDistance: 0,
      })),
      {
        name: 'maps',
        type: 'comparison',
        measurements: [`flatten(teams[*].players.attributes[maps][constructor])`],
        referenceValue: hostile.indexOf('constructor'),
        operation: '=',
      },
      { name: 'near', type: 'latency', maxLatency: 100 },
    ],
  });

const playerOf = (playerId: string) => ({
  playerId,
  attributes: {
    ...under(hostile.slice(0, 8), (_, index): AttributeValue => ({ N: index })),
    maps: { SDM: under(hostile, (_, index) => index) },
  },
  latencyInMs: under(hostile, (_, index) => 10 + index),
});

test.each(settings.map((name, index) => [name, hostile.slice(3 * index, 3 * index + 4)] as const))(
  'whatever players, attributes, locations, teams and tags are called, the journey on ladder and configuration %s loses and mixes up nothing (invariants 4 and 5, DESIGN 13)',
  async (name, ids) => {
    const { client } = fleet;
    const [first = '', second = ''] = ids;
    const wanted = ids.slice(0, 2).map(playerOf);
    await client.putRuleSet({
      name,
      body: ruleSet([first, second]),
    });
    await client.putLadder({ name, settings: {} });
    await client.putConfiguration({
      ...{ name, ruleSetName: name, requestTimeoutSeconds: 60, ladder: name },
      tags: hostile.map((key) => ({ key, value: key })),
      ratingAttributes: under(['rated', hostile[0] ?? '', hostile[5] ?? ''], (it) =>
        it === 'rated' ? ('rating' as const) : ('mu' as const),
      ),
    });
    const sessions = await Promise.all(
      wanted.map(({ playerId }) =>
        client.createSession({
          playerId,
          sessionId: fleet.own(`${name}-${wanted.findIndex((it) => it.playerId === playerId)}`),
        }),
      ),
    );

    const alone = await client.startMatchmaking({ configuration: name, players: wanted.slice(0, 1) });
    await eventually(async () => {
      const explained = await client.explainTicket(alone.ticketId);
      expect(explained).toMatchObject({ status: 'SEARCHING' });
    });
    expect((await fleet.ticket(alone.ticketId))?.players).toMatchObject(
      wanted.slice(0, 1).map(({ playerId, latencyInMs }) => ({ playerId, latencyInMs })),
    );
    expect((await cli('ticket', 'show', alone.ticketId)).code).toBe(0);
    const other = await client.startMatchmaking({ configuration: name, players: wanted.slice(1) });
    const tickets = [alone, other].map((it) => it.ticketId);
    const described = await eventually(async (): Promise<DescribedTicket[]> => {
      const all = await client.describeMatchmaking(tickets);
      expect(all.map((it) => it.status)).toEqual(['COMPLETED', 'COMPLETED']);
      return all;
    });
    for (const [index, { players }] of described.entries()) {
      const [asked, found] = [wanted[index], players[0]];
      expect(found?.playerId).toBe(asked?.playerId);
      expect(Object.entries(found?.latencyInMs ?? {})).toEqual(Object.entries(asked?.latencyInMs ?? {}));
      const { maps } = found?.attributes ?? {};
      expect(new Map(Object.entries((maps as { SDM: object }).SDM))).toEqual(
        new Map(hostile.map((it, at) => [it, at])),
      );
      expect(Object.keys(found?.attributes ?? {}).sort()).toEqual(
        [...hostile.slice(0, 8), 'maps', 'rated'].sort(),
      );
    }
    const matchId = described[0]?.matchId ?? '';

    const stored = await eventually(async () => {
      const found = await client.describeMatch(matchId);
      if (found?.stage !== 'stored') throw new Error('it is not stored yet');
      return found.match;
    });
    expect(stored.location).toBe(hostile[0]);
    expect(stored.teams.map((team) => team.name).sort()).toEqual([first, second].sort());
    expect(stored.tickets.flatMap((it) => it.players)).toMatchObject(
      described.flatMap((it) => it.players.map(({ playerId, latencyInMs }) => ({ playerId, latencyInMs }))),
    );
    const data = await client.readMatchmakerData(matchId);
    expect(data.teams.flatMap((team) => team.players).map((it) => Object.keys(it.attributes).length)).toEqual(
      [10, 10],
    );
    expect(
      await client.predictChances({ ladder: name, teams: ids.slice(0, 2).map((it) => [it]) }),
    ).toHaveLength(2);
    await client.reportMatchResult({
      matchId,
      teams: stored.teams.map((team) => ({ name: team.name, rank: team.name === first ? 1 : 2 })),
      played: under(ids.slice(0, 2), () => 0.5),
    });
    await eventually(async () => {
      for (const { playerId } of wanted) {
        const found = await client.describePlayer(playerId);
        expect(found?.record?.ratings.filter((it) => it.ladder === name)).toMatchObject([{ games: 1 }]);
      }
    });
    const winner = stored.teams.find((team) => team.name === first)?.playerIds ?? [];
    expect((await client.readTopOfLadder({ ladder: name })).map((it) => it.playerId)[0]).toBe(winner[0]);
    expect((await cli('match', 'show', matchId)).out).toContain(winner[0]);
    expect((await cli('player', 'show', winner[0] ?? '')).out).toContain(name);
    expect((await cli('ladder', 'top', name)).out).toContain(winner[0]);
    await client.setRating({ ladder: name, playerId: first, rating: 1_700, reason: 'test' });
    await Promise.all(
      sessions.map(({ sessionId }, index) => client.endSession({ sessionId, playerId: ids[index] ?? '' })),
    );
  },
);

test('no name that a client has chosen names a field of the record (DESIGN 5)', async () => {
  const fields = new Set<string>();
  const walk = (value: unknown, path: string): void => {
    if (Array.isArray(value)) for (const it of value) walk(it, path);
    else if (
      Object.prototype.toString.call(value) === '[object Object]' &&
      !('_bsontype' in (value as object))
    )
      for (const [name, it] of Object.entries(value as object)) {
        fields.add(`${path}.${name}`);
        walk(it, `${path}.${name}`);
      }
  };
  const collections = await fleet.db.listCollections({}, { nameOnly: true }).toArray();
  const counts = new Map<string, number>();
  for (const { name } of collections) {
    const documents: Document[] = await fleet.db.collection(name).find().toArray();
    counts.set(name, documents.length);
    for (const document of documents) walk(document, name.replace(/\d.*$/, ''));
  }
  expect(counts.get('matches')).toBe(settings.length);

  // Ladders are named by operators, of letters, digits and hyphens.
  const odd = [...fields].filter((it) => {
    const name = it.replace(/^players\.ratings\.[a-zA-Z0-9-]+/, 'players.ratings.ladder');
    return !/^[a-z_]+(\.[a-zA-Z_]+)*$/.test(name) || hostile.some((each) => name.split('.').includes(each));
  });
  expect(odd).toEqual([]);
});

test('a player of any name is erased, and no other (DESIGN 5)', async () => {
  const { client } = fleet;
  const [gone, other] = ['valueOf', '__defineGetter__'];
  for (const playerId of [gone, other]) {
    await client.createSession({ playerId });
    await client.setRating({ ladder: 'toString', playerId, rating: 1_600, reason: 'test' });
  }

  await client.erasePlayer({ playerId: gone, reason: 'request 1' });

  expect((await client.describePlayer(gone))?.record).toBeUndefined();
  expect((await client.describePlayer(other))?.record?.ratings).toMatchObject([{ rating: 1_600 }]);
});
