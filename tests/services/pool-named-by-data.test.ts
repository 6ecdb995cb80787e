import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { aConfiguration } from '../support/builders.ts';
import { openClientDomain } from '../support/client-domain.ts';

let opened: Awaited<ReturnType<typeof openClientDomain>>;
beforeEach(async () => {
  opened = await openClientDomain();
  onTestFinished(() => opened[Symbol.asyncDispose]());
});

const split = [{ attribute: 'mode', fallback: 'casual' }];
const start = (ticketId: string, mode?: string) =>
  opened.client.startMatchmaking({
    ...{ configuration: 'duel', ticketId },
    players: [{ playerId: ticketId, attributes: { skill: { N: 1 }, ...(mode && { mode: { S: mode } }) } }],
  });
const waiting = async (pool: string) =>
  (await opened.domain.pool.mirror.readPool(pool, 0, 100)).tickets.map((it) => it.ticketId);

test('a client that cannot load the rule set names the pool of a ticket all the same', async () => {
  const { ruleSet, ...rest } = aConfiguration(2);
  await opened.domain.pool.settings.install({
    ...rest,
    ruleSet: { ...ruleSet, body: '{ "ruleLanguageVersion": "9.0" }' },
    split,
  });

  await start('a', 'ranked');
  await start('b');

  expect([await waiting('duel/ranked'), await waiting('duel/casual'), await waiting('duel')]).toEqual([
    ['a'],
    ['b'],
    [],
  ]);
});

test('a start by a version that is not in force writes nothing; the client reads the new one and repeats', async () => {
  await start('a', 'ranked');
  expect(await waiting('duel')).toEqual(['a']);
  await opened.domain.pool.settings.install({ ...aConfiguration(2), split });

  await start('b', 'ranked');

  expect([await waiting('duel'), await waiting('duel/ranked')]).toEqual([['a'], ['b']]);
});
