import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeKey } from '../support/api-process.ts';
import { duelRuleSet } from '../support/builders.ts';
import { openConsole, startConsole } from '../support/console-process.ts';
import { openFleet } from '../support/fleet.ts';
import { keysSecret } from '../support/operator.ts';

const opened = new AsyncDisposableStack();
let fleet: Awaited<ReturnType<typeof openFleet>>;
let open: Awaited<ReturnType<typeof openConsole>>;
let locked: Awaited<ReturnType<typeof openConsole>>;
const tokens = { reader: '', operator: '', stranger: '' };

beforeAll(async () => {
  fleet = opened.use(await openFleet());
  await fleet.startWorker({ API_KEYS_SECRET: keysSecret });
  await fleet.install('duel', duelRuleSet);
  tokens.reader = (await makeKey(fleet.client, 'reader', ['read'])).token;
  tokens.operator = (await makeKey(fleet.client, 'boss', ['read', 'operate'])).token;
  tokens.stranger = (await makeKey(fleet.client, 'stranger', ['matchmake'])).token;
  open = opened.use(await openConsole(fleet));
  locked = opened.use(await openConsole(fleet, { CONSOLE_LOGIN: 'key', API_KEYS_SECRET: keysSecret }));
});
afterAll(() => opened.disposeAsync());

const post = (url: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(fields),
  });
const pause = (url: string, headers: Record<string, string> = {}) =>
  post(`${url}/configuration/pause`, { name: 'duel', reason: 'a test' }, headers);
const isPaused = async () => (await fleet.client.describeConfiguration('duel')).pausedSince !== undefined;

/** `fetch` sets some headers itself. */
async function statusOf(url: string, headers: Record<string, string>): Promise<number | undefined> {
  const { request } = await import('node:http');
  return new Promise((resolve, reject) => {
    request(url, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

test('without a login it answers to names of this machine only', async () => {
  expect(await statusOf(open.url, { host: 'localhost:7350' })).toBe(200);
  expect(await statusOf(open.url, { host: 'evil.example' })).toBe(403);
  expect(await statusOf(open.url, { host: '127.0.0.1.evil.example' })).toBe(403);
});

test('what another site asks for is refused, a link from it is followed', async () => {
  const cross = { 'sec-fetch-site': 'cross-site' };
  expect(await statusOf(`${open.url}/?format=json`, { ...cross, 'sec-fetch-mode': 'cors' })).toBe(403);
  expect(await statusOf(open.url, { ...cross, 'sec-fetch-mode': 'navigate' })).toBe(200);
  expect((await pause(open.url, cross)).status).toBe(403);
  expect((await pause(open.url, { 'sec-fetch-site': 'none' })).status).toBe(403);
  expect((await pause(open.url, { origin: 'http://evil.example' })).status).toBe(403);
  expect((await pause(open.url, { origin: 'null' })).status).toBe(403);
  expect(await isPaused()).toBe(false);
});

test('every answer forbids other sites in its policy', async () => {
  const { headers } = await fetch(open.url);

  expect(headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
  expect(headers.get('content-security-policy')).not.toContain('unsafe');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
});

test('with a login, a page leads there and data is refused', async () => {
  const page = await fetch(`${locked.url}/audit?target=duel`, { redirect: 'manual' });
  expect(page.status).toBe(303);
  expect(page.headers.get('location')).toBe(`/login?${new URLSearchParams({ next: '/audit?target=duel' })}`);
  for (const format of ['json', 'live'])
    expect((await fetch(`${locked.url}/?format=${format}`)).status).toBe(401);
  expect((await pause(locked.url)).status).toBe(401);
});

const logIn = async (key: string) => {
  const response = await post(`${locked.url}/login`, { key, next: '//evil.example' });
  return { response, cookie: response.headers.get('set-cookie')?.split(';')[0] ?? '' };
};

test('a key that may read looks, and one that may operate changes; the audit has its name', async () => {
  const { response, cookie } = await logIn(tokens.reader);
  expect(response.headers.get('location')).toBe('/');
  expect(response.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Strict/);
  expect(await (await fetch(locked.url, { headers: { cookie } })).text()).toContain('may only read');
  const json = await fetch(`${locked.url}/?format=json`, {
    headers: { authorization: `Bearer ${tokens.reader}` },
  });
  expect(json.status).toBe(200);
  expect((await pause(locked.url, { cookie })).status).toBe(403);
  expect(await isPaused()).toBe(false);

  const { cookie: stronger } = await logIn(tokens.operator);
  expect((await pause(locked.url, { cookie: stronger })).status).toBe(200);
  expect(await isPaused()).toBe(true);
  expect(await fleet.client.listAudit({ target: 'duel', operator: 'boss' })).toMatchObject([
    { kind: 'pause-configuration', reason: 'a test' },
  ]);
});

test('no other key, and no cookie that was changed, opens it', async () => {
  for (const key of [tokens.stranger, 'reader~x', '', `${tokens.reader}x`])
    expect((await logIn(key)).response.status).toBe(401);
  const { cookie } = await logIn(tokens.reader);
  for (const forged of [cookie.replace('reader', 'boss'), `${cookie.slice(0, -2)}xx`, 'console=reader~9~x'])
    expect((await fetch(`${locked.url}/?format=json`, { headers: { cookie: forged } })).status).toBe(401);
});

test.each([
  [{ CONSOLE_HOST: '0.0.0.0' }, /CONSOLE_LOGIN=key/],
  [{ CONSOLE_HOST: '0.0.0.0', CONSOLE_LOGIN: 'key', API_KEYS_SECRET: keysSecret }, /BEHIND_TLS/],
  [{ CONSOLE_LOGIN: 'key' }, /API_KEYS_SECRET/],
])('it refuses to start with %j', async (env, why) => {
  const { PATH } = process.env;
  await expect(startConsole({ PATH, QUEUE_REDIS_URL: 'redis://127.0.0.1:1', ...env })).rejects.toThrow(why);
});

test('it ends within seconds of SIGTERM, though a page is live', async () => {
  const other = await openConsole(fleet);
  const live = await fetch(`${other.url}/?format=live`);
  expect(live.headers.get('content-type')).toBe('text/event-stream');
  const reading = live.text().catch(() => '');

  expect(await other.stop()).toBe(0);
  await reading;
  await other[Symbol.asyncDispose]();
});
