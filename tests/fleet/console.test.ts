import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { activitySlotMs } from '../../jobs/configuration/activity.ts';
import { openActivityRecords } from '../../workers/records/activity.ts';
import { browserObstacle, openBrowser } from '../support/browser.ts';
import { duelRuleSet } from '../support/builders.ts';
import { consoleOperator, openConsole } from '../support/console-process.ts';
import { openFleet, soloist } from '../support/fleet.ts';

const obstacle = await browserObstacle();
if (obstacle) console.warn(`SKIPPED: the console is not looked at in a browser: ${obstacle}`);

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const hostile = '<img src=x onerror="document.title=1">&"\'';

/** Five minutes of the past, some slots ago, in which three tickets waited. */
const slot = (ago: number, bucket: number) => ({
  ...{ configuration: 'duel', slot: -ago, at: Date.now() - ago * activitySlotMs, started: 4, matches: 1 },
  ...{ matched: 3, cancelled: 1, timedOut: 0, failed: 0, waits: new Map([[bucket, 3]]) },
});

describe.skipIf(obstacle)('the console in a browser', () => {
  const opened = new AsyncDisposableStack();
  let url = '';
  let page: Page;
  let fleet: Awaited<ReturnType<typeof openFleet>>;
  const ids = { waiting: '', matched: '', match: '' };
  const complaints: string[] = [];
  const requests: string[] = [];

  beforeAll(async () => {
    fleet = opened.use(await openFleet());
    await fleet.startWorker();
    const console_ = opened.use(await openConsole(fleet));
    url = console_.url;
    await fleet.install('duel', duelRuleSet);
    await fleet.client.putConfiguration({ name: 'duel', ruleSetName: 'duel', requestTimeoutSeconds: 300 });
    for (const name of ['ann', 'bob']) await fleet.client.createSession({ playerId: fleet.own(name) });
    const [first] = await Promise.all(
      ['ann', 'bob'].map((name) => fleet.client.startMatchmaking(soloist('duel', fleet.own(name)))),
    );
    ids.matched = first?.ticketId ?? '';
    ids.match = await fleet.matched(ids.matched);
    const described = await fleet.client.describeMatch(ids.match);
    const teams = (described?.match.teams ?? []).map(({ name }, at) => ({ name, rank: at + 1 }));
    await fleet.client.reportMatchResult({ matchId: ids.match, teams });
    await vi.waitFor(
      async () =>
        expect((await fleet.client.describePlayer(fleet.own('ann')))?.record?.changes).toMatchObject([
          { why: { matchId: ids.match } },
        ]),
      { timeout: 20_000 },
    );
    await openActivityRecords(fleet.db).keep([slot(2, 40), slot(1, 44)]);
    ids.waiting = (await fleet.client.startMatchmaking(soloist('duel', hostile, 900))).ticketId;
    const browser = opened.use(await openBrowser());
    const context = await browser.newContext();
    opened.defer(() => context.close());
    page = await context.newPage();
    page.setDefaultTimeout(15_000);
    page.on('request', (request) => requests.push(request.url()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    // The browser's tree is built on first use.
  }, 900_000);
  afterAll(() => opened.disposeAsync());

  const look = async (path: string): Promise<string> => {
    const response = await page.goto(url + path);
    expect(response?.status()).toBe(200);
    return (await page.locator('main').textContent()) ?? '';
  };
  const query = (fields: Record<string, string>) => `?${new URLSearchParams(fields)}`;

  const places: readonly (readonly [name: string, path: () => string, shows: () => readonly string[]])[] = [
    ['overview', () => '/', () => ['duel', 'matchmaking', 'No limit is broken']],
    ['configuration', () => '/configuration?name=duel', () => ['300', 'Versions of rule set duel']],
    [
      'what changed',
      () => '/diff?kind=configurations&name=duel',
      () => ['requestTimeoutSeconds', '60', '300'],
    ],
    ['pool', () => '/pool?name=duel', () => [ids.waiting, '1 of 1']],
    [
      'ticket',
      () => `/ticket${query({ id: ids.waiting })}`,
      () => ['It needs 1 more player', hostile, 'skill=900', 'MatchmakingSearching'],
    ],
    ['player', () => `/player${query({ id: hostile })}`, () => [ids.waiting, 'needs 1 more player', hostile]],
    ['match', () => `/match${query({ id: ids.match })}`, () => [ids.matched, fleet.own('ann'), '1 of 1']],
    ['ladders', () => '/ladders', () => ['default']],
    ['ladder', () => '/ladder?name=default', () => ['duel']],
    ['queues', () => '/queues', () => ['session-creation', 'Nothing failed']],
    ['events', () => '/events', () => ['MatchmakingSucceeded', hostile]],
    ['audit', () => '/audit', () => ['put-configuration', 'duel']],
  ];

  test.each(places)(
    '%s shows what is there, and has no serious fault of access',
    async (_name, path, shows) => {
      const text = await look(path());
      for (const part of shows()) expect(text).toContain(part);

      const { violations } = await page.evaluate<{
        violations: { id: string; impact: string; nodes: { html: string }[] }[];
      }>(`${axe}; axe.run()`);
      const serious = violations.filter((it) => ['serious', 'critical'].includes(it.impact));
      expect(serious.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
      expect(await page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    },
  );

  test.each(places)('%s has the same as JSON', async (_name, path) => {
    const given = path();
    const response = await fetch(`${url}${given}${given.includes('?') ? '&' : '?'}format=json`);

    expect(response.headers.get('content-type')).toContain('application/json');
    expect(await response.json()).toBeTruthy();
  });

  test('a page is readable on a phone: it is as wide as the screen, and wide tables scroll by themselves', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    for (const [, path] of places) {
      await look(path());
      expect(await page.evaluate<number>('document.documentElement.scrollWidth'), path()).toBeLessThanOrEqual(
        360,
      );
    }
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  test('an id leads to its screen by the keyboard alone', async () => {
    await look('/');
    await page.getByRole('textbox', { name: /Id of a player/ }).fill(ids.match);
    await page.keyboard.press('Enter');

    await page.getByRole('heading', { name: `Match ${ids.match}` }).waitFor();
  });

  test('the overview follows the fleet, keeps the focus, and stands still while it is paused', async () => {
    await look('/');
    const row = page.getByRole('row', { name: /duel/ }).getByRole('cell').first();
    await page.getByRole('link', { name: 'duel' }).focus();
    await page.getByText('live', { exact: true }).waitFor();
    expect(await row.textContent()).toBe('1');

    const extra = await fleet.client.startMatchmaking(soloist('duel', fleet.own('eve'), 500));
    await expect.poll(() => row.textContent(), { timeout: 10_000 }).toBe('2');
    expect(await page.evaluate<string>('document.activeElement.textContent')).toBe('duel');
    await page.getByRole('button', { name: 'Pause updates' }).click();
    await fleet.client.stopMatchmaking(extra.ticketId);
    await expect
      .poll(async () => {
        const now = (await (await fetch(`${url}/?format=json`)).json()) as {
          configurations: { tickets: number }[];
        };
        return now.configurations[0]?.tickets;
      })
      .toBe(1);
    expect(await row.textContent()).toBe('2');
    await page.getByRole('button', { name: 'Go on with updates' }).click();
    await expect.poll(() => row.textContent(), { timeout: 10_000 }).toBe('1');
  });

  test('waits, endings and ratings are drawn, and each chart has its table', async () => {
    await look('/configuration?name=duel');
    const charts = page.locator('figure.chart');
    await expect.poll(() => charts.locator('canvas').count()).toBe(2);
    expect(await charts.locator('details tbody tr').count()).toBe(4);
    expect(await charts.first().getAttribute('data-marks')).toContain('put-configuration');
    // They stay as they are when what is beside them changes.
    await page.getByText('live', { exact: true }).waitFor();
    expect(await charts.locator('canvas').count()).toBe(2);
    await look(`/player${query({ id: fleet.own('ann') })}`);
    await expect.poll(() => charts.locator('canvas').count()).toBe(1);
  });

  const act = async (verb: string, reason: string): Promise<void> => {
    const form = page.locator('details', { has: page.locator('summary', { hasText: verb }) });
    await form.locator('summary').click();
    await form.getByRole('textbox', { name: 'Reason' }).fill(reason);
    await form.getByRole('button', { name: verb }).click();
    await page.getByRole('heading', { name: 'Done' }).waitFor();
  };

  test('a pause and a resume by clicking are told on the page, and are in the audit with who and why', async () => {
    await look('/configuration?name=duel');
    await act('Pause', 'fewer players tonight');
    expect((await fleet.client.describeConfiguration('duel')).pausedSince).toBeTruthy();
    expect(await look('/')).toContain('duel is paused');
    await look('/configuration?name=duel');
    await act('Resume', 'they are back');

    expect((await fleet.client.describeConfiguration('duel')).pausedSince).toBeUndefined();
    const text = await look('/audit?target=duel');
    for (const part of [consoleOperator, 'pause-configuration', 'fewer players tonight', 'they are back'])
      expect(text).toContain(part);
  });

  test('a rollback by clicking puts an earlier version again', async () => {
    await look('/configuration?name=duel');
    await act('Roll back the settings', 'too long a wait');

    // A client may take a configuration as it was some seconds ago.
    await expect
      .poll(async () => (await fleet.client.describeConfiguration('duel')).installed, { timeout: 10_000 })
      .toMatchObject({ version: 3, configuration: { requestTimeoutSeconds: 60 } });
  });

  test('a change without a reason is refused, in words', async () => {
    const response = await fetch(`${url}/configuration/pause`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ name: 'duel', reason: ' ' }),
    });

    expect(response.status).toBe(400);
    expect(await response.text()).toContain('say why');
    expect((await fleet.client.describeConfiguration('duel')).pausedSince).toBeUndefined();
  });

  test('nothing was asked of another site, and nothing was forbidden or failed', () => {
    const foreign = requests.filter((it) => !it.startsWith(url) && !/^(data|about):/.test(it));

    expect(requests.length).toBeGreaterThan(20);
    expect(foreign).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
