import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { busPortOf, formCluster } from '../cluster.ts';
import { exitCode, tail } from '../command.ts';
import { onFreePort, PortTaken, portTakenMessage } from '../free-port.ts';
import type { Part, Servers } from '../part.ts';
import type { Surroundings } from '../servers.ts';

const composeFile = fileURLToPath(new URL('compose.yaml', import.meta.url));

/** Why Docker cannot serve here; undefined when it can. A daemon that hangs counts as none after 5 s. */
export async function dockerObstacle(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const code = await exitCode(['docker', 'compose', 'version'], { env, timeoutMs: 5_000 });
  if (code === 127) return 'it is not installed';
  if (code !== 0) return 'it has no compose plugin';
  const daemon = await exitCode(['docker', 'version'], { env, timeoutMs: 5_000 });
  return daemon === 0 ? undefined : 'no daemon answers';
}

/** The servers as containers of one compose project, which goes when the run or this process ends. */
export async function dockerServers({ run, env, durability, progress }: Surroundings): Promise<Servers> {
  const project = `matchmaking-fleet-${basename(run.folder)}`.toLowerCase();
  const compose = ['docker', 'compose', '--project-name', project, '--file', composeFile];
  const log = join(run.folder, 'docker.log');
  await takeDownAtTheEnd(run, compose, log, env);

  // Compose makes the project's network on the first `up`; two at once would both make it.
  let turn: Promise<unknown> = Promise.resolve();
  const up = (service: string, variable: string, url: (port: number) => string): Promise<Part> => {
    const part = turn.then(() =>
      onFreePort(async (port) => {
        const composeEnv = {
          ...env,
          APPENDFSYNC: durability,
          QUEUE_BUS_PORT: `${busPortOf(port)}`,
          [variable]: `${port}`,
        };
        const does = (...args: string[]) => succeed([...compose, ...args], log, composeEnv);
        const start = () => does('up', '--detach', '--wait', service);
        progress(`starting ${service} in Docker; the first time its image is fetched`);
        await start();
        return {
          url: url(port),
          pids: [],
          kill: (signal = 'SIGKILL') => does('kill', '--signal', signal, service),
          async restart() {
            await does('stop', service);
            await start();
          },
        };
      }, run.ports[service]),
    );
    turn = part.catch(() => {});
    return part;
  };
  const login = 'fleet:fleet-local';
  const documentdbOptions =
    'directConnection=true&retryWrites=false&tls=true&tlsAllowInvalidCertificates=true';
  return {
    queueRedis: () => up('queue-redis', 'QUEUE_REDIS_PORT', (port) => `redis://127.0.0.1:${port}`),
    queueCluster: async () =>
      formCluster(
        await Promise.all(
          [1, 2, 3].map((n) =>
            up(`queue-node-${n}`, 'QUEUE_NODE_PORT', (port) => `redis://127.0.0.1:${port}`),
          ),
        ),
      ),
    cacheRedis: () => up('cache-redis', 'CACHE_REDIS_PORT', (port) => `redis://127.0.0.1:${port}`),
    documentdb: () =>
      up(
        'documentdb',
        'DOCUMENTDB_PORT',
        (port) => `mongodb://${login}@127.0.0.1:${port}/?${documentdbOptions}`,
      ),
    aws: () => up('aws', 'AWS_PORT', (port) => `http://127.0.0.1:${port}`),
  };
}

/** Containers do not die with whoever started them. This shell does the taking down when its input ends, for any reason. */
async function takeDownAtTheEnd(
  { resources }: Surroundings['run'],
  compose: readonly string[],
  log: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const output = await open(log, 'a');
  const shell = spawn(
    'sh',
    ['-c', 'cat; exec "$@"', 'sh', ...compose, 'down', '--volumes', '--timeout', '2'],
    {
      stdio: ['pipe', output.fd, output.fd],
      detached: true,
      env,
    },
  );
  await output.close();
  resources.defer(async () => {
    shell.stdin?.end();
    await once(shell, 'exit');
  });
}

async function succeed(command: readonly string[], log: string, env: NodeJS.ProcessEnv): Promise<void> {
  const code = await exitCode(command, { log, env });
  if (code === 0) return;
  const story = `${command.join(' ')}: exit code ${code}\n${await tail(log)}`;
  throw portTakenMessage.test(story) ? new PortTaken(story) : new Error(story);
}
