import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { digestOf } from '../../infra/aws/pin-bases/registry.ts';
import { basesOf, bundleUrl, pinned, unpinned } from '../../infra/aws/task/image-bases.ts';

const dockerfile = readFileSync(new URL('../../infra/Dockerfile', import.meta.url), 'utf8');
const digestFor = (image: string) =>
  `sha256:${Buffer.from(image).toString('hex').padEnd(64, '0').slice(0, 64)}`;

test('every image that is not a stage of this file, and the bundle of authorities, is one to be pinned', () => {
  const named = [...dockerfile.matchAll(/^FROM (?!scratch)([^\s@]+)/gm)].map(([, image]) => image);

  expect(basesOf(dockerfile).map((it) => it.image)).toEqual(named);
  expect(bundleUrl(dockerfile)).toMatch(/^https:\/\/truststore\.pki\.rds\.amazonaws\.com\//);
});

test('pinned, nothing is left that may be something else at the next build, and the rest is as it was', () => {
  const images = basesOf(dockerfile).map((it) => it.image);
  const digests = new Map(images.map((it) => [it, digestFor(it)]));
  const checksum = 'ab'.repeat(32);
  const after = pinned(dockerfile, digests, checksum);

  expect(unpinned(after)).toEqual([]);
  expect(basesOf(after)).toEqual(images.map((image) => ({ image, digest: digestFor(image) })));
  expect(after).toContain(`ADD --checksum=sha256:${checksum} --chmod=444 https://`);
  expect(pinned(after, digests, checksum)).toBe(after);
  expect(after.replace(/@sha256:[0-9a-f]{64}|--checksum=\S+ /g, '')).toBe(
    dockerfile.replace(/@sha256:[0-9a-f]{64}|--checksum=\S+ /g, ''),
  );
});

test('what is not pinned is named', () => {
  const plain = dockerfile.replace(/@sha256:[0-9a-f]{64}|--checksum=\S+ /g, '');

  expect(unpinned(plain)).toEqual([...basesOf(plain).map((it) => it.image), bundleUrl(plain)]);
});

/** A registry that gives its tokens to anybody, as the public ones do, and knows one tag. */
async function openRegistry() {
  const server = createServer((request, response) => {
    const { host } = request.headers;
    const url = new URL(request.url ?? '', `http://${host}`);
    if (url.pathname === '/token')
      return response.end(JSON.stringify({ token: `for ${url.searchParams.get('scope')}` }));
    if (request.headers.authorization !== 'Bearer for repository:tools/base:pull')
      return response
        .writeHead(401, {
          'www-authenticate': `Bearer realm="http://${host}/token",service="here",scope="repository:tools/base:pull"`,
        })
        .end();
    if (request.method !== 'HEAD' || url.pathname !== '/v2/tools/base/manifests/1.2')
      return response.writeHead(404).end();
    return response.writeHead(200, { 'docker-content-digest': digestFor('base') }).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('a registry tells the digest of a tag to who fetches its token', async () => {
  const host = await openRegistry();

  expect(await digestOf(`${host}/tools/base:1.2`, 'http')).toBe(digestFor('base'));
});

test('a tag that is not there, or a registry that is not, is named', async () => {
  const host = await openRegistry();

  await expect(digestOf(`${host}/tools/base:9`, 'http')).rejects.toThrow(`${host}/tools/base:9`);
  await expect(digestOf('127.0.0.1:1/tools/base:1.2', 'http')).rejects.toThrow(
    /tools\/base:1\.2.*did not answer/,
  );
});
