import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { domainKeys, poolTag } from '../../jobs/keys.ts';
import { openAssembler } from '../../jobs/scripts/assemble.ts';
import { openDomain } from '../support/domain.ts';

const library = {
  path: 'jobs/scripts/libraries/keys.lua',
  text: readFileSync(new URL('../../jobs/scripts/libraries/keys.lua', import.meta.url), 'utf8'),
};
const assemble = openAssembler(() => library);

/** `outboxJob` is `outbox_job_key` in Lua. */
const inLua = (name: string) => `${name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}_key`;

test('scripts and TypeScript spell every key the same', async () => {
  await using domain = await openDomain();
  const keys = Object.entries(domainKeys(domain.domain)) as [string, (...ids: string[]) => string][];
  const ids = ['a:b', 'ü {1}'];
  const calls = keys.map(([name, key]) => `${inLua(name)}(unpack(ARGV, 1, ${key.length}))`);
  const text = `-- Uses: keys\nreturn { ${calls.join(', ')} }`;

  const inScript = await domain.redis.eval(
    assemble({ path: 'keys-of-all.lua', text }).text,
    1,
    poolTag(domain.domain),
    ...ids,
  );

  expect(inScript).toEqual(keys.map(([, key]) => key(...ids.slice(0, key.length))));
  expect(new Set(inScript as string[]).size).toBe(keys.length);
});

test('no key is known to scripts alone', () => {
  const declared = [...library.text.matchAll(/^local function (\w+)/gm)].map(([, name]) => name);

  expect(declared.sort()).toEqual(Object.keys(domainKeys('main')).map(inLua).sort());
});
