import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { catalogue } from '../../jobs/catalogue.ts';
import { type CommandEnvelope, goodForMs } from '../../jobs/commands.ts';
import { poolTag } from '../../jobs/keys.ts';
import type { rights } from '../../jobs/maintenance/api-keys.ts';
import { settingCommands, settingsChain } from '../../jobs/maintenance/setting-commands.ts';
import { ladderCommand } from '../../jobs/rating-update/ladder-command.ts';
import { openSigning } from '../../producers/commands/signing.ts';
import { openScript } from '../../producers/connection/script.ts';
import { newSecret, tokenOf } from '../../producers/keys/seal.ts';
import { seal } from '../../workers/keys/key-seal.ts';
import { openOperatorKeys } from '../../workers/keys/operator-keys.ts';
import { applyWaiting } from '../../workers/maintenance/apply-commands.ts';
import { duelRuleSet } from '../support/builders.ts';
import { type HandFleet, openHandFleet } from '../support/hand-fleet.ts';
import { keysSecret } from '../support/operator.ts';
import { openRater } from '../support/played.ts';

let fleet: HandFleet;
let sign: (name?: string) => ReturnType<typeof openSigning>;
const secrets = new Map<string, string>();

beforeEach(async () => {
  fleet = await openHandFleet();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
  secrets.clear();
  await makeKey('op', ['operate']);
  sign = (name = 'op') =>
    openSigning({ domain: fleet.domain, operatorKey: tokenOf(name, secrets.get(name) ?? '') });
});

async function makeKey(name: string, may: readonly (typeof rights)[number][], generation = 1) {
  const state = may.length > 0 ? 'active' : 'revoked';
  const secret = newSecret();
  secrets.set(name, secrets.get(name) ?? secret);
  const key = seal({ name, generation, state, rights: [...may] }, secret, keysSecret);
  expect(await fleet.stores.apiKeys.put(key, new Date())).toBe('stored');
}

/** What the worker says of a command as it stands in the settings chain. */
async function inChain(envelope: object, id = String((envelope as CommandEnvelope).id)): Promise<string> {
  const append = openScript<string>(fleet.redis, poolTag(fleet.domain), 'append-command');
  await append(settingsChain, id, JSON.stringify(envelope));
  await applyWaiting(fleet.stores);
  const { verdict } = (await fleet.stores.audit.find(id)) ?? expect.fail('nothing was decided');
  return verdict.kind === 'refused' ? verdict.reason : verdict.kind;
}

/** What the rater says of a command as it stands among the ladder's arrivals, whoever put it there. */
async function amongArrivals(envelope: CommandEnvelope, ladder = 'main'): Promise<string> {
  const { pool } = fleet.stores;
  await pool.results.commandLadder(ladder, envelope);
  await openRater(fleet.stores).rate(ladder);
  const { verdict } = await pool.results.commandLadder(ladder, envelope);
  return verdict === undefined ? 'waits' : 'refused' in verdict ? verdict.refused : 'done';
}

/** What the worker says that takes a command from its queue. */
async function onQueue(envelope: CommandEnvelope): Promise<string> {
  const outcome = await fleet.work(envelope.kind, [envelope]);
  return outcome.kind === 'refused' ? outcome.reason : outcome.kind;
}

const season = (ladder: string, number: number) => ({
  ...{ kind: 'start-season', target: ladder, item: { ladder, season: number } },
});
const ruleSet = { kind: 'put-rule-set', target: 'duel', item: { name: 'duel', body: duelRuleSet } };
const seasonOf = async (ladder: string) =>
  (await fleet.stores.ladders.read([ladder])).get(ladder)?.season ?? expect.fail('no ladder');

const ladderKinds: readonly string[] = ladderCommand.options.map((it) => it.shape.kind.value);
const settingKinds: readonly string[] = settingCommands.map((it) => it.kind);

