import { debianServers } from './debian/servers.ts';
import { debianTree, treeObstacle } from './debian/tree.ts';
import { dockerObstacle } from './docker/obstacle.ts';
import { dockerServers } from './docker/servers.ts';
import { type Servers, variableOf } from './part.ts';
import { cacheFolder } from './run.ts';
import type { Surroundings } from './surroundings.ts';

/** A way to have the servers on this machine. */
interface Way {
  readonly name: string;
  /** Why it does not work here; undefined when it does. */
  obstacle(): Promise<string | undefined>;
  servers(): Promise<Servers>;
}

/**
 * The servers for the parts whose URLs are not in the environment: from Docker or, where it does not work,
 * from a Debian tree. `STACK_SERVERS` names one of the two, `docker` or `debian`, to have no other.
 */
export async function findServers(surroundings: Surroundings): Promise<Servers> {
  const { run, env, durability, movableClock, progress } = surroundings;
  const docker: Way = {
    name: 'Docker with the Compose plugin',
    obstacle: () => dockerObstacle(env),
    servers: () => dockerServers(surroundings),
  };
  const debian: Way = {
    name: 'Debian or a relative of it, as root, for a tree of Debian packages in your cache folder',
    obstacle: treeObstacle,
    servers: async () =>
      debianServers({
        tree: await debianTree(cacheFolder(env), env, progress),
        run,
        durability,
        movableClock,
      }),
  };
  const ways = wanted(env, { docker, debian });

  const obstacles: string[] = [];
  for (const way of ways) {
    const obstacle = await way.obstacle();
    if (obstacle === undefined) return way.servers();
    obstacles.push(`${way.name}: ${obstacle}.`);
  }
  const { queueRedis, cacheRedis, documentdb, aws } = variableOf;
  const own = `Servers of your own: set ${queueRedis}, ${cacheRedis}, ${documentdb} and ${aws}.`;
  const choices = [own, ...obstacles].map((choice, index) => `  ${index + 1}. ${choice}`);
  throw new Error(
    `Cannot find the servers of the local stack (Valkey, DocumentDB, moto). Any of these will do:\n${choices.join('\n')}`,
  );
}

/** The ways to try, in order. */
function wanted({ STACK_SERVERS }: NodeJS.ProcessEnv, ways: Record<'docker' | 'debian', Way>): Way[] {
  if (!STACK_SERVERS) return [ways.docker, ways.debian];
  if (STACK_SERVERS === 'docker' || STACK_SERVERS === 'debian') return [ways[STACK_SERVERS]];
  throw new Error(`STACK_SERVERS is "${STACK_SERVERS}": set it to docker or debian, or leave it unset`);
}
