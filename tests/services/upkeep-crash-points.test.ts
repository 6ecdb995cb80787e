import { readFileSync } from 'node:fs';
import { beforeEach, expect, test } from 'vitest';
import { catalogue } from '../../jobs/catalogue.ts';
import type { Configuration } from '../../jobs/configuration/configuration.ts';
import { poolTag, sessionCacheKey } from '../../jobs/keys.ts';
import { ladderSettings } from '../../jobs/ladder/ladder.ts';
import { sessionLifeSeconds } from '../../jobs/session/session.ts';
import { aConfiguration, duelRuleSet } from '../support/builders.ts';
import { type CrashRow, dieEverywhere } from '../support/crash-table.ts';
import type { HandFleet } from '../support/hand-fleet.ts';
import { type LifeSteps, type Own, openLife, type Worker } from '../support/life-steps.ts';
import { openOffice } from '../support/office.ts';
import { signedLadderCommand } from '../support/operator.ts';

/** What operators and the clock ask for: settings, pools that change, sessions that grow old, reports. */
let fleet: HandFleet;
let steps: LifeSteps;
beforeEach(async () => {
  ({ fleet, steps } = await openLife());
});

const relaxed = duelRuleSet.replace('"maxDistance":10', '"maxDistance":99');
/** The same duel among those who chose the same mode. */
const byMode = JSON.stringify({
  ...JSON.parse(relaxed),
  playerAttributes: [
    { name: 'skill', type: 'number', default: 10 },
    { name: 'mode', type: 'string', default: 'ranked' },
  ],
  rules: [{ name: 'SameMode', type: 'batchDistance', batchAttribute: 'mode' }],
});

const putRuleSet = (own: Own, body: string) =>
  openOffice(fleet).append('put-rule-set', { name: own('rules'), body });
const putConfiguration = (own: Own, name: string, more: Partial<Configuration> = {}) => {
  const { configuration } = aConfiguration();
  const item = { ...configuration, name: own(name), ruleSetName: own('rules'), ...more };
  return openOffice(fleet).append('put-configuration', item);
};
const apply = (worker: Worker) => worker.work('apply-commands', [{}]);
/** A configuration of the case's own, with its rule set. */
const settle = async (own: Own, ...names: string[]) => {
  await putRuleSet(own, duelRuleSet);
  for (const name of names) await putConfiguration(own, name);
  await apply(fleet);
};

/** A configuration as it is in force, and as it is on record: both version numbers, and the rule set's. */
const versionsOf = async (own: Own, name: string) => {
  const inForce = await fleet.stores.pool.settings.installed(own(name));
  const [onRecord] = (await fleet.stores.configurations.all()).filter(
    (it) => it.configuration.name === own(name),
  );
  return [inForce, onRecord].map((it) => [it?.version, it?.ruleSet.version]);
};
const cycle = (own: Own, worker: Worker) => steps.cycle(worker, own('duel'));
const matched = { ann: 'COMPLETED', bob: 'COMPLETED' };
const looks = 'getJobCounts getDelayedCount getWorkersCount';

