import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { domainKeys } from '../../jobs/keys.ts';
import { defaultSettings, type LadderSettings } from '../../jobs/ladder/ladder.ts';
import { rateOne } from '../../jobs/ladder/rate-one.ts';
import { inSeason, newcomer, type Rating } from '../../jobs/ladder/rating.ts';
import { isErased, pseudonymOf } from '../../jobs/rating-update/jobs.ts';
import { openFleetStores } from '../support/fleet-stores.ts';
import { deathOf, mortal } from '../support/mortal.ts';
import { signedLadderCommand } from '../support/operator.ts';
import { ask, type Duel, openRater, play, wins } from '../support/played.ts';

/** What happens to a ladder. Players and matches are told by small numbers. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('result'), again: fc.boolean() } as const) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('correct'), match: fc.nat(30) } as const) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('season') } as const) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('settings'), side: fc.nat(300) } as const) },
  /** An operator gives a player a rating. */
  {
    weight: 2,
    arbitrary: fc.record({
      ...({ kind: fc.constant('give') } as const),
      ...{ player: fc.nat(6), mu: fc.nat(50), sigma: fc.integer({ min: 1, max: 8 }), games: fc.nat(90) },
    }),
  },
  /** A player is erased. */
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('erase'), player: fc.nat(6) } as const) },
  /** A rater works; it dies at its n-th call, or not if it does not come to that. */
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('rate'), dies: fc.integer({ min: 1, max: 60 }) } as const),
  },
  /** Two raters work at once, each with what it remembers. */
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('race') } as const) },
);
const seats = fc.record({
  red: fc.nat(5),
  blue: fc.nat(5),
  late: fc.integer({ min: 0, max: 5_000 }),
  redWins: fc.boolean(),
});
const day = 86_400_000;

/** The settings and results that every match has in the end, in the order of the ladder. */
type Told =
  | { readonly kind: 'match'; readonly duel: Duel }
  | { readonly kind: 'season' }
  | { readonly kind: 'erased'; readonly playerId: string; readonly pseudonym: string }
  | ({ readonly kind: 'given'; readonly playerId: string } & Pick<Rating, 'mu' | 'sigma' | 'games'>)
  | { readonly kind: 'settings'; readonly settings: LadderSettings };

/** Rates a history from its beginning, with the results that its matches have in the end. */
function replay(told: readonly Told[], winners: ReadonlyMap<string, 'red' | 'blue'>): Map<string, Rating> {
  const ratings = new Map<string, Rating>();
  let [season, settings] = [0, defaultSettings];
  for (const it of told) {
    if (it.kind === 'settings') settings = it.settings;
    else if (it.kind === 'erased') {
      const rating = ratings.get(it.playerId);
      if (rating) ratings.set(it.pseudonym, rating);
      ratings.delete(it.playerId);
    } else if (it.kind === 'given') {
      const { kind: _, playerId, ...given } = it;
      ratings.set(playerId, { ...(ratings.get(playerId) ?? newcomer), ...given, season });
    } else if (it.kind === 'season') {
      season++;
      for (const [id, rating] of ratings) ratings.set(id, inSeason(rating, season, settings));
    } else {
      const { matchId, red, blue, at } = it.duel;
      const { matchId: _, ...result } = wins(winners.get(matchId) ?? 'red', matchId);
      const teams = [
        { name: 'red', playerIds: [red] },
        { name: 'blue', playerIds: [blue] },
      ];
      const ladder = { season, settings };
      const rated = rateOne({ matchId, committedAt: at, teams, result }, (id) => ratings.get(id), ladder);
      if (typeof rated === 'string') throw new Error(rated);
      for (const { playerId, after } of rated.changes) ratings.set(playerId, after);
    }
  }
  return ratings;
}