describe('an operator kind', () => {
  const ways = [
    ...settingKinds.map((kind) => ({ kind, where: 'in its chain', give: inChain })),
    ...ladderKinds.map((kind) => ({
      ...{ kind, where: "among its ladder's arrivals" },
      give: (it: CommandEnvelope) => amongArrivals(it),
    })),
    ...ladderKinds.map((kind) => ({ kind, where: 'on its queue', give: onQueue })),
  ];

  test.each(ways)(
    '$kind $where is refused unsigned, wrongly signed, and signed by a key without the right; the audit has it',
    async ({ kind, give }) => {
      await makeKey('game', ['matchmake', 'report', 'read']);
      const asked = () => sign()({ kind, target: 'main', item: { name: 'main' } });
      const { signature: _none, ...unsigned } = asked();

      expect(await give(unsigned as CommandEnvelope)).toMatch(/^signature: there is none; .*--operator-key/);
      expect(await give({ ...asked(), signature: '0'.repeat(64) })).toMatch(/^signature: it is not that of/);
      expect(await give(sign('game')({ kind, target: 'main', item: {} }))).toMatch(
        /^operator: key game may not .*key create/,
      );
      expect(await seasonOf('main')).toBe(0);
      const decided = await fleet.stores.audit.list({ limit: 10 });
      const refused = { kind, target: 'main', operator: '-', verdict: { kind: 'refused' } };
      expect(decided).toMatchObject([refused, refused, refused]);
    },
  );

  test("cannot be new without being here: every kind of job is an operator's command or known to be none", () => {
    const others = [
      ...['create-session', 'start-match', 'end-session', 'player-left', 'read-session', 'expire-sessions'],
      ...['start-matchmaking', 'stop-matchmaking', 'accept-match', 'start-backfill', 'form-matches'],
      ...['update-ratings', 'rate-ladder', 'report-queue-length', 'sweep', 'compare-stores', 'trim-events'],
      ...['deliver-events', 'record-tickets', 'forget-tickets', 'drop-tickets', 'describe-tickets'],
      // A key proves by its seal who made it.
      ...['apply-commands', 'list-audit', 'describe-settings', 'put-api-key', 'copy-api-keys'],
      ...['read-record', 'describe-player', 'top-of-ladder', 'measure-ladders', 'predict-chances'],
      ...['describe-ladders'],
      ...['keep-activity', 'read-activity'],
    ];

    const kinds = catalogue.map((it) => it.kind).filter((kind) => !others.includes(kind));
    expect(kinds.sort()).toEqual([...ladderKinds].sort());
  });
});