const table: readonly CrashRow[] = [
  {
    job: 'apply-commands: a rule set that two configurations run',
    calls:
      'audit.last pool.nextCommand pool.beginCommand audit.find configurations.all ruleSets.latest pool.installedVersion pool.installedVersion audit.decide ruleSets.store configurations.find configurations.find configurations.store pool.install pool.install pool.settleCommand audit.last pool.nextCommand',
    begin: async (own) => {
      await settle(own, 'duel', 'other');
      await putRuleSet(own, relaxed);
    },
    work: (_own, worker) => apply(worker),
    look: async (own) => [await versionsOf(own, 'duel'), await versionsOf(own, 'other')],
    holds: Array(2).fill(Array(2).fill([2, 2])),
  },
  {
    job: 'apply-commands: one setting after the other, each once',
    calls: `${'audit.last pool.nextCommand pool.beginCommand audit.find ruleSets.latest configurations.latest pool.installedVersion audit.decide ruleSets.find configurations.store pool.install pool.settleCommand '.repeat(2)}audit.last pool.nextCommand`,
    begin: async (own) => {
      await settle(own, 'duel');
      await putConfiguration(own, 'duel', { requestTimeoutSeconds: 90 });
      await putConfiguration(own, 'duel', { requestTimeoutSeconds: 120 });
    },
    work: (_own, worker) => apply(worker),
    look: async (own) => {
      const asked = (await fleet.stores.audit.list({ target: own('duel'), limit: 10 })).reverse();
      return {
        versions: await versionsOf(own, 'duel'),
        inForce: (await fleet.stores.pool.settings.installed(own('duel')))?.configuration
          .requestTimeoutSeconds,
        results: asked.map((it) => it.verdict.kind === 'done' && it.verdict.result),
      };
    },
    holds: {
      versions: Array(2).fill([3, 1]),
      inForce: 120,
      results: [{ version: 1 }, { version: 2 }, { version: 3 }],
    },
  },
  {
    job: 'update-ratings',
    calls: 'pool.report queues.enqueue',
    begin: async (own) => {
      await settle(own, 'duel');
      await steps.start(own, ['ann', 'bob'], own('duel'));
      await cycle(own, fleet);
      await fleet.workOff();
      return (await fleet.producerTickets.describe([own('ann')]))[0]?.matchId;
    },
    work: (_own, worker, matchId) =>
      worker.work('update-ratings', [
        { matchId, teams: ['side_1', 'side_2'].map((name, index) => ({ name, rank: index + 1 })) },
      ]),
    end: matched,
    look: async (own) =>
      (await fleet.stores.players.find([own('ann')])).get(own('ann'))?.profile.games_played,
    holds: 1,
  },
  {
    job: 'put-ladder',
    calls: 'pool.redisTime pool.commandLadder queues.enqueue',
    begin: async (own) => {
      const item = { name: own('main'), settings: ladderSettings.parse({ sideAdvantage: 30 }) };
      const command = { kind: 'put-ladder', item } as const;
      return JSON.stringify(await signedLadderCommand(fleet.stores, fleet.domain, command));
    },
    work: (_own, worker, command) => worker.work('put-ladder', [JSON.parse(command)]),
    look: async (own) => (await fleet.stores.ladders.read([own('main')])).get(own('main'))?.settings,
    holds: ladderSettings.parse({ sideAdvantage: 30 }),
  },
  {
    job: 'form-matches of a pool that a new rule set splits',
    calls:
      'pool.readPool pool.catchUp compiled.current pool.move pool.rest pool.catchUp compiled.current pool.rest',
    begin: async (own) => {
      await settle(own, 'duel');
      await steps.start(own, ['ann', 'bob'], own('duel'));
      await putRuleSet(own, byMode);
      await apply(fleet);
    },
    work: cycle,
    lost: true,
    end: matched,
  },
  {
    job: 'form-matches of a pool whose cycles keep their distance',
    calls:
      'pool.readPool pool.catchUp compiled.current pool.beginCycle pool.commit queues.enqueue pool.noteRules pool.catchUp compiled.current pool.rest',
    begin: async (own) => {
      await settle(own);
      await putConfiguration(own, 'duel', { minimumIntervalSeconds: 5 });
      await apply(fleet);
      await steps.start(own, ['ann', 'bob'], own('duel'));
    },
    work: cycle,
    lost: true,
    end: matched,
  },
  {
    // Who asked is told after 15 s that nobody answered, and asks again.
    job: 'form-matches that answers why a ticket waits',
    calls:
      'pool.readPool pool.catchUp compiled.current pool.noteRules pool.takeQuestions pool.answer pool.rest',
    begin: async (own) => {
      await settle(own, 'duel');
      await steps.start(own, ['ann'], own('duel'));
      const question = JSON.stringify({ ticketId: own('ann'), replyId: own('reply') });
      await fleet.redis.rpush(`${poolTag(fleet.domain)}:questions:${own('duel')}`, question);
    },
    work: cycle,
    lost: true,
    meanwhile: (own) => fleet.stores.pool.tickets.stop(own('ann')),
    end: { ann: 'CANCELLED' },
  },
  {
    job: 'sweep that ends a match nobody reported a result of',
    calls: 'pool.oldMatches pool.endMatches',
    begin: async (own) => {
      await settle(own, 'duel');
      await steps.start(own, ['ann', 'bob'], own('duel'));
      await cycle(own, fleet);
      await fleet.workOff();
      const [{ matchId = '' } = {}] = await fleet.producerTickets.describe([own('ann')]);
      await fleet.redis.zincrby(`${poolTag(fleet.domain)}:lives`, -7_300_000, matchId);
    },
    work: (_own, worker) => worker.work('sweep', [{}]),
    look: async (own) => (await fleet.stores.pool.matches.presence([own('ann')])).get(own('ann'))?.matchId,
    holds: undefined,
    end: matched,
  },
  {
    // The cache may go on showing an expired session as it was before: too old for a reader to believe.
    job: 'expire-sessions',
    calls:
      'pool.redisTime sessions.stale pool.presence sessions.prolong sessions.expire sessions.find cache.putSessions',
    begin: async (own) => {
      await fleet.work('create-session', [{ sessionId: own('s'), playerId: own('ann'), requestedAt: 0 }]);
      const timestamp = new Date(Date.now() - sessionLifeSeconds * 1_001);
      await fleet.db
        .collection<{ _id: string }>('sessions')
        .updateOne({ _id: own('s') }, { $set: { timestamp } });
      await fleet.cacheRedis.hset(sessionCacheKey(own('s')), 'timestamp', timestamp.getTime());
    },
    work: (_own, worker) => worker.work('expire-sessions', [{}]),
    look: async (own) => (await fleet.stores.sessions.find([own('s')]))[0]?.status,
    holds: 'EXPIRED',
  },
  {
    job: 'read-session that the cache has lost',
    calls: 'cache.session pool.redisTime sessions.find cache.putSessions pool.presence cache.ratings',
    begin: async (own) => {
      await fleet.work('create-session', [{ sessionId: own('s'), playerId: own('ann'), requestedAt: 0 }]);
      await fleet.cacheRedis.del(`sessions:${own('s')}`);
    },
    work: (own, worker) => worker.work('read-session', [{ sessionId: own('s') }]),
    look: (own) => fleet.cacheRedis.hget(`sessions:${own('s')}`, 'status'),
    holds: 'ACTIVE',
  },
  {
    job: 'drop-tickets',
    calls: 'pool.redisTime tickets.drop audit.dropBefore',
    begin: (own) =>
      fleet.stores.tickets.record([
        {
          ...{ ticketId: own('old'), status: 'CANCELLED', configuration: 'duel', sequence: 1, players: '[]' },
          ...{
            playerIds: [],
            startTime: 1,
            endTime: 2,
            reason: 'Cancelled',
            message: 'Cancelled by request.',
          },
        },
      ]),
    work: (_own, worker) => worker.work('drop-tickets', [{}]),
    look: (own) => fleet.stores.tickets.find([own('old')]),
    holds: [],
  },
  {
    job: 'measure-ladders',
    calls: 'configurations.all pool.redisTime distributions.measureNext',
    work: (_own, worker) => worker.work('measure-ladders', [{}]),
  },
  {
    job: 'keep-activity',
    calls: 'pool.finishedSlots activity.keep',
    work: (_own, worker) => worker.work('keep-activity', [{}]),
  },
  {
    job: 'report-queue-length',
    calls: `pool.arrived pool.arrivalsWaiting pool.outboxLength pool.searching pool.lag pool.uncompared${`${` ${looks}`.repeat(4)}${' getJobs'.repeat(4)}`.replaceAll(' ', ' queues.')}`,
    work: (_own, worker) => worker.work('report-queue-length', [{}]),
  },
];

