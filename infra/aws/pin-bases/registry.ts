import { z } from 'zod';

/** Kinds of manifest that a tag may stand for; the first two list one image a platform. */
const manifests = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

const digestForm = /^sha256:[0-9a-f]{64}$/;

/**
 * The digest that a tag stands for, from its registry, by the protocol that Docker Hub, gcr.io and
 * public.ecr.aws share (https://distribution.github.io/distribution/spec/api/): who asks without a token is
 * told where to get one. Throws, naming the image, where the registry does not answer or knows no such tag.
 * `scheme` is for a registry without TLS.
 */
export async function digestOf(image: string, scheme = 'https'): Promise<string> {
  const { host, repository, tag } = addressOf(image);
  const url = `${scheme}://${host}/v2/${repository}/manifests/${tag}`;
  const ask = (headers: Record<string, string>) =>
    fetch(url, {
      method: 'HEAD',
      headers: { accept: manifests, ...headers },
      signal: AbortSignal.timeout(20_000),
    });
  const refuse = (why: string, cause?: unknown) => new Error(`${image}: ${host} ${why}`, { cause });
  try {
    let answer = await ask({});
    if (answer.status === 401) {
      const token = await tokenFor(answer.headers.get('www-authenticate') ?? '');
      answer = await ask({ authorization: `Bearer ${token}` });
    }
    const digest = answer.headers.get('docker-content-digest') ?? '';
    if (!answer.ok) throw refuse(`answered ${answer.status}`);
    if (!digestForm.test(digest)) throw refuse('named no digest');
    return digest;
  } catch (error) {
    if (error instanceof Error && error.message.startsWith(image)) throw error;
    throw refuse('did not answer', error);
  }
}

/** `node:24` is `library/node` of Docker Hub; the first part names a registry if it has a dot or a port. */
function addressOf(image: string): { host: string; repository: string; tag: string } {
  const [, path = '', tag = ''] = /^(.+):([^:/]+)$/.exec(image) ?? [];
  const [first = '', ...rest] = path.split('/');
  if (rest.length > 0 && /[.:]/.test(first)) return { host: first, repository: rest.join('/'), tag };
  return { host: 'registry-1.docker.io', repository: rest.length > 0 ? path : `library/${path}`, tag };
}

const tokenForm = z.union([
  z.object({ token: z.string() }).transform((it) => it.token),
  z.object({ access_token: z.string() }).transform((it) => it.access_token),
]);

/** An anonymous token, from where the challenge says (`Bearer realm="…",service="…",scope="…"`). */
async function tokenFor(challenge: string): Promise<string> {
  const given = new Map(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
  );
  const url = new URL(given.get('realm') ?? '');
  for (const name of ['service', 'scope']) {
    const value = given.get(name);
    if (value !== undefined) url.searchParams.set(name, value);
  }
  const answer = await fetch(url, { signal: AbortSignal.timeout(20_000) });
  return tokenForm.parse(await answer.json());
}
