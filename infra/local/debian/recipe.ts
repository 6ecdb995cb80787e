import { readFileSync } from 'node:fs';

const script = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');

/** What a tree is made of: a Debian suite and the scripts that run inside. A tree of another recipe is rebuilt. */
export const recipe = {
  suite: 'forky',
  install: script('install.sh'),
  movableClock: script('movable-clock.c'),
  makeDatabase: script('make-database.sh'),
} as const;

/** Folder in the tree with the database every run starts from. */
export const databaseTemplate = 'var/lib/postgresql/template';

/** Holds the recipe. Written last, so its presence says that the build went through. */
export const stamp = 'etc/matchmaking-fleet-tree.json';

/** Files whose absence or emptiness shows that a tree was damaged after it was built. */
export const vitalFiles = [
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