test('whatever happens to a ladder, corrections, seasons, deaths and two raters included, players stand as a replay has them (invariants 5, 11)', {
  timeout: 400_000,
}, async () => {
  await using fleet = await openFleetStores();
  const { stores } = fleet;
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(seats, { minLength: 12, maxLength: 12 }),
      fc.array(step, { minLength: 10, maxLength: 30 }),
      async (drawn, steps) => {
        const name = `h${run++}`;
        const duels = drawn.map(
          ({ red, blue, late }, n): Duel => ({
            matchId: `${name}-m${n}`,
            red: `${name}-p${red}`,
            blue: `${name}-p${blue === red ? blue + 1 : blue}`,
            at: day + n * day - late,
          }),
        );
        const winners = new Map<string, 'red' | 'blue'>(
          drawn.map((it, n) => [`${name}-m${n}`, it.redWins ? 'red' : 'blue']),
        );
        await play(stores, name, duels);
        const [one, other] = [openRater(stores), openRater(stores)];
        const told: Told[] = [];
        const reported: Duel[] = [];
        let [seasons, commands] = [0, 0];
        const send = (duel: Duel) => {
          const { matchId, ...result } = wins(winners.get(duel.matchId) ?? 'red', duel.matchId);
          return stores.pool.matches.report([{ matchId, result, ladder: name }]);
        };
        for (const it of steps) {
          const id = `${name}-c${commands++}`;
          if (it.kind === 'result') {
            const duel = it.again ? reported.at(-1) : duels[reported.length];
            if (!duel) continue;
            if (!it.again) {
              told.push({ kind: 'match', duel });
              reported.push(duel);
            }
            await send(duel);
          } else if (it.kind === 'correct') {
            const { matchId } = reported[it.match % Math.max(1, reported.length)] ?? {};
            if (!matchId) continue;
            const winner = winners.get(matchId) === 'red' ? 'blue' : 'red';
            winners.set(matchId, winner);
            await ask(stores, 'correct-result', { result: wins(winner, matchId), reason: 'why' }, id);
          } else if (it.kind === 'season') {
            told.push({ kind: 'season' });
            await ask(stores, 'start-season', { ladder: name, season: ++seasons }, id);
          } else if (it.kind === 'settings') {
            const settings = { ...defaultSettings, sideAdvantage: it.side, seasonKeeps: it.side / 300 };
            told.push({ kind: 'settings', settings });
            await ask(stores, 'put-ladder', { name, settings }, id);
          } else if (it.kind === 'give') {
            const { player, mu, sigma, games } = it;
            const given = { playerId: `${name}-p${player}`, mu, sigma, games };
            told.push({ kind: 'given', ...given });
            await ask(stores, 'give-ratings', { ladder: name, ratings: [given] }, id);
          } else if (it.kind === 'erase') {
            const playerId = `${name}-p${it.player}`;
            const erased = { playerId, pseudonym: pseudonymOf(randomUUID()) };
            told.push({ kind: 'erased', ...erased });
            const item = { ladder: name, ...erased };
            const asked = { kind: 'erase-player', item } as const;
            await stores.pool.results.commandLadder(
              name,
              await signedLadderCommand(fleet.stores, fleet.domain, asked, id),
            );
          } else if (it.kind === 'rate') {
            const death = { call: it.dies, when: 'after' } as const;
            await deathOf(openRater(mortal(stores, death)).rate(name), death);
          } else await Promise.all([one.rate(name), other.rate(name)]);
        }
        await one.rate(name);

        expect(await fleet.redis.xlen(domainKeys(fleet.domain).arrivals(name))).toBe(0);
        const wanted = replay(told, winners);
        const everybody = [0, 1, 2, 3, 4, 5, 6].map((n) => `${name}-p${n}`);
        const found = await stores.players.find([...everybody, ...wanted.keys()]);
        const shown = (rating: Rating | undefined) =>
          rating && {
            ...{ mu: rating.mu.toFixed(8), sigma: rating.sigma.toFixed(8) },
            ...{ games: rating.games, at: rating.at, season: rating.season },
          };
        for (const playerId of new Set([...everybody, ...wanted.keys()])) {
          const player = found.get(playerId);
          // No player is behind a pseudonym.
          const rating = isErased(playerId) ? undefined : wanted.get(playerId);
          expect([playerId, shown(player?.ratings[name])]).toEqual([playerId, shown(rating)]);
          expect(player?.profile.games_played ?? 0).toBe(rating?.games ?? 0);
        }
      },
    ),
    { numRuns: Number(process.env['HISTORIES'] ?? 12), seed: 20_261_130 },
  );
});
