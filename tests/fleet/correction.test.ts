import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { openCliHere } from '../support/cli.ts';
import { type Fleet, openFleet } from '../support/fleet.ts';
import { play, wins } from '../support/played.ts';

let fleet: Fleet;
beforeEach(async () => {
  fleet = await openFleet();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
});

const player = (name: string) => fleet.own(name);
const ratingOf = async (name: string) =>
  (await fleet.stores.players.find([player(name)])).get(player(name))?.profile.current_rating;
/** The winner of every duel is who is listed first. */
async function playAndReport(...matchIds: string[]) {
  await play(
    fleet.stores,
    'default',
    matchIds.map((matchId, n) => ({ matchId, red: player('a'), blue: player('b'), at: n + 1 })),
  );
  await fleet.client.reportMatchResultAll(matchIds.map((matchId) => wins('red', matchId)));
  await vi.waitFor(async () => {
    const { games_played } = (await fleet.stores.players.find([player('a')])).get(player('a'))?.profile ?? {};
    expect(games_played).toBe(matchIds.length);
  }, 15_000);
}

test('an operator corrects a result through the client, and the ladder is rated again', {
  timeout: 60_000,
}, async () => {
  await fleet.startWorker();
  await playAndReport('m1', 'm2');
  const before = await ratingOf('a');

  const answer = await fleet.client.correctResult({
    result: wins('blue', 'm1'),
    reason: 'the referee erred',
  });

  expect(answer).toEqual({ matches: 2, revision: 3 });
  await vi.waitFor(async () => expect(await ratingOf('a')).toBeLessThan(before ?? 0), { timeout: 10_000 });
  await expect(fleet.client.correctResult({ result: wins('blue', 'ghost'), reason: 'why' })).rejects.toThrow(
    'there is no match ghost',
  );
  expect(await fleet.client.startSeason({ ladder: 'default', season: 1 })).toMatchObject({ season: 1 });
  expect(await fleet.client.putLadder({ name: 'default', settings: { sideAdvantage: 30 } })).toMatchObject({
    sideAdvantage: 30,
    seasonKeeps: 0.75,
  });
});

test('the command line corrects a result, sets a ladder and starts its season', {
  timeout: 60_000,
}, async () => {
  await fleet.startWorker();
  await playAndReport('m1');
  const folder = await mkdtemp(join(tmpdir(), 'ladder-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = async (name: string, content: object) => {
    await writeFile(join(folder, name), JSON.stringify(content));
    return join(folder, name);
  };
  const cli = async (...args: string[]) => {
    const { code, out, err } = await openCliHere(fleet.domain, folder)('--json', 'ladder', ...args);
    if (code !== 0) throw new Error(err);
    return JSON.parse(out);
  };

  expect(await cli('correct', await file('result.json', wins('blue', 'm1')), '--reason', 'appeal')).toEqual({
    matches: 1,
    revision: 2,
  });
  expect(await cli('put', 'default', await file('ladder.json', { sideAdvantage: 40 }))).toMatchObject({
    settings: { sideAdvantage: 40 },
  });
  expect(await cli('start-season', 'default', '1')).toMatchObject({ season: 1 });
  await expect(cli('start-season', 'default', '7')).rejects.toThrow('only the one after it can start');
});
