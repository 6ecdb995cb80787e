import { serialize, UUID } from 'bson';
import type { Chance } from '../../infra/local/demo/random.ts';
import { defaultScenarios } from '../../infra/local/demo/scenarios.ts';
import { readCall } from '../../infra/local/gateway/call.ts';
import { CommandError } from '../../infra/local/gateway/errors.ts';
import { Framer, ProtocolError, parseRequest } from '../../infra/local/gateway/wire.ts';
import { catalogue } from '../../jobs/catalogue.ts';
import { envelope, problemsOf } from '../../jobs/contract.ts';
import { compileRuleSet } from '../../jobs/matchmaking/engine/compile.ts';
import { formMatches } from '../../jobs/matchmaking/engine/form-matches.ts';
import { loadRuleSet } from '../../jobs/rule-set/load.ts';
import { ticketFile, toSearching } from '../../jobs/ticket/ticket-file.ts';
import { formatTraceHeader, parseTraceHeader } from '../../jobs/trace-header.ts';
import { readable } from '../../producers/events/events.ts';
import { itemsOf } from './generate.ts';
import { mutateBytes, mutateJson, mutateText } from './mutate.ts';

/** What became of an input that nothing threw on but what it is there to throw. */
type Fate = 'accepted' | 'refused';

/**
 * One door that input from outside comes through. Throws what a caller of the real code would be surprised
 * by.
 */
export type Target = (random: Chance) => Fate;

const actors = [
  { kind: 'service', name: 'fuzz' },
  { kind: 'player', playerId: 'p-1' },
];
const contracts = catalogue.map((job) => ({ job, item: itemsOf(job) }));

/**
 * As `workers/runtime/perform.ts` reads a job: the envelope, then each item alone; problems are put into
 * words.
 */
const jobs: Target = (random) => {
  const { job, item } = random.pick(contracts);
  const items = Array.from({ length: 1 + Math.floor(random.uniform() * 3) }, () => item(random));
  const sent = {
    kind: job.kind,
    items,
    actor: random.pick(actors),
    sentAt: 1,
    trace: 'Root=1-5759e988-bd862e3fe1be46a994272793',
  };
  const data: unknown = JSON.parse(random.uniform() < 0.1 ? JSON.stringify(sent) : mutateJson(sent, random));
  const parsed = envelope.safeParse(data);
  if (!parsed.success) return told(problemsOf(parsed.error));
  const found = catalogue.find(({ kind }) => kind === parsed.data.kind);
  const read = parsed.data.items.map((it) => found?.item.safeParse(it));
  const bad = read.flatMap((it, at) => (it?.success === false ? problemsOf(it.error, `items[${at}]`) : []));
  return bad.length > 0 ? told(bad) : found ? 'accepted' : 'refused';
};

function told(problems: readonly string[]): Fate {
  if (problems.length === 0 || problems.some((it) => it === '')) throw new Error('refused without a reason');
  return 'refused';
}

/** Every kind of rule, expansion and expression once. */
const fullRuleSet = JSON.stringify({
  name: 'all',
  ruleLanguageVersion: '1.0',
  playerAttributes: [
    { name: 'skill', type: 'number', default: 10 },
    { name: 'mode', type: 'string', default: 'x' },
    { name: 'maps', type: 'string_list', default: ['a', 'b'] },
    { name: 'role', type: 'string_number_map', default: { tank: 1 } },
  ],
  algorithm: { strategy: 'exhaustiveSearch', batchingPreference: 'sorted', sortByAttributes: ['skill'] },
  teams: [{ name: 'side', minPlayers: 1, maxPlayers: 3, quantity: 2 }],
  rules: [
    {
      name: 'near',
      type: 'distance',
      measurements: ['avg(teams[*].players.attributes[skill])'],
      referenceValue: 'avg(flatten(teams[*].players.attributes[skill]))',
      maxDistance: 10,
    },
    {
      name: 'even',
      type: 'comparison',
      measurements: ['count(teams[side_1].players)'],
      referenceValue: 'count(teams[side_2].players)',
      operation: '=',
    },
    {
      name: 'shared',
      type: 'collection',
      operation: 'intersection',
      measurements: ['flatten(teams[*].players.attributes[maps])'],
      minCount: 1,
    },
    {
      name: 'tank',
      type: 'comparison',
      measurements: ['max(flatten(teams[*].players.attributes[role][tank]))'],
      referenceValue: 2,
      operation: '<',
    },
    { name: 'same', type: 'batchDistance', batchAttribute: 'mode' },
    { name: 'fast', type: 'latency', maxLatency: 100, maxDistance: 50, distanceReference: 'min' },
    { name: 'sorted', type: 'distanceSort', sortDirection: 'ascending', sortAttribute: 'skill' },
    { name: 'any', type: 'compound', statement: 'or(and(near, even), not(shared))' },
  ],
  expansions: [
    {
      target: 'rules[near].maxDistance',
      steps: [
        { waitTimeSeconds: 5, value: 20 },
        { waitTimeSeconds: 9, value: 40 },
      ],
    },
    { target: 'teams[side].minPlayers', steps: [{ waitTimeSeconds: 5, value: 1 }] },
  ],
});
const ruleSets = [fullRuleSet, ...Object.values(defaultScenarios).map((it) => it.ruleSet)];
const wireTickets = Array.from({ length: 10 }, (_, n) => ({
  ticketId: `t-${n}`,
  startTime: '2026-01-01T00:00:00Z',
  players: [
    {
      playerId: `p-${n}`,
      attributes: { skill: { N: n }, maps: { SL: ['a'] }, role: { SDM: { tank: 1 } } },
      latencyInMs: { eu: 40 },
    },
  ],
}));
const ms = (iso: string) => Date.parse(iso);
const waiting = toSearching(ticketFile.parse(wireTickets), ms);

