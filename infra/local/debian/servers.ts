import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formCluster, nodeOptions } from '../cluster.ts';
import { runCommand } from '../command.ts';
import { documentdbBehind } from '../gateway.ts';
import type { Durability, Part, Servers } from '../part.ts';
import type { Run } from '../run.ts';
import { type Program, partOf, type Server, startServer } from '../server.ts';
import { type Entry, enterTree } from './enter-tree.ts';
import { databaseTemplate } from './recipe.ts';

interface Place {
  readonly tree: string;
  readonly run: Run;
  readonly durability: Durability;
  readonly movableClock: boolean;
}

/** The servers of a Debian tree, each with data and log in the run folder. */
export function debianServers(place: Place): Servers {
  return {
    queueRedis: () =>
      (place.movableClock ? withMovableClock : valkey)(place, 'queue-redis', () =>
        queueOptions('2gb', place),
      ),
    queueCluster: async () =>
      formCluster(
        await Promise.all(
          [1, 2, 3].map((n) =>
            valkey(place, `queue-node-${n}`, (port) => [...queueOptions('1gb', place), ...nodeOptions(port)]),
          ),
        ),
      ),
    cacheRedis: () =>
      valkey(place, 'cache-redis', () => ['--maxmemory', '256mb', '--maxmemory-policy', 'volatile-lru']),
    documentdb: async () => documentdbBehind(await postgres(place), place.run),
    aws: () => moto(place),
  };
}

/** As in production (`infra/aws/data/queue-cluster.ts`): a queue that is full refuses writes. */
const queueOptions = (most: string, { durability }: Place): readonly string[] => [
  ...['--maxmemory', most, '--maxmemory-policy', 'noeviction'],
  ...['--appendonly', 'yes', '--appendfsync', durability],
];

async function valkey(
  place: Place,
  name: string,
  options: (port: number) => readonly string[],
  environment: readonly string[] = [],
): Promise<Part> {
  const server = await startInTree(place, name, {
    user: 'valkey',
    ready: /Ready to accept connections/,
    command: (port) => [
      ...[
        'env',
        ...environment,
        'valkey-server',
        '--port',
        `${port}`,
        '--bind',
        '127.0.0.1',
        '--dir',
        '/mnt',
        '--save',
        '',
      ],
      ...options(port),
    ],
  });
  return partOf(server, `redis://127.0.0.1:${server.port}`);
}

/**
 * A Valkey whose clock can be moved while it runs: what is preloaded adds the seconds in a file to the time
 * of day.
 */
async function withMovableClock(place: Place, name: string, options: () => readonly string[]): Promise<Part> {
  const folder = join(place.run.folder, name);
  const file = join(folder, 'clock');
  await mkdir(folder, { recursive: true });
  await writeFile(file, secondsAhead(0));
  const part = await valkey(place, name, options, ['LD_PRELOAD=/usr/lib/movable-clock.so']);
  // Written in place: the server has mapped this very file.
  const moveClock = (seconds: number) => writeFile(file, secondsAhead(seconds), { flag: 'r+' });
  return Object.assign(part, { moveClock });
}

/** As `movable-clock.c` reads it. */
function secondsAhead(seconds: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(seconds));
  return bytes;
}

async function moto(place: Place): Promise<Part> {
  const server = await startInTree(place, 'moto', {
    user: 'www-data',
    ready: /Running on http/,
    command: (port) => ['moto_server', '--host', '127.0.0.1', '--port', `${port}`],
  });
  return partOf(server, `http://127.0.0.1:${server.port}`);
}

/**
 * `SIGQUIT` is PostgreSQL's crash: no checkpoint, and its children end with it. `SIGINT` drops clients, then
 * stops.
 */
export async function postgres(place: Place): Promise<Server> {
  const data = join(place.run.folder, 'postgres');
  await runCommand(['cp', '-a', '--reflink=auto', join(place.tree, databaseTemplate), data], {
    log: join(place.run.folder, 'postgres.log'),
  });
  const fsync = place.durability === 'always' ? 'on' : 'off';
  return startInTree(place, 'postgres', {
    user: 'postgres',
    deathSignal: 'QUIT',
    crashSignal: 'SIGQUIT',
    stopSignal: 'SIGINT',
    ready: /database system is ready to accept connections/,
    command: (port) => [
      ...['/usr/lib/postgresql/18/bin/postgres', '-D', '/mnt', '-p', `${port}`, '-c', `fsync=${fsync}`],
    ],
  });
}

type TreeProgram = Omit<Entry, 'folder' | 'command'> &
  Pick<Program, 'command' | 'ready' | 'stopSignal' | 'crashSignal'>;

async function startInTree({ tree, run }: Place, name: string, program: TreeProgram): Promise<Server> {
  const folder = join(run.folder, name);
  await mkdir(folder, { recursive: true });
  const { command, user, deathSignal, ...rest } = program;
  try {
    return await startServer(run, {
      ...rest,
      name,
      command: (port) =>
        enterTree(tree, { folder, user, command: command(port), ...(deathSignal && { deathSignal }) }),
    });
  } catch (cause) {
    const advice = `It comes from ${tree}: should that be damaged, remove it, and it is built anew.`;
    throw new Error(`${(cause as Error).message}\n--- ${advice}`, { cause });
  }
}
