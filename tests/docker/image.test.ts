import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { onFreePort } from '../../infra/local/free-port.ts';
import { newSecret, tokenOf } from '../../producers/keys/seal.ts';
import { tasks } from '../support/aws-tasks.ts';
import { resources, synthesise, text } from '../support/aws-templates.ts';
import { openClient, queuesOf } from '../support/client-inside.ts';
import { buildFleetImage, docker } from '../support/fleet-image.ts';

/** The task of a queue, as ECS gets it. */
const stage = synthesise().production;
const [task] = tasks(stage).get('session-creation') ?? [];
const patience = { timeout: 100_000, interval: 100 };
const keysSecret = 'only for tests: 32 characters or more';

describe.skipIf(inject('dockerObstacle'))('the image', () => {
  const tag = `matchmaking-fleet-test-${randomBytes(4).toString('hex')}`;
  const stackEnv = inject('stackEnv');
  beforeAll(async () => {
    const started = performance.now();
    const standIns = await buildFleetImage(tag);
    const bytes = Number(await docker(['image', 'inspect', '--format', '{{.Size}}', tag]));
    console.log(
      `image: ${(bytes / 2 ** 20).toFixed(0)} MiB, built in ${((performance.now() - started) / 1_000).toFixed(0)} s` +
        (standIns ? ', ON STAND-INS OF ITS BASES: no registry answers here' : ''),
    );
  }, 900_000);
  afterAll(() => docker(['image', 'rm', '--force', tag]));

  const asInEcs = [
    ...['--read-only', '--user', task?.User ?? '', '--cap-drop', 'ALL', '--network', 'host'],
    ...['--security-opt', 'no-new-privileges'],
  ];
  const variables = (env: Readonly<Record<string, string>>) =>
    Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]);

  /** A container that runs as a task's does, on the stack of these tests, and goes with the test. */
  async function start(command: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const healthPort = await onFreePort((port) => Promise.resolve(port));
    const id = await docker([
      ...['run', '--detach', ...asInEcs],
      ...variables({ ...stackEnv, AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' }),
      ...variables({ HEALTH_PORT: `${healthPort}`, API_KEYS_SECRET: keysSecret, ...env }),
      ...[tag, ...command],
    ]);
    onTestFinished(async () => void (await docker(['rm', '--force', '--volumes', id])));
    const answers = (path: string) =>
      vi.waitFor(async () => {
        const response = await fetch(`http://127.0.0.1:${healthPort}${path}`);
        expect(response.status, `${await response.text()}\n${await docker(['logs', id])}`).toBe(200);
      }, patience);
    return { id, healthPort, answers };
  }
  const exec = (id: string, ...command: string[]) => docker(['exec', id, ...command]);
  const eval_ = (program: string) => ['/nodejs/bin/node', '--eval', program];

  test('a worker is up within seconds, is not root, writes nothing to its disk, and passes the check of ECS', async () => {
    const began = performance.now();
    const { id, healthPort, answers } = await start(task?.Command ?? []);
    await answers('/healthz');
    console.log(`from docker run to a healthy worker: ${((performance.now() - began) / 1_000).toFixed(1)} s`);
    const [, ...check] = (task?.HealthCheck?.Command ?? []).map((it) =>
      it.replaceAll('8080', `${healthPort}`),
    );

    expect(Number(await exec(id, ...eval_('console.log(process.getuid())')))).toBeGreaterThan(0);
    const write = (path: string) =>
      exec(id, ...eval_(`try { fs.writeFileSync('${path}', '') } catch (error) { console.log(error.code) }`));
    expect([await write('/app/it'), await write('/tmp/it')]).toEqual(['EROFS', 'EROFS']);
    await exec(id, ...check);
    await expect(exec(id, ...check.map((it) => it.replaceAll(`${healthPort}`, '1')))).rejects.toThrow();
  });

  test('after SIGTERM a worker ends its jobs and itself within the time that ECS gives it', async () => {
    const domain = `image-${randomBytes(4).toString('hex')}`;
    const { id, answers } = await start(task?.Command ?? [], { DOMAIN: domain, GRACE_MS: '30000' });
    await answers('/healthz');
    await using client = await openClient({ redisUrl: stackEnv['QUEUE_REDIS_URL'] ?? '', domain });
    const sessions = Array.from({ length: 500 }, (_, at) => client.createSession({ playerId: `p-${at}` }));
    await Promise.all(sessions);
    const stopSeconds = task?.StopTimeout ?? 0;

    const began = performance.now();
    await docker(['stop', '--time', `${stopSeconds}`, id]);
    const took = (performance.now() - began) / 1_000;

    console.log(`from SIGTERM to the end of a worker: ${took.toFixed(1)} s of ${stopSeconds}`);
    expect(await docker(['inspect', '--format', '{{.State.ExitCode}} {{.State.OOMKilled}}', id])).toBe(
      '0 false',
    );
    expect(took).toBeLessThan(stopSeconds);
    expect(await queuesOf(client)['session-creation'].getActiveCount()).toBe(0);
  });

  test('the HTTP API is ready beside a worker, and the command line answers', async () => {
    const domain = `image-${randomBytes(4).toString('hex')}`;
    await (await start(['workers/process/main.ts'], { DOMAIN: domain })).answers('/healthz');
    const api = await start(['producers/api/main.ts'], {
      ...{ DOMAIN: domain, API_PORT: '0', OPERATOR_KEY: tokenOf('operator', newSecret()) },
    });
    const began = performance.now();
    await api.answers('/readyz');
    console.log(`from its container to a ready API: ${((performance.now() - began) / 1_000).toFixed(1)} s`);
    const cli = ['run', '--rm', ...asInEcs, ...variables({ ...stackEnv, DOMAIN: domain }), tag];

    expect(await docker([...cli, 'producers/cli/main.ts', 'queue', 'list'])).toContain('matchmaking');
  });

  test('every command of a task starts in it', async () => {
    const commands = Object.values(resources(stage.workers, 'AWS::ECS::TaskDefinition')).flatMap((it) => [
      ...text(it).matchAll(/"Command":\["([\w/-]+\.ts)"/g),
    ]);
    const entries = new Set([...commands.map(([, entry = '']) => entry), 'producers/api/main.ts']);

    expect([...entries].sort()).toEqual([
      'producers/api/main.ts',
      'producers/cli/main.ts',
      'workers/process/main.ts',
      'workers/task-login/main.ts',
    ]);
    for (const entry of entries)
      expect(await docker(['run', '--rm', ...asInEcs, tag, entry, '--help'])).toContain('Usage:');
  });

  test('no layer has a secret, and none has more than the fleet runs', async () => {
    const list = `
      const found = [];
      for (const path of fs.readdirSync('/app', { recursive: true })) {
        if (/(^|\\/)(\\.env|\\.npmrc|\\.git|\\.aws|id_rsa|[^/]+\\.key)$/.test(path)) found.push(path);
        if (/^(jobs|producers|workers)\\/.*\\.ts$/.test(path) &&
          /PRIVATE KEY-----|AKIA[0-9A-Z]{16}|_authToken/.test(fs.readFileSync('/app/' + path, 'utf8'))) found.push(path);
      }
      console.log(JSON.stringify({ found, top: fs.readdirSync('/app').sort() }));`;
    const seen = JSON.parse(await docker(['run', '--rm', ...asInEcs, tag, '--eval', list]));
    const history = await docker(['history', '--no-trunc', '--format', '{{.CreatedBy}}', tag]);
    const env: string[] = JSON.parse(
      await docker(['image', 'inspect', '--format', '{{json .Config.Env}}', tag]),
    );

    expect(seen).toEqual({
      found: [],
      top: ['.compiled', 'jobs', 'node_modules', 'package.json', 'producers', 'sbom.json', 'workers'],
    });
    // A file that one layer adds and the next removes is still in the image: none of these layers removes
    // any.
    expect(history).not.toMatch(/\brm\b|--mount=type=secret|ARG /);
    expect(env.map((it) => it.split('=')[0]).sort()).toEqual(
      expect.arrayContaining(['HEALTH_PORT', 'NODE_COMPILE_CACHE', 'NODE_ENV']),
    );
    expect(env.join('\n')).not.toMatch(/SECRET|PASSWORD|TOKEN|KEY/i);
  });
});
