import { expect, test, vi } from 'vitest';
import { installedReader } from '../../producers/starting/configurations.ts';
import { aConfiguration } from '../support/builders.ts';
import { openDomain } from '../support/domain.ts';

test('calls made together read their configuration once', async () => {
  await using domain = await openDomain();
  await domain.pool.settings.install(aConfiguration());
  const configurations = installedReader(domain.redis, domain.domain);
  const reads = vi.spyOn(domain.redis, 'hget');

  const found = await Promise.all(Array.from({ length: 200 }, () => configurations.find('duel')));

  expect(reads).toHaveBeenCalledTimes(1);
  expect(new Set(found.map((it) => it.ruleSet)).size).toBe(1);
});

test('a rule set is loaded again only when there is a new version of it', async () => {
  await using domain = await openDomain();
  await domain.pool.settings.install(aConfiguration(1));
  const configurations = installedReader(domain.redis, domain.domain);
  const { ruleSet } = await configurations.find('duel');

  await configurations.list();
  expect((await configurations.find('duel')).ruleSet).toBe(ruleSet);
  await domain.pool.settings.install(aConfiguration(2));
  await configurations.list();

  expect((await configurations.find('duel')).installed?.version).toBe(2);
  expect((await configurations.find('duel')).ruleSet).not.toBe(ruleSet);
});
