import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { busPortOf, formCluster } from '../cluster.ts';
import { exitCode, tail } from '../command.ts';
import { onFreePort, PortTaken, portTakenMessage } from '../free-port.ts';
import { documentdbBefore } from '../gateway.ts';
import type { Part, Servers } from '../part.ts';
import { step } from '../progress.ts';
import type { Surroundings } from '../surroundings.ts';
import { answer } from './answer.ts';

/** As in `compose.yaml`. */
const login = 'fleet:fleet-local';
const documentdbOptions = 'directConnection=true&tls=true&tlsAllowInvalidCertificates=true';

const composeFile = fileURLToPath(new URL('compose.yaml', import.meta.url));

/** The servers as containers of one compose project, which goes when the run or this process ends. */
export async function dockerServers({ run, env, durability, progress }: Surroundings): Promise<Servers> {
  const project = `matchmaking-fleet-${basename(run.folder)}`.toLowerCase();
  const compose = ['docker', 'compose', '--project-name', project, '--file', composeFile];
  const lifeline = await takeDownAtTheEnd(run, compose, env);

  // Whatever is created first makes the project's network; two at once would both make it.
  let turn: Promise<unknown> = Promise.resolve();
  const up = (service: string, variable: string, url: (port: number) => string): Promise<Part> => {
    const log = join(run.folder, `${service}.log`);
    const containerAt = (port: number) => {
      const own = {
        ...env,
        APPENDFSYNC: durability,
        QUEUE_BUS_PORT: `${busPortOf(port)}`,
        [variable]: `${port}`,
      };
      const does = (...args: string[]) =>
        exitCode([...compose, ...args, service], { log, file: lifeline, env: own });
      const succeeds = async (...args: string[]) => {
        if ((await does(...args)) !== 0) throw new Error(`docker compose ${args[0]} failed`);
      };
      const runs = () => lists([...compose, 'ps', '--quiet', '--status', 'running', service], own);
      const start = async () => {
        await succeeds('up', '--detach');
        await answer(url(port), runs);
      };
      return { does, succeeds, start };
    };
    const startAt = async (port: number): Promise<Part> => {
      const { does, succeeds, start } = containerAt(port);
      const created = turn.then(() => succeeds('create'));
      turn = created.catch(() => {});
      try {
        await created;
        await start();
      } catch (cause) {
        await does('logs', '--no-color', '--tail', '20');
        const story = `Cannot start ${service} in Docker: ${(cause as Error).message}\n${await tail(log, 30)}`;
        // The next try, on another port, would otherwise take over the volume, which then nothing removes.
        await does('rm', '--force', '--stop', '--volumes');
        throw portTakenMessage.test(story) ? new PortTaken(story) : new Error(story, { cause });
      }
      return {
        url: url(port),
        pids: [],
        kill: (signal = 'SIGKILL') => succeeds(verbs[signal] ?? 'stop'),
        async restart() {
          await succeeds('stop');
          await start();
        },
      };
    };
    return step(progress, `${service} in Docker, fetching its image if need be`, () =>
      onFreePort(startAt, run.ports[service]),
    );
  };
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
    documentdb: async () => {
      const server = await up(
        'documentdb',
        'DOCUMENTDB_PORT',
        (port) => `mongodb://${login}@127.0.0.1:${port}/?${documentdbOptions}`,
      );
      return documentdbBefore({ ...server, url: new URL(server.url).host }, login, run);
    },
    aws: () => up('aws', 'AWS_PORT', (port) => `http://127.0.0.1:${port}`),
  };
}

/** Whether a command prints anything. */
async function lists([program = '', ...args]: readonly string[], env: NodeJS.ProcessEnv): Promise<boolean> {
  const { stdout } = await promisify(execFile)(program, args, { env });
  return stdout.trim() !== '';
}

/**
 * What does to a whole container what the signal does to a process. A `SIGSTOP` would stop its first process
 * alone.
 */
const verbs: Partial<Record<NodeJS.Signals, string>> = {
  SIGKILL: 'kill',
  SIGSTOP: 'pause',
  SIGCONT: 'unpause',
};

/**
 * Containers do not die with whoever started them. A shell takes them down when its input ends: when the run
 * is disposed of, or when this process is gone and every command with it that holds the returned end, so that
 * none of them can start a container afterwards.
 */
async function takeDownAtTheEnd(
  { folder, resources }: Surroundings['run'],
  compose: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Writable> {
  const log = join(folder, 'docker-down.log');
  const output = await open(log, 'a');
  const down = ['down', '--volumes', '--timeout', '2'];
  const shell = spawn('sh', ['-c', 'cat; exec "$@"', 'sh', ...compose, ...down], {
    stdio: ['pipe', output.fd, output.fd],
    // A process group of its own: Ctrl-C is not for it.
    detached: true,
    env,
  }) as ChildProcessByStdio<Writable, null, null>;
  const ended = once(shell, 'exit');
  await output.close();
  resources.defer(async () => {
    shell.stdin.end();
    const [code] = await ended;
    if (code !== 0) throw new Error(`Cannot remove the containers (${compose[3]})\n${await tail(log)}`);
  });
  return shell.stdin;
}
