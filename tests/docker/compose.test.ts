import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { onFreePort } from '../../infra/local/free-port.ts';
import { newSecret, tokenOf } from '../../producers/keys/seal.ts';
import { duelRuleSet } from '../support/builders.ts';
import { buildFleetImage, docker } from '../support/fleet-image.ts';

const file = fileURLToPath(new URL('../../infra/compose/compose.yaml', import.meta.url));
const eventually = { timeout: 120_000, interval: 200 };
const random = () => randomBytes(20).toString('hex');

describe.skipIf(inject('dockerObstacle'))('the fleet in Docker Compose', () => {
  const project = `fleet-test-${randomBytes(4).toString('hex')}`;
  const env = {
    API_KEYS_SECRET: random(),
    OPERATOR_KEY: tokenOf('operator', newSecret()),
    DOCUMENTDB_PASSWORD: random(),
  };
  let [folder, port] = ['', 0];
  const compose = (...args: string[]) =>
    docker(
      ['compose', '--project-name', project, '--file', file, '--file', join(folder, 'ports.yaml'), ...args],
      env,
    );
  const up = () => compose('up', '--detach', '--no-build', '--wait', '--wait-timeout', '200');

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'compose-'));
    port = await onFreePort((port) => Promise.resolve(port));
    // An image and ports of its own, so that a fleet that runs here already is left alone.
    const image = ['session-creation', 'matchmaking', 'rating-update', 'maintenance', 'cli'].map(
      (it) => `  ${it}: { image: ${project} }`,
    );
    await writeFile(
      join(folder, 'ports.yaml'),
      `services:\n${image.join('\n')}\n  queue-redis: { ports: !reset [] }\n  documentdb: { ports: !reset [] }\n` +
        `  api: { image: ${project}, ports: !override ["127.0.0.1:${port}:8000"] }\n`,
    );
    await buildFleetImage(project);
    await up();
  }, 900_000);
  afterAll(async () => {
    await compose('down', '--volumes', '--timeout', '5');
    await docker(['image', 'rm', '--force', project]);
    await rm(folder, { recursive: true });
  }, 120_000);

  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`http://127.0.0.1:${port}/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${env.OPERATOR_KEY}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as { ticketId: string; matchId: string; status: string };
    expect(response.ok, JSON.stringify(answer)).toBe(true);
    return answer;
  };

  test('a match is made through the API, and stays when all of it was taken down and started again', async () => {
    await call('PUT', '/rule-sets/duel', { body: duelRuleSet });
    await call('PUT', '/configurations/duel', { ruleSetName: 'duel', requestTimeoutSeconds: 60 });
    const [first] = await Promise.all(
      ['ann', 'bob'].map((playerId) =>
        call('POST', '/matchmaking', {
          ...{ configuration: 'duel', players: [{ playerId, attributes: { skill: { N: 10 } } }] },
        }),
      ),
    );
    const ticket = await vi.waitFor(async () => {
      const answer = await call('GET', `/matchmaking/${first?.ticketId}`);
      expect(answer.status).toBe('COMPLETED');
      return answer;
    }, eventually);
    await vi.waitFor(() => call('GET', `/matches/${ticket.matchId}`), eventually);

    await compose('down', '--timeout', '45');
    await up();

    await vi.waitFor(() => call('GET', `/matches/${ticket.matchId}`), eventually);
    expect(await call('GET', `/matchmaking/${first?.ticketId}`)).toMatchObject({ status: 'COMPLETED' });
    expect(await compose('run', '--rm', 'cli', 'queue', 'list')).toContain('matchmaking');
  }, 600_000);
});
