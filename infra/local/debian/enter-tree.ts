import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('enter-tree.sh', import.meta.url));

/** What runs inside the tree, as whom, and which folder of the machine it sees as `/mnt`. */
export interface Entry {
  readonly folder: string;
  /** A user of the tree whose group has the same name. */
  readonly user: string;
  /** Sent to it when this process dies. Default `KILL`. */
  readonly deathSignal?: string;
  readonly command: readonly string[];
}

/**
 * The command line that runs a server in the tree. The outer death signal covers the steps before the inner
 * one.
 */
export const enterTree = (tree: string, { folder, user, deathSignal = 'KILL', command }: Entry): string[] => [
  ...['setpriv', '--pdeathsig=KILL', 'unshare', '--mount', '--ipc'],
  ...['sh', script, tree, folder, user, deathSignal, ...command],
];

/**
 * Puts a command that leaves children behind into a process namespace: when this process dies, all of them
 * do.
 */
export const withoutOrphans = (command: readonly string[]): string[] => [
  ...['setpriv', '--pdeathsig=KILL', 'unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'],
  ...command,
];