/** As `put-rule-set`, then a cycle reads it: load, compile, one slice of a pass. */
const ruleSet: Target = (random) => {
  const source = random.pick(ruleSets);
  const body = random.uniform() < 0.5 ? mutateText(source, random) : mutateJson(JSON.parse(source), random);
  const loaded = loadRuleSet(body);
  if (!loaded.ok) return told(loaded.problems.map((it) => it.message));
  formMatches(compileRuleSet(loaded.ruleSet), waiting, ms('2026-01-01T00:00:30Z'), 1, 2_000);
  return 'accepted';
};

/** As `match --tickets` reads a file. */
const tickets: Target = (random) => {
  const parsed = ticketFile.safeParse(JSON.parse(mutateJson(wireTickets.slice(0, 3), random)));
  if (!parsed.success) return told(problemsOf(parsed.error));
  const [engine] = engines;
  if (engine) formMatches(engine, toSearching(parsed.data, ms), ms('2026-01-01T00:00:30Z'), 1, 2_000);
  return 'accepted';
};
const engines = ruleSets.map((body) => {
  const loaded = loadRuleSet(body);
  if (!loaded.ok) throw new Error(loaded.problems[0]?.message);
  return compileRuleSet(loaded.ruleSet);
});

const entry = {
  p: '6-1',
  now: '1767225600000',
  time: '1767225600000',
  type: 'MatchmakingSucceeded',
  configuration: 'duel',
  detail: JSON.stringify({
    matchId: 'm-1',
    tickets: [{ ticketId: 't-1', startTime: 1, players: [{ playerId: 'p-1' }] }],
    gameSessionInfo: {},
  }),
};

/** As a reader of the event stream takes an entry of it. */
const events: Target = (random) => {
  const changed: Record<string, string> = {
    ...entry,
    detail:
      random.uniform() < 0.5
        ? mutateText(entry.detail, random)
        : mutateJson(JSON.parse(entry.detail), random),
  };
  if (random.uniform() < 0.3) changed['time'] = mutateText(entry.time, random);
  const fields = Object.entries(changed).flat();
  if (random.uniform() < 0.2) fields.splice(Math.floor(random.uniform() * fields.length), 1);
  const read = readable(['7-1', fields], { account: '000000000000', region: 'us-east-1' });
  if (read) JSON.stringify(read);
  return read ? 'accepted' : 'refused';
};

function wireMessage(fields: object): Buffer {
  const body = Buffer.from(serialize(fields));
  const message = Buffer.concat([Buffer.alloc(21), body]);
  message.writeInt32LE(message.length, 0);
  message.writeInt32LE(2013, 12);
  return message;
}
const wireMessages = [
  wireMessage({ find: 'players', filter: { _id: 'p-1' }, $db: 'matchmaking', lsid: { id: new UUID() } }),
  wireMessage({
    update: 'players',
    updates: [{ q: { _id: 1 }, u: { $set: { a: 1 } }, upsert: true }],
    $db: 'matchmaking',
    txnNumber: 1n,
  }),
  wireMessage({
    insert: 'players',
    documents: [{ _id: 1 }, { _id: 2, deep: { deeper: [{ a: null }] } }],
    $db: 'matchmaking',
  }),
];

/** As the gateway reads a connection: framing, message, command. */
const gateway: Target = (random) => {
  try {
    const framer = new Framer();
    const sent = Buffer.concat([mutateBytes(random.pick(wireMessages), random), random.pick(wireMessages)]);
    for (const message of framer.push(sent)) readCall(parseRequest(message), 1);
    return 'accepted';
  } catch (error) {
    if (error instanceof ProtocolError || error instanceof CommandError) return 'refused';
    throw error;
  }
};

/** As a trace header of a caller is taken up. */
const traceHeader: Target = (random) => {
  const parsed = parseTraceHeader(
    mutateText('Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1', random),
  );
  if (parsed) formatTraceHeader(parsed);
  return parsed ? 'accepted' : 'refused';
};

export const targets: Readonly<Record<string, Target>> = {
  jobs,
  ruleSet,
  tickets,
  events,
  gateway,
  traceHeader,
};
