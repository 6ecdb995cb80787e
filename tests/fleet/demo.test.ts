import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { expect, onTestFinished, test, vi } from 'vitest';
import { clientsFolder, clientsObstacle } from '../support/aws-clients/tree.ts';
import { withoutUrls } from '../support/without-urls.ts';

test.each(['client', 'api'])(
  'the demo through the %s exits 0 with one JSON object whose numbers agree, and leaves no process behind (invariants 1 to 5, 8)',
  {
    timeout: 120_000,
  },
  async (through) => {
    const options = ['--json', '--players', '200', '--seconds', '4', '--rounds', '2', '--through', through];
    const demo = startDemo(options);
    const exited = once(demo, 'exit');
    const stdout = text(demo.stdout);
    let stderr = '';
    let family: readonly Running[] = [];
    demo.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
      // Once the workers are up, so are the servers.
      if (family.length === 0 && /workers ready/.test(stderr)) family = descendantsOf(demo.pid!);
    });

    expect(await exited, stderr).toEqual([0, null]);
    expect(stderr).toMatch(/look at it in a browser: http:\/\/127\.0\.0\.1:\d+\n/);

    const lines = (await stdout).trim().split('\n');
    expect(lines).toHaveLength(1);
    const report = JSON.parse(lines[0]!);
    expect(report).toMatchObject({
      players: 200,
      sessions: 200,
      lostTickets: 0,
      playersInTwoMatches: 0,
      problems: [],
      workers: 3,
    });
    const ended = Object.values(report.ticketsByStatus as Record<string, number>).reduce(
      (sum, n) => sum + n,
      0,
    );
    expect(ended).toBe(report.tickets);
    // Only who was decided for a running match that ended first (MatchOver).
    expect(report.ticketsByStatus.FAILED ?? 0).toBeLessThanOrEqual(10);
    expect(report.matches).toBeGreaterThan(30);
    expect(report.proposals.Accepted).toBeGreaterThan(0);
    expect(report.backfilled).toBeGreaterThan(0);
    expect(report.ratingsApplied).toBe(report.ratingsExpected);
    // Two to six players in each match, and a party of up to three in each ticket.
    expect(report.ratingsExpected).toBeGreaterThanOrEqual(2 * report.matches);
    expect(report.ratingsExpected).toBeLessThanOrEqual(6 * report.matches);
    expect(report.ticketsByStatus.COMPLETED).toBeLessThanOrEqual(report.ratingsExpected);
    expect(report.ticketsByStatus.COMPLETED).toBeGreaterThanOrEqual(2 * report.matches);
    expect(report.matchmakingTimeMs.p50).toBeLessThanOrEqual(report.matchmakingTimeMs.p99);
    expect(Math.abs(report.ratingSkillCorrelation)).toBeLessThanOrEqual(1);
    expect(report.seconds).toBeGreaterThan(4);

    const logged = /workers ready \(([\d, ]+)\)/.exec(stderr)?.[1]?.split(', ').map(Number) ?? [];
    expect(logged).toHaveLength(3);
    expect(family.map((it) => it.pid)).toEqual(expect.arrayContaining(logged));
    expect(family.length).toBeGreaterThan(logged.length + 3);
    await expect.poll(() => family.filter(isRunning)).toEqual([]);
  },
);

const obstacle = await clientsObstacle();
if (obstacle) console.warn(`SKIPPED: the demo's aws command is not tried: ${obstacle}`);

test('a demo that was told to keep prints commands that work in a shell with its variables, and ends when interrupted', {
  timeout: 900_000,
}, async () => {
  const clients = obstacle ? '' : `${await clientsFolder()}/bin:`;
  const demo = startDemo(['--keep', '--players', '6', '--seconds', '1', '--rounds', '1']);
  const exited = once(demo, 'exit');
  let stderr = '';
  demo.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  await vi.waitFor(() => expect(stderr).toContain('Ctrl-C stops everything'), { timeout: 240_000 });
  const lines = stderr.split('\n').map((line) => line.trim());
  const variables = lines.filter((line) => line.startsWith('export '));
  const say = async (command: RegExp) => {
    const line = lines.find((it) => command.test(it)) ?? 'false';
    const { stdout } = await promisify(execFile)('sh', ['-ec', [...variables, line].join('\n')], {
      env: { ...withoutUrls(), PATH: `${clients}${process.env['PATH']}` },
    });
    return JSON.parse(stdout) as object;
  };

  expect(await say(/^curl /)).toMatchObject({
    items: expect.arrayContaining([expect.objectContaining({ name: 'duel' })]),
  });
  if (!obstacle)
    expect(await say(/ aws /)).toMatchObject({
      Configurations: expect.arrayContaining([expect.objectContaining({ Name: 'duel' })]),
    });
  process.kill(-demo.pid!, 'SIGINT');
  expect(await exited, stderr).toEqual([0, null]);
});

function startDemo(options: readonly string[]) {
  const demo = spawn('npm', ['run', '-s', 'demo', '--', ...options], {
    env: withoutUrls(),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  onTestFinished(() => {
    if (isAlive(demo)) process.kill(-demo.pid!, 'SIGTERM');
  });
  return demo;
}

const isAlive = ({ exitCode, signalCode }: ChildProcess) => exitCode === null && signalCode === null;

/** A process, and when it started: a pid alone may have been given to another meanwhile. */
interface Running {
  readonly pid: number;
  readonly parent: number;
  readonly since: string;
  readonly name: string;
}

/** From `/proc/<pid>/stat`; nothing for a process that is gone, or dead and not yet collected. */
function look(pid: number): Running | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z') return undefined;
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    return { pid, parent: Number(fields[1]), since: fields[19] ?? '', name };
  } catch {
    return undefined;
  }
}

const isRunning = (process: Running) => look(process.pid)?.since === process.since;

/** The processes below one, however deep. */
function descendantsOf(ancestor: number): Running[] {
  const all = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (look(Number(name)) ?? []) : []));
  const family = new Set([ancestor]);
  for (let known = 0; known < family.size; ) {
    known = family.size;
    for (const { pid, parent } of all) if (family.has(parent)) family.add(pid);
  }
  return all.filter(({ pid }) => family.has(pid));
}
