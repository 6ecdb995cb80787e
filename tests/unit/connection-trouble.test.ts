import fc from 'fast-check';
import { expect, test } from 'vitest';
import { documentdbTrouble, modeTrouble, redisTrouble } from '../../jobs/connection-trouble.ts';
import type { RedisAddress } from '../../jobs/redis-url.ts';

const plain: RedisAddress = { server: { host: 'h', port: 1, db: 0 }, cluster: false, shown: 'h:1' };
const secure: RedisAddress = { ...plain, server: { ...plain.server, tls: {} } };
const coded = (code: string | number, message = 'as it was thrown') =>
  Object.assign(new Error(message), { code });

test.each([
  ['refused, by each address of a name', new AggregateError([coded('ECONNREFUSED')]), /refused/, false],
  ['a name server that does not answer', coded('EAI_AGAIN'), /unknown host/, false],
  ['behind a wrapper', new Error('x', { cause: coded('ENOTFOUND') }), /unknown host/, false],
  ['a certificate', coded('DEPTH_ZERO_SELF_SIGNED_CERT'), /certificate.*NODE_EXTRA_CA_CERTS/, true],
  ['a reset', coded('ECONNRESET'), /closed by the server.*rediss:/, false],
  ['loading', new Error('LOADING Valkey is loading the dataset in memory'), /loading/, false],
  ['protected mode', new Error('DENIED Redis is running in protected mode'), /protected mode/, true],
  ['a cause nobody foresaw', new Error('ERR max number of clients reached'), /max number of clients/, false],
])('a Redis: %s', (_what, error, cause, lasting) => {
  expect(redisTrouble(error, plain)).toEqual({ cause: expect.stringMatching(cause), lasting });
});

test('whoever asked for TLS is not told to ask for it', () => {
  expect(redisTrouble(coded('ECONNRESET'), secure).cause).not.toContain('rediss');
  expect(redisTrouble(new Error('timed out'), secure).cause).toContain('redis:// is without TLS');
});

test.each([
  ['a refused login', coded(18, 'Authentication failed.'), /authentication failed/, true],
  ['no login', coded(13, 'Authorization failure'), /wants a login/, true],
  ['a closed connection', new Error('connection <monitor> to 127.0.0.1:1 closed'), /tls=true/, false],
  ['no answer', new Error('Server selection timed out after 5000 ms'), /timeout/, false],
])('a DocumentDB: %s', (_what, error, cause, lasting) => {
  expect(documentdbTrouble(error)).toEqual({ cause: expect.stringMatching(cause), lasting });
});

test('the mode a server tells of is compared with the URL; one that tells nothing is believed', () => {
  const clustered = { ...plain, cluster: true };

  expect(modeTrouble('# Cluster\r\ncluster_enabled:1\r\n', plain)?.cause).toContain('?cluster=true');
  expect(modeTrouble('# Cluster\r\ncluster_enabled:0\r\n', clustered)?.cause).toContain(
    'take cluster=true out',
  );
  expect(modeTrouble('cluster_enabled:0', plain)).toBeUndefined();
  expect(modeTrouble('cluster_enabled:1', clustered)).toBeUndefined();
  expect(modeTrouble('', clustered)).toBeUndefined();
});

test('a message of a driver that repeats a URL is shown without its login', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Z0-9@:]{8,12}$/), (login) => {
      const { cause } = documentdbTrouble(new Error(`cannot read mongodb://${login}@host:1/`));

      expect(cause).toBe('cannot read mongodb://host:1/');
    }),
  );
});
