import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseRedisUrl } from '../../jobs/redis-url.ts';

const addressOf = (url: string) => {
  const parsed = parseRedisUrl(url);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.address;
};
const problemOf = (url: string) => {
  const parsed = parseRedisUrl(url);
  return parsed.ok ? undefined : parsed.problem;
};
const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).filter((it) => it.isWellFormed());

test.each(['redis://h:7?cluster=true', 'redis://h:7'])(
  '%s: every user and password comes out as it was put in, the user left out too',
  (url) => {
    fc.assert(
      fc.property(fc.option(text, { nil: undefined }), text, (username, password) => {
        const login = `${encodeURIComponent(username ?? '')}:${encodeURIComponent(password)}@`;

        const { server } = addressOf(url.replace('//', `//${login}`));

        expect(server).toEqual({ host: 'h', port: 7, db: 0, ...(username && { username }), password });
      }),
    );
  },
);

test('port, database, TLS and cluster mode are read, with their defaults', () => {
  expect(addressOf('redis://queue')).toEqual({
    server: { host: 'queue', port: 6379, db: 0 },
    cluster: false,
    shown: 'queue:6379',
  });
  expect(addressOf('rediss://u:p@[::1]:6380/3')).toEqual({
    server: { host: '::1', port: 6380, db: 3, username: 'u', password: 'p', tls: {} },
    cluster: false,
    shown: '[::1]:6380',
  });
  expect(addressOf('redis://queue/?cluster=true').cluster).toBe(true);
  expect(addressOf('redis://queue/0?cluster=false').cluster).toBe(false);
});

test.each([
  ['http://h', 'not http://'],
  ['localhost:6379', 'must start with redis://'],
  ['REDIS//h', 'must start with redis://'],
  ['', 'must start with redis://'],
  ['redis://', 'names no host'],
  ['redis:///3', 'names no host'],
  ['redis://:pa#ss@h', 'is no URL; in user and password, write special characters by their codes, # as %23'],
  ['redis://h#x', 'has a #'],
  ['redis://:50%off@h', 'write % as %25'],
  ['redis://h/queue', 'no number of a database'],
  ['redis://h/1?cluster=true', 'a cluster has only 0'],
  ['redis://h?cluster=true&db=3', 'has the option db, which does nothing'],
  ['redis://h?cluster=true&cluster=true', 'twice'],
  ['redis://h?cluster=yes', 'give it as cluster=true'],
  ['redis://h?Cluster=true', 'has the option Cluster'],
  ['redis://h?tls=true', 'rediss:// means TLS'],
  ['redis://h?maxRetriesPerRequest=1', 'has the option maxRetriesPerRequest'],
])('%s is refused: %s', (url, problem) => {
  expect(problemOf(url)).toContain(problem);
});

test('whatever is wrong, no problem repeats the password', () => {
  const breakage = fc.constantFrom(
    (login: string) => `http://${login}@h`,
    (login: string) => `redis://${login}#@h`,
    (login: string) => `redis://${login}%@h`,
    (login: string) => `redis://${login}@h/x`,
    (login: string) => `redis://${login}@h?tls=true`,
    (login: string) => `${login}@h`,
    (login: string) => `redis:${login}@h`,
  );
  fc.assert(
    fc.property(breakage, fc.stringMatching(/^[A-Z0-9]{8,12}$/), (broken, password) => {
      const problem = problemOf(broken(`user:${password}`));

      expect(problem).toBeDefined();
      expect(problem).not.toContain(password);
    }),
  );
});