test.each(table)(
  '$job: whatever call its worker dies at, every invariant holds in the end (invariants 1 to 9)',
  { timeout: 300_000 },
  async (row) => {
    expect(await dieEverywhere(fleet, row)).toEqual(row.calls.split(' '));
  },
);

test('every kind of work has a row here, in the table of the lifecycle, or a death of its own', () => {
  const proofs = [
    'lifecycle-crash-points',
    'upkeep-crash-points',
    'api-crash-points',
    'crash-points',
    'delete-ladder',
    'deliver-events',
    'event-retention',
    'compare-stores',
  ].map((file) => readFileSync(new URL(`./${file}.test.ts`, import.meta.url), 'utf8'));
  const dies = (kind: string) =>
    proofs.some(
      (text) =>
        new RegExp(`(job: |test\\(\\s*)'${kind}\\b`).test(text) && /everyDeath|dieEverywhere/.test(text),
    );
  /** They only read: there is nothing that a death could leave half done. */
  const reads = [
    ...['describe-tickets', 'list-audit', 'describe-settings', 'read-record'],
    ...['describe-player', 'top-of-ladder', 'predict-chances', 'describe-ladders'],
    'read-activity',
  ];

  expect(catalogue.map((job) => job.kind).filter((kind) => !dies(kind))).toEqual(reads);
});
