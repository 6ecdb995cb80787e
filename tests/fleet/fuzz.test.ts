import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test, vi } from 'vitest';
import { chance } from '../../infra/local/demo/random.ts';
import { catalogue } from '../../jobs/catalogue.ts';
import { queueNames } from '../../jobs/contract.ts';
import { itemsOf } from '../fuzz/generate.ts';
import { mutateBytes, mutateJson, mutateText } from '../fuzz/mutate.ts';
import { duelRuleSet } from '../support/builders.ts';
import { openCliHere } from '../support/cli.ts';
import { openFleet, soloist } from '../support/fleet.ts';

const seed = 1;

test('a worker lives through 400 mutated jobs of every kind: each is done or kept with its reason, and players go on', {
  timeout: 180_000,
}, async () => {
  const random = chance(seed);
  await using fleet = await openFleet();
  const worker = await fleet.startWorker({ LOG_LEVEL: 'error' });
  await fleet.install('duel', duelRuleSet);
  const makers = catalogue.map((job) => ({ job, item: itemsOf(job) }));
  for (let n = 0; n < 400; n++) {
    const { job, item } = random.pick(makers);
    const sent = {
      kind: job.kind,
      items: [item(random)],
      actor: { kind: 'service', name: 'fuzz' },
      sentAt: 0,
    };
    await fleet.queues[job.queue].add(job.kind, JSON.parse(mutateJson(sent, random)), { attempts: 1 });
  }

  await vi.waitFor(
    async () => {
      for (const queue of queueNames)
        expect(await fleet.queues[queue].getJobCountByTypes('waiting', 'prioritized', 'active'), queue).toBe(
          0,
        );
    },
    { timeout: 120_000, interval: 200 },
  );
  for (const queue of queueNames)
    for (const job of await fleet.queues[queue].getFailed())
      expect(job.failedReason, `${job.name} ${JSON.stringify(job.data).slice(0, 300)}`).toMatch(/\S/);
  const { ticketId } = await fleet.client.startMatchmaking(soloist('duel', fleet.own('ann')));
  await fleet.client.startMatchmaking(soloist('duel', fleet.own('bob')));
  await vi.waitFor(async () => expect(await fleet.ticket(ticketId)).toMatchObject({ status: 'COMPLETED' }), {
    timeout: 30_000,
    interval: 50,
  });
  expect(worker.log().filter((line) => /uncaught|unhandled/i.test(JSON.stringify(line)))).toEqual([]);
});

test('the gateway answers its drivers after 100 connections of damaged bytes', {
  timeout: 60_000,
}, async () => {
  const random = chance(seed);
  await using fleet = await openFleet();
  const { hostname, port } = new URL(fleet.env['DOCUMENTDB_URI'] ?? '');
  const message = Buffer.alloc(64);
  message.writeInt32LE(64, 0);
  message.writeInt32LE(2013, 12);
  for (let n = 0; n < 100; n++) {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.end(mutateBytes(message, random));
    socket.destroySoon();
  }

  expect(await fleet.db.command({ ping: 1 })).toMatchObject({ ok: 1 });
});

const commandLines = [
  ['rule-set', 'validate', 'duel.json', '--request-timeout', '60'],
  ['match', '--rule-set', 'duel.json', '--tickets', 'tickets.json', '--now', '2026-01-01T00:00:00Z'],
  ['ticket', 'show', 't-1'],
  ['queue', 'failed', 'matchmaking', '--json'],
  ['queue', 'list'],
];

test('the command line answers damaged arguments with a message and never with a stack', {
  timeout: 180_000,
}, async () => {
  const random = chance(seed);
  await using fleet = await openFleet();
  for (let n = 0; n < 8; n++) {
    const args = random
      .pick(commandLines)
      .map((arg) => (random.uniform() < 0.4 ? mutateText(arg, random) : arg));
    const sane = args.map((arg) => arg.replaceAll('\u0000', '').slice(0, 2_000));
    const { code, err } = await openCliHere(fleet.domain, '.')(...sane);

    expect([0, 1, 2], `${sane.join(' ')}\n${err}`).toContain(code);
    expect(err).not.toMatch(/^\s+at .+:\d+:\d+/m);
  }
});