describe('a signed command', () => {
  test('is applied, and the audit names its key', async () => {
    const command = sign()({ ...ruleSet, reason: 'a new season' });

    expect(await inChain(command)).toBe('done');
    expect(await fleet.stores.audit.find(command.id)).toMatchObject({
      operator: 'op',
      reason: 'a new season',
    });
    expect(await amongArrivals(sign()(season('main', 1)))).toBe('done');
    expect(await seasonOf('main')).toBe(1);
    expect(await fleet.stores.audit.list({ target: 'main', operator: 'op', limit: 9 })).toMatchObject([
      { kind: 'start-season', verdict: { kind: 'done', result: { season: 1 } } },
    ]);
  });

  test('is refused with any part of it altered', async () => {
    const altered: Partial<CommandEnvelope>[] = [
      { body: JSON.stringify({ name: 'duel', body: '{}' }) },
      { target: 'other' },
      { kind: 'delete-rule-set' },
      { reason: 'another' },
      { expects: 0 },
      { at: Date.now() - 1_000 },
      { id: randomUUID() },
    ];
    for (const change of altered)
      expect(
        await inChain({ ...sign()({ ...ruleSet, reason: 'mine' }), ...change }),
        JSON.stringify(change),
      ).toMatch(/^signature: it is not that of key op/);

    expect(await fleet.stores.ruleSets.latest('duel')).toBeUndefined();
  });

  test('of one ladder starts no season of another, wherever it is put, and of one domain nothing in another', async () => {
    const command = sign()(season('main', 1));
    expect(await amongArrivals(command, 'other')).toMatch(/^ladder: the command is for main/);
    const elsewhere = openSigning({
      domain: 'elsewhere',
      operatorKey: tokenOf('op', secrets.get('op') ?? ''),
    });
    expect(await amongArrivals(elsewhere(season('main', 1)))).toMatch(/^signature: it is not that/);

    expect([await seasonOf('main'), await seasonOf('other')]).toEqual([0, 0]);
  });

  test('that has the id of another is refused, and the first one keeps its answer', async () => {
    expect(await inChain(sign()({ ...ruleSet, id: 'one' }))).toBe('done');
    await fleet.redis.del(`${poolTag(fleet.domain)}:command:one`);
    const other = { kind: 'delete-rule-set', target: 'duel', item: { name: 'duel' }, id: 'one' };
    await inChain(sign()(other));

    const [again] = await fleet.stores.audit.list({ limit: 1 });
    expect(again?.verdict).toEqual({
      kind: 'refused',
      reason: 'id: command one is put-rule-set of duel already; give each command an id of its own',
    });
    expect(JSON.parse((await fleet.redis.get(`${poolTag(fleet.domain)}:command:one`)) ?? '')).toMatchObject({
      kind: 'done',
      of: { kind: 'put-rule-set', target: 'duel' },
    });
    expect((await fleet.stores.ruleSets.latest('duel'))?.version).toBe(1);
  });

  test('is refused from when its key is revoked, though the record forgets that', async () => {
    const early = sign()(ruleSet);
    await makeKey('op', [], 2);
    expect(await inChain(early)).toMatch(/^operator: no key op works/);

    await fleet.stores.pool.settings.copyKeys(await fleet.stores.apiKeys.newest());
    await fleet.db.collection<{ _id: string }>('api_keys').deleteOne({ _id: 'op@2' });
    expect(await amongArrivals(sign()(season('main', 1)))).toMatch(/^operator: no key op works/);
  });

  test('of a ladder that was refused stays so: given again when it would do, it does nothing', async () => {
    const early = sign()(season('main', 2));
    expect(await amongArrivals(early)).toMatch(/^season: .* only the one after it/);
    expect(await amongArrivals(sign()(season('main', 1)))).toBe('done');
    await fleet.redis.del(`${poolTag(fleet.domain)}:verdict:${early.id}`);

    expect(await amongArrivals(early)).toMatch(/^season: .* only the one after it/);
    expect(await seasonOf('main')).toBe(1);
  });

  test('is refused a week after it was signed: the audit may forget it, and it stays harmless', async () => {
    const { operatorKeys } = fleet.stores;
    const command = sign()(ruleSet);

    expect(await operatorKeys.open(command, command.at + goodForMs)).toHaveProperty('body');
    expect(await operatorKeys.open(command, command.at + goodForMs + 1)).toEqual({
      unproven: expect.stringMatching(/^at: .*week off/),
    });
  });

  test('by a key that may configure changes rule sets, and neither pauses nor resets', async () => {
    await makeKey('deploy', ['configure']);

    expect(await inChain(sign('deploy')(ruleSet))).toBe('done');
    const pause = { kind: 'pause-configuration', target: 'duel', item: { name: 'duel' } };
    expect(await inChain(sign('deploy')(pause))).toMatch(/needs the right operate/);
    expect(await amongArrivals(sign('deploy')(season('main', 1)))).toMatch(/needs the right operate/);
  });

  test('is refused by a worker without API_KEYS_SECRET, which says so', async () => {
    const { apiKeys, pool } = fleet.stores;
    const { open } = openOperatorKeys({ apiKeys, pool }, { domain: fleet.domain });

    expect(await open(sign()(ruleSet), Date.now())).toEqual({
      unproven: expect.stringMatching(/^API_KEYS_SECRET: .* has none/),
    });
  });
});
