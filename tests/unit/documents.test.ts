import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const { scripts }: { scripts: Record<string, string> } = JSON.parse(read('package.json'));

describe.each(['README.md', 'infra/aws/README.md', 'infra/aws/runbook.md'])('%s', (file) => {
  test('names no npm script that is not there', () => {
    const named = [...read(file).matchAll(/\bnpm run (?:-s )?([\w:-]+)/g)].map(([, name = '']) => name);

    expect(named.length).toBeGreaterThan(4);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  test('calls the CDK only by a script that tells it which app', () => {
    expect(read(file)).not.toMatch(/\bnpx\b|(?<!npm run )\bcdk (bootstrap|deploy|synth|diff|destroy)\b/);
  });
});

test.each(['bootstrap', 'synth', 'deploy'])('`npm run %s` is the CDK on the app of this folder', (name) => {
  expect(scripts[name]).toMatch(/^npm run -s cdk -- \w+/);
  expect(scripts['cdk']).toContain('infra/aws/main.ts');
});
