import type { Redis } from 'ioredis';
import type { Actor, Job } from '../jobs/contract.ts';
import type { EventOrigin } from '../jobs/event/event.ts';
import type { CallName } from '../jobs/permissions.ts';
import { type Call, type CallOptions, openCalls } from './call.ts';
import { type ClientOptions, clientOptions } from './client-options.ts';
import { type GiveByJob, type GiveCommand, openCommands, openJobCommands } from './commands/commands.ts';
import { openSigning } from './commands/signing.ts';
import { connect } from './connection/connection.ts';
import { openGate, type WhenAway } from './connection/gate.ts';
import { openRedisTime, type RedisTime } from './connection/redis-time.ts';
import { secretOr } from './connection/secrets.ts';
import { type ActivityReader, openActivity } from './live/activity.ts';
import type { MatchmakingClient } from './matchmaking-client.ts';
import type { OperatorClient } from './operator-client.ts';
import { parse } from './parse.ts';
import { type AddItem, openBatches } from './queue/batches.ts';
import { openQueues, type ProducerQueues } from './queue/queues.ts';
import { openWake, openWakeLadders, type Wake } from './queue/wake.ts';
import { type Admit, openAdmission } from './starting/admission.ts';
import { type InstalledReader, installedReader } from './starting/configurations.ts';
import { openStarting, type StartTickets } from './starting/starting.ts';
import { openTickets, type Tickets } from './starting/tickets.ts';

/** A call that a job carries alone: adds it, waits for its answer, and returns that. Needs a worker. */
type AskRecord = <Item, Result>(
  name: CallName,
  job: Job<Item, Result>,
  item: unknown,
  options: CallOptions,
) => Promise<Result>;

/** What the calls of one client are made of, on one connection. */
export interface ClientParts {
  readonly redis: Redis;
  readonly domain: string;
  readonly origin: EventOrigin;
  readonly onError: (error: Error) => void;
  /** Who asks when a call names no actor. */
  readonly self: Actor;
  readonly call: Call;
  readonly askRecord: AskRecord;
  readonly give: GiveCommand;
  readonly giveByJob: GiveByJob;
  readonly queues: ProducerQueues;
  readonly configurations: InstalledReader;
  readonly admit: Admit;
  readonly addItem: AddItem;
  readonly starting: StartTickets;
  readonly tickets: Tickets;
  readonly activity: ActivityReader;
  readonly redisTime: RedisTime;
  readonly wake: Wake;
  /** Wakes the raters of ladders. */
  readonly wakeLadders: Wake;
  /** Aborted once the client is closed. */
  readonly closing: AbortSignal;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Some of a client's calls. */
export type Calls = Partial<MatchmakingClient & OperatorClient>;

export async function openParts(options: ClientOptions): Promise<ClientParts> {
  const given = parse(clientOptions, options ?? {});
  const { domain, origin, onError, whenAway, waitMs: ms, maxWaiting: most } = given;
  const away: WhenAway = whenAway === 'wait' ? { kind: 'wait', ms, most } : { kind: 'fail' };
  const connection = await connect(await secretOr('redisUrl', given.redisUrl), away, onError);
  const { redis, whyAway } = connection;
  const closing = new AbortController();
  const queues = openQueues(redis, domain, given.trace, onError, given.onWait);
  const configurations = installedReader(redis, domain);
  const call = openCalls(given.actor, openGate(connection, away, closing.signal), whyAway);
  const admit = openAdmission(redis, given.memoryLimit, given.maxUnderWay);
  const sign = openSigning(given);
  return {
    ...{ redis, domain, origin, onError, self: given.actor, call, queues, configurations, admit },
    askRecord: (name, job, item, asking) =>
      call(name, asking, (calling) => queues.ask(job, parse(job.item, item), calling)),
    give: openCommands({ redis, domain, call, queues, onError, sign }),
    giveByJob: openJobCommands({ call, queues, sign }),
    addItem: openBatches(queues),
    starting: openStarting({ call, admit, configurations, queues, whyAway }),
    tickets: openTickets(redis, domain),
    activity: openActivity(redis, domain),
    redisTime: openRedisTime(redis),
    wake: openWake(queues, onError),
    wakeLadders: openWakeLadders(queues, onError),
    closing: closing.signal,
    async [Symbol.asyncDispose]() {
      closing.abort();
      await queues.close();
      redis.disconnect();
    },
  };
}
