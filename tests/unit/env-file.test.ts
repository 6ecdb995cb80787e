import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { checkEnvFile, exportsOf, writeEnvFile } from '../../infra/local/env-file.ts';

const env = { QUEUE_REDIS_URL: "redis://:it's@127.0.0.1:6379", EMPTY: '' };

test('a shell reads every value back as it was', () => {
  const value = fc.string({ unit: fc.constantFrom(...`a'"\\$\`!&; \n#~*`), maxLength: 20 });

  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 50 }), (values) => {
      const named = Object.fromEntries(values.map((it, n) => [`VALUE_${n}`, it]));
      const script = `${exportsOf(named)}exec "$0" -p 'JSON.stringify(process.env)'`;
      const read = JSON.parse(execFileSync('sh', ['-c', script, process.execPath], { encoding: 'utf8' }));
      expect(read).toMatchObject(named);
    }),
    { numRuns: 5 },
  );
});

test('the file is for its owner alone, can be sourced, and goes with the stack', async () => {
  const file = join(folder(), 'stack.env');
  const script = `. ${file}; printf %s "$QUEUE_REDIS_URL"`;
  {
    await using _file = await writeEnvFile(file, env);

    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' })).toBe(env.QUEUE_REDIS_URL);
  }
  expect(existsSync(file)).toBe(false);
});

test('a file that another stack left is replaced, and the one that another stack wrote since stays', async () => {
  const file = join(folder(), 'stack.env');
  const first = await writeEnvFile(file, env);
  await checkEnvFile(file);
  await using _second = await writeEnvFile(file, { QUEUE_REDIS_URL: 'redis://127.0.0.1:6380' });

  await first[Symbol.asyncDispose]();

  expect(existsSync(file)).toBe(true);
});

test('a file of somebody else, a folder, or a file in no folder is refused', async () => {
  const mine = folder();
  writeFileSync(join(mine, '.env'), 'TOKEN=1\n');

  await expect(checkEnvFile(join(mine, '.env'))).rejects.toThrow("somebody else's");
  await expect(checkEnvFile(mine)).rejects.toThrow(`Cannot write the variables to ${mine}`);
  await expect(checkEnvFile(join(mine, 'none', '.env'))).rejects.toThrow('ENOENT');
  await checkEnvFile(join(mine, 'new.env'));
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'env-file-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}
