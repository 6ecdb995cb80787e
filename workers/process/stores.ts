import type { Redis } from 'ioredis';
import { openOperatorKeys } from '../keys/operator-keys.ts';
import { openFailedJobs } from '../maintenance/failed-jobs.ts';
import { openQueueSwitch } from '../maintenance/queue-switch.ts';
import { openCompiled } from '../pool/compiled.ts';
import { openPool } from '../pool/pool.ts';
import { openActivityRecords } from '../records/activity.ts';
import { openApiKeys } from '../records/api-keys.ts';
import { openAudit } from '../records/audit.ts';
import { openConfigurations } from '../records/configurations.ts';
import type { Database } from '../records/database.ts';
import { openErasure } from '../records/erasure.ts';
import { openLadders } from '../records/ladders.ts';
import { openMatches } from '../records/matches.ts';
import { openPlayers } from '../records/players.ts';
import { openRatingChanges } from '../records/rating-changes.ts';
import { openRatingDistributions } from '../records/rating-distributions.ts';
import { openRecentOpponents } from '../records/recent-opponents.ts';
import { openRuleSets } from '../records/rule-sets.ts';
import { openSessions } from '../records/sessions.ts';
import { openSettingTags } from '../records/setting-tags.ts';
import { openSettings } from '../records/settings.ts';
import { openTickets } from '../records/tickets.ts';
import { openSessionCache } from '../session-cache/session-cache.ts';
import { openWebhook, type WebhookOptions } from '../session-creation/webhook.ts';
import type { Tracer } from '../telemetry/tracer.ts';

export type Stores = ReturnType<typeof openStores>;

/** What the stores of a worker are opened with. */
export interface StoreParts {
  readonly queueRedis: Redis;
  readonly cacheRedis: Redis;
  readonly database: Database;
  readonly domain: string;
  readonly tracer: Tracer;
  readonly onCacheAway: (error: unknown) => void;
  readonly placement: WebhookOptions;
  /**
   * How long (ms) ended tickets can be read from the queue store; absent: the default of
   * `records/tickets.ts`.
   */
  readonly readableMs?: number;
  /** How long sessions stay on record; absent: the default of `records/sessions.ts`. */
  readonly sessionDays?: number;
  /** Under which operators' keys are sealed; absent: nobody can give a command. */
  readonly keysSecret?: string | undefined;
}

/**
 * Every store of a worker on its three connections; each call is a step of the current trace, by the tracer
 * beside them.
 */
export function openStores({
  queueRedis,
  cacheRedis,
  database,
  domain,
  tracer,
  onCacheAway,
  placement,
  readableMs,
  sessionDays,
  keysSecret,
}: StoreParts) {
  const { db } = database;
  const pool = traced(tracer, 'pool', openPool(queueRedis, domain));
  const apiKeys = traced(tracer, 'api_keys', openApiKeys(db));
  return {
    tracer,
    database,
    pool,
    /** Configurations in force, ready to run. */
    compiled: openCompiled(pool),
    cache: traced(tracer, 'session-cache', openSessionCache(cacheRedis, onCacheAway)),
    players: traced(tracer, 'players', openPlayers(db)),
    sessions: traced(tracer, 'sessions', openSessions(db, sessionDays)),
    ladders: traced(tracer, 'ladders', openLadders(db)),
    matches: traced(tracer, 'matches', openMatches(db)),
    tickets: traced(tracer, 'tickets', openTickets(db, readableMs)),
    changes: traced(tracer, 'rating_changes', openRatingChanges(db)),
    opponents: traced(tracer, 'recent_opponents', openRecentOpponents(db)),
    erasure: traced(tracer, 'erasure', openErasure(db)),
    distributions: traced(tracer, 'rating_distribution', openRatingDistributions(db)),
    activity: traced(tracer, 'activity', openActivityRecords(db)),
    ruleSets: traced(tracer, 'rule_sets', openRuleSets(db)),
    configurations: traced(tracer, 'configurations', openConfigurations(db)),
    audit: traced(tracer, 'audit', openAudit(db)),
    settings: traced(tracer, 'settings', openSettings(db)),
    settingTags: traced(tracer, 'setting_tags', openSettingTags(db)),
    apiKeys,
    queueSwitch: traced(tracer, 'queues', openQueueSwitch(queueRedis, domain)),
    failedJobs: traced(tracer, 'queues', openFailedJobs(queueRedis, domain)),
    /** Who may give operators' commands; keys are sealed under `keysSecret`. */
    operatorKeys: openOperatorKeys({ apiKeys, pool }, { domain, keysSecret }),
    webhook: traced(tracer, 'placement', openWebhook(placement)),
  };
}

/** The same store, with every method a subsegment named after store and method; parts of a store likewise. */
function traced<Store extends object>(tracer: Tracer, name: string, store: Store): Store {
  const methods = Object.entries(store).map(([method, member]) => [
    method,
    typeof member === 'function'
      ? (...args: unknown[]) => tracer.subsegment(`${name}.${method}`, () => member(...args), 'remote')
      : traced(tracer, name, member),
  ]);
  return Object.fromEntries(methods);
}
