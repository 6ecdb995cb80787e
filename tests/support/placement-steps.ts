import { startMatches } from '../../workers/session-creation/start-match.ts';
import { openWebhook, type WebhookAnswer } from '../../workers/session-creation/webhook.ts';
import { aConfiguration, aMatch, aTicket } from './builders.ts';
import { openFleetStores, perform } from './fleet-stores.ts';
import { openPlacementService, placementSecret } from './placement-service.ts';
import { ticketRecords } from './ticket-records.ts';

/**
 * Stores with the configuration `duel` placed by a service of the test's own, and the steps placement tests
 * take.
 */
export async function openPlacementSteps() {
  const opened = new AsyncDisposableStack();
  const fleet = opened.use(await openFleetStores());
  const service = opened.use(await openPlacementService());
  const { pool } = fleet.stores;
  const answers: WebhookAnswer[] = [];
  const key = (name: string) => `{${fleet.domain}.matchmaking}:${name}`;

  const configure = async (version: number, more = {}) => {
    const { configuration, ...rest } = aConfiguration(version);
    const placement = { ...service.placement, ...more };
    await pool.settings.install({ ...rest, configuration: { ...configuration, placement } });
  };
  await configure(2);

  const worker = (more = {}) => ({
    ...fleet.stores,
    onRefused: () => undefined,
    queues: { enqueue: async () => undefined },
    webhook: openWebhook({
      hosts: [service.host],
      secretOf: (name) => (name === 'PLACEMENT_SECRET' ? placementSecret : undefined),
      origin: { account: '123456789012', region: 'eu-west-1' },
      onAnswer: (_configuration, answer) => answers.push(answer),
      ...more,
    }),
  });

  return {
    fleet,
    service,
    /** What the webhook was understood to say, in order. */
    answers,
    key,
    configure,
    /** The stores of a worker that may ask the service. */
    worker,

    /** A match of one player a ticket, decided and in the outbox; players are named after their tickets. */
    async decide(matchId: string, placed: boolean, ...ticketIds: string[]): Promise<void> {
      const wanted = ticketIds.map((id) => aTicket(id));
      await fleet.producerTickets.start(wanted.map((it) => ({ ...it, version: 2 })));
      const { tickets } = await pool.mirror.readPool('duel', 0, 100);
      const members = tickets.filter((it) => ticketIds.includes(it.ticketId));
      const match = {
        ...aMatch(matchId, members),
        now: Date.now(),
        ...(placed && { placement: 'webhook' as const }),
      };
      const revisions = members.map((it) => it.revision);
      await pool.matches.commit('duel', [{ match, jobId: 'job', revisions, ruleEvaluations: [] }]);
    },

    start: (matchIds: readonly string[], stores = worker()) =>
      perform(
        startMatches(stores),
        matchIds.map((matchId) => ({ matchId })),
      ),

    described: async (ticketId: string) => (await fleet.producerTickets.describe([ticketId]))[0],

    documents: (collection: string) => fleet.db.collection(collection).find().sort({ _id: 1 }).toArray(),
    tickets: () => ticketRecords(fleet.db),

    /** Makes a match look as if it had been decided so long ago. */
    age: (matchId: string, seconds: number) =>
      fleet.redis.hincrby(key('outbox-at'), matchId, -1_000 * seconds),

    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
