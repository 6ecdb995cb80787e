import { beforeEach, expect, test } from 'vitest';
import { apiKeysKey } from '../../jobs/keys.ts';
import { seal } from '../../producers/keys/seal.ts';
import { duelRuleSet } from '../support/builders.ts';
import { type CrashRow, dieEverywhere } from '../support/crash-table.ts';
import type { HandFleet } from '../support/hand-fleet.ts';
import { type Own, openLife } from '../support/life-steps.ts';
import { openOffice } from '../support/office.ts';
import { keysSecret } from '../support/operator.ts';

/** What the HTTP API asks of workers: settings as GameLift's operations change them, and keys. */
let fleet: HandFleet;
beforeEach(async () => {
  ({ fleet } = await openLife());
});

const tags = [{ key: 'a', value: 'b' }];

/** A seal is made once: whoever asks again has the same key. */
const seals = new Map<string, ReturnType<typeof seal>>();
const studio = (own: Own) => {
  const name = own('studio');
  const made =
    seals.get(name) ?? seal({ name, generation: 1, state: 'active', rights: ['read'] }, 'secret', keysSecret);
  seals.set(name, made);
  return made;
};
const isCopied = (own: Own) => fleet.redis.hexists(apiKeysKey(fleet.domain), `${own('studio')}@1`);

const table: readonly CrashRow[] = [
  {
    job: 'apply-commands: tags',
    calls:
      'audit.last pool.nextCommand pool.beginCommand audit.find settings.createdAt settings.latest settingTags.of audit.decide settingTags.put pool.settleCommand audit.last pool.nextCommand',
    begin: async (own) => {
      const { ruleSets } = fleet.stores;
      await ruleSets.store({ name: own('rules'), version: 1, body: duelRuleSet, created_at: new Date(1) });
      await openOffice(fleet).append('tag-setting', { kind: 'rule-set', name: own('rules'), set: tags });
    },
    work: (_own, worker) => worker.work('apply-commands', [{}]),
    look: (own) => fleet.stores.settingTags.of('rule-set', own('rules'), 1),
    holds: tags,
  },
  {
    job: 'put-api-key',
    calls: 'apiKeys.put pool.copyKeys',
    work: (own, worker) => worker.work('put-api-key', [studio(own)]),
    look: async (own) => [
      (await fleet.stores.apiKeys.newest()).some((it) => it.name === own('studio')),
      await isCopied(own),
    ],
    holds: [true, 1],
  },
  {
    job: 'copy-api-keys',
    calls: 'apiKeys.newest pool.copyKeys',
    begin: async (own) => {
      await fleet.work('put-api-key', [studio(own)]);
      await fleet.redis.del(apiKeysKey(fleet.domain));
    },
    work: (_own, worker) => worker.work('copy-api-keys', [{}]),
    look: isCopied,
    holds: 1,
  },
];

test.each(table)(
  '$job: whatever call its worker dies at, every invariant holds in the end (invariants 1 to 9)',
  { timeout: 300_000 },
  async (row) => {
    expect(await dieEverywhere(fleet, row)).toEqual(row.calls.split(' '));
  },
);
