import type { InstalledConfiguration } from '../../jobs/configuration/configuration.ts';
import type { CommittedMatch } from '../../jobs/match/match.ts';
import { automaticTicketId, companyFor } from '../../jobs/matchmaking/backfill.ts';
import type { PlacementOutcome } from '../../jobs/session/placement.ts';
import type { Compiled } from '../pool/compiled.ts';
import type { Pool } from '../pool/pool.ts';
import { batched } from '../telemetry/batched.ts';
import type { Tracer } from '../telemetry/tracer.ts';
import { noPlace, type PlacementWebhook, type WebhookAnswer } from './webhook.ts';

export interface PlacementStores {
  readonly pool: Pool;
  readonly compiled: Compiled;
  readonly webhook: PlacementWebhook;
  readonly tracer: Tracer;
}

/** What is known about a match's place. `waiting`: nothing yet, ask again in so many ms. */
export type Placement = PlacementOutcome | { readonly kind: 'waiting'; readonly ms: number };

/** Requests on their way at once in one process, and how long (ms) a job may spend on them. */
const inFlight = 32;
const jobMs = 2_000;

/** Pauses between two requests for one match grow with its age. */
const leastPauseMs = 500;
const mostPauseMs = 10_000;

/**
 * Finds matches whose configuration wants it a place to be played; the others are left out of the result.
 * What the webhook said is noted in the outbox before anything follows from it, and the first note stands:
 * whoever repeats this, after a crash or beside another worker, goes on with the same answer.
 */
export function openPlacement({ pool, compiled, webhook, tracer }: PlacementStores) {
  const send = batched<() => Promise<WebhookAnswer>, WebhookAnswer>(tracer, {
    send: async (requests) => Promise.all(requests.map((request) => request())),
    maxItems: 1,
    inFlight,
    schedule: setImmediate,
  });

  /** Somebody else may have settled the match meanwhile: looked at again, it is not there any more. */
  const note = async (matchId: string, outcome: PlacementOutcome): Promise<Placement> =>
    (await pool.matches.place(matchId, outcome)) ?? { kind: 'waiting', ms: leastPauseMs };

  return async (
    matches: readonly CommittedMatch[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, Placement>> => {
    const wanting = matches.filter((match) => match.placement === 'webhook');
    if (wanting.length === 0) return new Map();
    const [known, settings] = await Promise.all([
      pool.matches.placements(wanting.map((match) => match.matchId)),
      settingsOf(wanting),
    ]);
    const timeUp = AbortSignal.any([signal, AbortSignal.timeout(jobMs)]);
    const placed = await Promise.all(
      wanting.map(async (match, index) => {
        const { age = 0, outcome } = known[index] ?? {};
        return [
          match.matchId,
          outcome ?? (await place(match, settings.get(match.configuration), age, timeUp)),
        ] as const;
      }),
    );
    return new Map(placed);
  };

  /**
   * The configurations of matches as they are in force now: a webhook that was mended is asked at its new
   * address.
   */
  async function settingsOf(matches: readonly CommittedMatch[]) {
    const names = [...new Set(matches.map((match) => match.configuration))];
    const inForce = await Promise.all(names.map((name) => pool.settings.installed(name)));
    return new Map(names.map((name, index) => [name, inForce[index]]));
  }

  /**
   * The ticket by which the fleet will fill a match once it has started, should it have open places then as
   * it has now.
   */
  async function autoBackfillTicketId(match: CommittedMatch, version: number): Promise<string | undefined> {
    const current = await compiled.current(match.configuration, version);
    const company = current && companyFor(current.installed.configuration, current.ruleSet);
    const players = match.teams.reduce((sum, team) => sum + team.playerIds.length, 0);
    return company && players < company.mostPlayers ? automaticTicketId(match.matchId) : undefined;
  }

  async function place(
    match: CommittedMatch,
    settings: InstalledConfiguration | undefined,
    age: number,
    signal: AbortSignal,
  ): Promise<Placement> {
    const { matchId } = match;
    // A configuration that has stopped asking for places since: nobody can be asked any more.
    if (settings?.configuration.placement.kind !== 'webhook')
      return note(matchId, { kind: 'failed', message: noPlace });
    const { placement, gameProperties, gameSessionData } = settings.configuration;
    const told = {
      gameProperties,
      gameSessionData,
      autoBackfillTicketId: await autoBackfillTicketId(match, settings.version),
    };
    const answer = await send(() => webhook.ask(match, placement, told, signal));
    if (answer.kind === 'placed') return note(matchId, answer);
    if (answer.kind === 'refused' || age >= placement.deadlineSeconds * 1_000)
      return note(matchId, { kind: 'failed', message: answer.message });
    return { kind: 'waiting', ms: Math.min(mostPauseMs, Math.max(leastPauseMs, age / 2)) };
  }
}
