import { createHmac } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { mayByKey } from '../../jobs/permissions.ts';
import type { ApiKey, KeyRing } from '../keys/key-ring.ts';
import { readToken, sameSecret, tokenOf } from '../keys/seal.ts';
import { html } from './html.ts';
import { page } from './layout.ts';
import type { WhoLooks } from './viewer.ts';

/** How long (ms) a login lasts. */
const sessionMs = 8 * 3_600_000;
const cookieName = 'console';

/**
 * People log in with a key of the HTTP API that has the right `read`; `operate` lets them change things. The
 * cookie is signed by the key's own secret: a key that is rotated or revoked ends its sessions, and every
 * console process knows them. Programs send the key as a bearer token.
 */
export function openLogin(
  app: FastifyInstance,
  keys: KeyRing,
  { secure }: { readonly secure: boolean },
): WhoLooks {
  app.get<{ Querystring: { next?: string } }>('/login', (request, reply) =>
    reply.type('text/html; charset=utf-8').send(loginPage(pathOf(request.query.next))),
  );

  app.post('/login', async (request, reply) => {
    const form = request.body as URLSearchParams;
    const next = pathOf(form.get('next') ?? undefined);
    const key = await keyOf(keys, form.get('key')?.trim() ?? '');
    if (!key || !mayLook(key))
      return reply.code(401).type('text/html; charset=utf-8').send(loginPage(next, refused));
    const until = Date.now() + sessionMs;
    const value = `${key.name}~${until}~${signatureOf(key, until)}`;
    return reply
      .header(
        'set-cookie',
        `${cookieName}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${sessionMs / 1_000}${secure ? '; Secure' : ''}`,
      )
      .redirect(next, 303);
  });

  app.post('/logout', (_request, reply) =>
    reply.header('set-cookie', `${cookieName}=; Path=/; HttpOnly; Max-Age=0`).redirect('/login', 303),
  );

  return async ({ headers }) => {
    const [, token] = /^Bearer +(\S{1,256})$/i.exec(headers.authorization ?? '') ?? [];
    const key = token ? await keyOf(keys, token) : await ofCookie(keys, headers.cookie ?? '');
    if (!key || !mayLook(key)) return undefined;
    const { name, secret, rights } = key;
    return { name, rights, operatorKey: tokenOf(name, secret) };
  };
}

const mayLook = ({ rights }: ApiKey): boolean => mayByKey('console', rights);

const refused = 'This is no key that works here, or it has not the right "read".';

async function keyOf(keys: KeyRing, token: string): Promise<ApiKey | undefined> {
  const given = readToken(token);
  const key = given && (await keys.find(given.name));
  return key && sameSecret(key.secret, given.secret) ? key : undefined;
}

async function ofCookie(keys: KeyRing, header: string): Promise<ApiKey | undefined> {
  const [, name, until, signature] =
    /(?:^|; )console=([a-zA-Z0-9.-]{1,128})~(\d{1,15})~([\w-]{43})(?:;|$)/.exec(header) ?? [];
  if (!name || !signature || Number(until) < Date.now()) return undefined;
  const key = await keys.find(name);
  return key && sameSecret(signatureOf(key, Number(until)), signature) ? key : undefined;
}

const signatureOf = ({ name, secret }: ApiKey, until: number): string =>
  createHmac('sha256', secret)
    .update(`matchmaking fleet: console session\n${name}\n${until}`)
    .digest('base64url');

/** A path of this console, never another site. */
const pathOf = (next = '/'): string => (/^\/(?![/\\])/.test(next) ? next : '/');

const loginPage = (next: string, problem?: string): string =>
  page({
    title: 'Log in',
    viewer: undefined,
    main: html`
      ${problem && html`<p class="trouble" role="alert">${problem}</p>`}
      <form method="post" action="/login" class="operate">
        <input type="hidden" name="next" value=${next} />
        <label>Key (name~secret) <input name="key" type="password" required autocomplete="current-password" /></label>
        <button>Log in</button>
      </form>`,
  });
