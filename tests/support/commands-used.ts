import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Redis } from 'ioredis';
import type { QueueRole } from '../../infra/aws/data/access.ts';
import { producerScript } from '../../producers/connection/script.ts';
import { workerScript } from '../../workers/pool/script.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const bullScripts = join(root, 'node_modules/bullmq/dist/esm/scripts');

/** Who logs in: to the queue cluster, or to the session cache. */
export type Role = QueueRole | 'cache';

/** Whose code a role runs, and the scripts of BullMQ that code may come to, in a retry or after a crash. */
const code: Record<Role, { readonly folder: string; readonly bull: RegExp }> = {
  cache: { folder: 'workers/session-cache', bull: /^$/ },
  producer: { folder: 'producers', bull: /^(add(Standard|Delayed|Prioritized)Job|getStateV2)-/ },
  operator: {
    folder: 'producers',
    bull: /^(add(Standard|Delayed|Prioritized)Job|getStateV2|getCounts|getRanges|pause)-/,
  },
  worker: {
    folder: 'workers',
    bull: /^(add(Standard|Delayed|Prioritized)Job|addJobScheduler|updateJobScheduler|moveTo(Active|Delayed|Finished)|moveStalledJobsToWait|extendLocks?|retryJob|releaseLock|getCounts|getRanges|pause|reprocessJob)-/,
  },
};

/** Scripts that producers and workers run; they contain what they use of the libraries. */
const scriptsOfBoth = 'jobs/scripts';

/** Commands whose first argument says what they do; access names both: `client|list`. */
const containers = new Set(['client', 'cluster', 'config', 'function', 'script']);
/** What everybody may ask before they are somebody. */
const beforeLogin = new Set(['auth', 'hello', 'quit', 'reset']);

/**
 * Calls of a script (`redis.call('X'`, `rcall("X"`), to which BullMQ hands the way to push as a word, and of
 * ioredis (`redis.x(`, `redis.call('X'`).
 */
const scriptCall = /(?:\b(?:r?call|redis\.p?call)\(\s*["'](\w+)["']|["']([LR]PUSH)["'])/g;
const clientCall = /\b(?:redis|reader)\.(\w+)\(/g;

const found = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map((it) => (it[1] ?? it[2] ?? '').toLowerCase());

/** The commands the code of a role names, whether a journey comes past them or not. */
export async function namedInCode(admin: Redis, role: Role): Promise<Set<string>> {
  const commands = new Set((await admin.call('COMMAND', 'LIST')) as string[]);
  const { folder, bull } = code[role];
  // The session cache is another server, with other users.
  const files = [folder, ...(role === 'cache' ? [] : [scriptsOfBoth])].flatMap((from) =>
    readdirSync(join(root, from), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(ts|lua)$/.test(file) && !/^(session-cache|libraries)\//.test(file))
      .map((file) => join(root, from, file)),
  );
  const assembled = folder === 'producers' ? producerScript : workerScript;
  const scripts = readdirSync(bullScripts).filter((file) => file.endsWith('.js') && bull.test(file));
  const own = files.map((file) =>
    file.endsWith('.lua') ? assembled(basename(file, '.lua')).text : readFileSync(file, 'utf8'),
  );
  const theirs = scripts.map((file) => readFileSync(join(bullScripts, file), 'utf8'));
  const names = [
    ...own.flatMap((text) => [...found(text, scriptCall), ...found(text, clientCall)]),
    ...theirs.flatMap((text) => found(text, scriptCall)),
  ];
  return new Set(names.filter((name) => commands.has(name) && !containers.has(name)));
}

/** A line of MONITOR: `+<time> [<database> <address, or lua>] "<command>" "<first argument>" …`. */
const monitored = /^\+\S+ \[\d+ (\S+)\] "([^"]*)"(?: "([^"]*)")?/;

/**
 * Listens to all a server is asked and keeps by user which commands they gave, and which are named in the
 * scripts they ran. What a script calls counts for who ran it, as access does. It reads MONITOR itself:
 * ioredis 6.0.0 takes the first lines for answers when they arrive together with MONITOR's own `OK`.
 */
export async function recordCommands(admin: Redis) {
  const { host = '', port = 0, username, password } = admin.options;
  const monitor = connect(port, host);
  const lines = createInterface(monitor);
  const login = password ? `AUTH ${username ?? 'default'} ${password}\r\n` : '';
  let answers = login ? 2 : 1;
  const users = new Map<string, string>();
  const told: { source: string; name: string; digest?: string }[] = [];
  let last = '';

  const whoIsThere = async () => {
    for (const line of String(await admin.client('LIST')).split('\n')) {
      const [, address, user] = /\baddr=(\S+).*\buser=(\S+)/.exec(line) ?? [];
      if (address && user) users.set(address, user);
    }
  };
  const monitoring = Promise.withResolvers<void>();
  lines.on('line', (line) => {
    if (answers > 0) {
      answers -= 1;
      if (line !== '+OK') monitoring.reject(new Error(`the server refuses MONITOR: ${line}`));
      else if (answers === 0) monitoring.resolve();
      return;
    }
    const [, source = '', first = '', second = ''] = monitored.exec(line) ?? [];
    if (!first) return;
    const name = first.toLowerCase();
    if (source !== 'lua') last = source;
    if (!users.has(last)) {
      users.set(last, '');
      void whoIsThere();
    }
    told.push({
      source: last,
      name: containers.has(name) ? `${name}|${second.toLowerCase()}` : name,
      ...(name === 'evalsha' && { digest: second }),
    });
  });
  monitor.write(`${login}MONITOR\r\n`);
  await monitoring.promise;

  return {
    /** What a user gave up to now. */
    async usedBy(user: string): Promise<Set<string>> {
      const theirs = told.filter(({ source }) => users.get(source) === user);
      const digests = [...new Set(theirs.flatMap(({ digest }) => digest ?? []))];
      const scripts = await Promise.all(digests.map((it) => admin.call('SCRIPT', 'SHOW', it)));
      const named = scripts.flatMap((script) => found(String(script), scriptCall));
      const given = theirs.map(({ name }) => name).filter((name) => !beforeLogin.has(name));
      return new Set([...given, ...named]);
    },
    [Symbol.dispose]: () => monitor.destroy(),
  };
}
