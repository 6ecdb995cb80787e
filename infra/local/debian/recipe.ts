import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const script = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');

/** Runs a shell script inside a tree, as a user of it; the folder is its `/mnt`. */
export type InTree = (user: string, folder: string, script: string) => Promise<unknown>;

/** What a tree is for, and what it is made of beyond a Debian suite. */
export interface TreeKind {
  /** Its name in the cache folder. */
  readonly folder: string;
  readonly purpose: string;
  /** A tree of another recipe is rebuilt. */
  readonly recipe: { readonly suite: string };
  /** Files whose absence or emptiness shows that a tree was damaged after it was built. */
  readonly vitalFiles: readonly string[];
  readonly steps: readonly (readonly [
    name: string,
    work: (tree: string, inTree: InTree) => Promise<unknown>,
  ])[];
}

/** A Debian suite and the scripts that run inside. */
const recipe = {
  suite: 'forky',
  install: script('install.sh'),
  movableClock: script('movable-clock.c'),
  makeDatabase: script('make-database.sh'),
} as const;

/** Folder in the tree with the database every run starts from. */
export const databaseTemplate = 'var/lib/postgresql/template';

/** Holds the recipe. Written last, so its presence says that the build went through. */
export const stamp = 'etc/matchmaking-fleet-tree.json';

const vitalFiles = [
  'usr/bin/setpriv',
  'usr/bin/valkey-server',
  'usr/lib/movable-clock.so',
  'usr/bin/moto_server',
  'usr/lib/python3/dist-packages/moto/server.py',
  'usr/lib/postgresql/18/bin/postgres',
  'usr/share/postgresql/18/extension/documentdb.control',
  `${databaseTemplate}/PG_VERSION`,
  `${databaseTemplate}/global/pg_control`,
];

/** The tree with all servers of the local stack. */
export const serverTree: TreeKind = {
  folder: `debian-${recipe.suite}`,
  purpose: 'Valkey, DocumentDB and moto',
  recipe,
  vitalFiles,
  steps: [
    [
      'servers',
      async (tree, inTree) => {
        const folder = join(tree, 'root');
        await writeFile(join(folder, 'movable-clock.c'), recipe.movableClock);
        await inTree('root', folder, recipe.install);
      },
    ],
    [
      'empty database',
      async (tree, inTree) => {
        const template = join(tree, databaseTemplate);
        await mkdir(template, { recursive: true, mode: 0o700 });
        await inTree('postgres', template, recipe.makeDatabase);
      },
    ],
  ],
};

const browserRecipe = { suite: recipe.suite, install: script('install-browser.sh') };

/** The tree with a browser, for tests of pages. */
export const browserTree: TreeKind = {
  folder: `debian-${recipe.suite}-browser`,
  purpose: 'a browser that tests pages',
  recipe: browserRecipe,
  vitalFiles: ['usr/bin/setpriv', 'usr/bin/chromium-headless-shell'],
  steps: [['browser', (tree, inTree) => inTree('root', join(tree, 'root'), browserRecipe.install)]],
};
