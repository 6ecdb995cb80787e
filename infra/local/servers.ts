import { debianServers } from './debian/servers.ts';
import { debianTree, treeObstacle } from './debian/tree.ts';
import { dockerObstacle, dockerServers } from './docker/servers.ts';
import { type Durability, type Progress, type Servers, variableOf } from './part.ts';
import { cacheFolder, type Run } from './run.ts';

export interface Surroundings {
  readonly run: Run;
  readonly env: NodeJS.ProcessEnv;
  readonly durability: Durability;
  readonly movableClock: boolean;
  readonly progress: Progress;
}

/** The servers of the first way that works here, for the parts whose URLs are not in the environment. */
export async function findServers(surroundings: Surroundings): Promise<Servers> {
  const { run, env, durability, movableClock, progress } = surroundings;
  const noDocker = await dockerObstacle(env);
  if (noDocker === undefined) return dockerServers(surroundings);
  const noTree = await treeObstacle();
  if (noTree === undefined) {
    const tree = await debianTree(cacheFolder(env), env, progress);
    return debianServers({ tree, run, durability, movableClock });
  }
  const { queueRedis, cacheRedis, documentdb, aws } = variableOf;
  throw new Error(`Cannot find the servers of the local stack (Valkey, DocumentDB, moto). Any of these three will do:
  1. Servers of your own: set ${queueRedis}, ${cacheRedis}, ${documentdb} and ${aws}.
  2. Docker with the compose plugin: ${noDocker}.
  3. Debian or a relative of it, as root, for a tree of Debian packages in your cache folder: ${noTree}.`);
}
