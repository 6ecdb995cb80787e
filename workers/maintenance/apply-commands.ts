import { randomUUID } from 'node:crypto';
import { noId } from '../../jobs/chain.ts';
import { commandEnvelope, otherCommand } from '../../jobs/commands.ts';
import { done, problemsOf } from '../../jobs/contract.ts';
import { applyCommands } from '../../jobs/maintenance/jobs.ts';
import { putConfiguration, settingsChain } from '../../jobs/maintenance/setting-commands.ts';
import type { ChainedCommand } from '../pool/commands.ts';
import { type AuditRecord, nobody } from '../records/audit.ts';
import { isUnreachable } from '../records/database.ts';
import { duty, type Handler, type OpenDuty } from '../runtime/handler.ts';
import { decideOn, type Proven, type SettingStores } from './decide-settings.ts';
import { type Decision, refuse } from './decision.ts';
import { carryOut, switchQueue, writeDocuments } from './write-settings.ts';

const chain = settingsChain;
/** How often what the record decided last is carried out again before the whole record is written back. */
const mostGaps = 3;

/** What the record decided last; of an empty chain only that nothing was. */
type Last = Pick<AuditRecord, 'ordinal' | 'position'> | undefined;

export const applyCommandsDuty: OpenDuty<SettingStores> = (stores) =>
  duty(applyCommands, applyCommandsOf(stores));

/**
 * Applies operators' commands in the order of their chain:
 *
 *   read the next ─▶ decide by the record ─▶ insert into `audit` ─▶ documents ─▶ queue store, verdict ─▶ read the next …
 *
 * The insert is the decision. A worker that dies after it leaves the rest to the next, which finds it in the
 * record. Any number of workers may run this at once: an ordinal is inserted once, and whoever comes second
 * stops.
 *
 * Where the queue store and the record do not go together one of them went back in time: the record is
 * written back first, and then commands that it does not know are applied.
 *
 * While DocumentDB is away nothing is applied, and nothing has failed: the clock asks again in a second.
 */
export const applyCommandsOf =
  (stores: SettingStores): Handler<unknown> =>
  async (_items, { signal }) => {
    try {
      return done({ applied: await applyWaiting(stores, signal) });
    } catch (error) {
      if (isUnreachable(error)) return done({ applied: 0 });
      throw error;
    }
  };

/** Returns how many commands it has applied. */
export async function applyWaiting(stores: SettingStores, signal?: AbortSignal): Promise<number> {
  const { audit, pool } = stores;
  let [applied, gaps] = [0, 0];
  for (;;) {
    signal?.throwIfAborted();
    const last = await audit.last(chain);
    const next = await pool.commands.nextCommand(chain, last?.position ?? noId);
    if (next === 'none') return applied;
    if (next === 'gap') {
      // Another worker is between the two stores, or died there.
      if (last && gaps++ < mostGaps) await carryOut(last, stores);
      else if (!(await writeBack(stores))) return applied;
      continue;
    }
    if ((await applyOne(next, last, stores)) === 'overtaken') return applied;
    [applied, gaps] = [applied + 1, 0];
  }
}

/** Returns what the record decided. `restorer`: who writes the record back, where this is part of that. */
async function applyOne(
  command: ChainedCommand,
  last: Last,
  stores: SettingStores,
  restorer?: string,
): Promise<AuditRecord | 'overtaken'> {
  const { withdrawn, now } = await stores.pool.commands.beginCommand(command.id);
  const read = await openCommand(command, stores, now);
  return applyRead(read, { ...command, withdrawn, now }, last, stores, restorer);
}

/** A command as it was read: proven, or with why it is refused. */
type Read = Proven | (Omit<Proven, 'body'> & { readonly problem: string });

async function applyRead(
  read: Read,
  { id: given, position, withdrawn, now }: Pick<ChainedCommand, 'id' | 'position'> & Begun,
  last: Last,
  stores: SettingStores,
  restorer: string | undefined,
): Promise<AuditRecord | 'overtaken'> {
  const { audit } = stores;
  const known = await audit.find(given);
  const other = known && otherCommand(given, known, read);
  const decision: Decision =
    'problem' in read
      ? refuse(read.problem)
      : other !== undefined
        ? refuse(other)
        : known
          ? { verdict: known.verdict }
          : withdrawn
            ? { verdict: { kind: 'withdrawn' } }
            : await decideOn(read, stores, now);
  // A command that came twice keeps its first verdict, and still moves the chain on.
  const id = known ? `${given} again at ${position}` : given;
  const record = await audit.decide(toRecord({ ...read, id }, decision, { last, position, now }));
  if (record !== 'overtaken') await carryOut(record, stores, { id: given, restorer, first: known });
  return record;
}

interface Begun {
  readonly withdrawn: boolean;
  /** Redis time, ms. */
  readonly now: number;
}

/**
 * Writes the record back to the queue store, then applies the commands that are there and that it does not
 * know. `false`: others have overtaken this worker, or do the same.
 */
async function writeBack(stores: SettingStores): Promise<boolean> {
  const { audit, pool, configurations } = stores;
  const restorer = randomUUID();
  // From here on what others decide has no effect on the store, so what is read below is the latest.
  await pool.commands.beginRestoring(chain, restorer);
  let last = await audit.last(chain);
  if (last) await writeDocuments(last, stores);

  for (const name of (await audit.pausedQueues()).keys()) await switchQueue(name, stores);
  const paused = await audit.paused();
  for (const { name, version, installed } of await configurations.latestOfAll()) {
    const place = { chain, restorer };
    if (!installed) {
      await pool.commands.settleCommand(place, undefined, { kind: 'remove', name, version });
      continue;
    }
    if ((await pool.settings.installedVersion(name)) > version) {
      // The record went back: what it says is put again as a version that is new to everybody.
      const again = await putAgain(installed.configuration, last, stores, restorer);
      if (again === 'overtaken') return false;
      last = again;
    } else await pool.settings.install(installed);
    const since = paused.get(name);
    const pause = since === undefined ? { kind: 'resume' as const } : { kind: 'pause' as const, since };
    await pool.commands.settleCommand(place, undefined, { ...pause, name });
  }

  const { head, commands } = await pool.commands.keptCommands(chain);
  for (const command of commands) {
    const known = await audit.find(command.id);
    if (known) {
      await pool.commands.settleCommand({ chain, restorer }, { id: command.id, verdict: known.verdict });
      continue;
    }
    const applied = await applyOne(command, last, stores, restorer);
    if (applied === 'overtaken') return false;
    last = applied;
  }
  return goOnFrom(head, last, restorer, stores);
}

/** Notes in the record that the chain goes on from its head. */
async function goOnFrom(
  position: string,
  last: Last,
  restorer: string,
  { audit, pool }: SettingStores,
): Promise<boolean> {
  const now = await pool.redisTime();
  const envelope = byFleet(restorer, 'write-back', chain, now);
  const decision: Decision = { verdict: { kind: 'done', result: {} } };
  if ((await audit.decide(toRecord(envelope, decision, { last, position, now }))) === 'overtaken')
    return false;
  return pool.commands.settleCommand({ chain, to: position, restorer });
}

async function putAgain(
  configuration: { readonly name: string },
  last: Last,
  stores: SettingStores,
  restorer: string,
): Promise<AuditRecord | 'overtaken'> {
  const { name } = configuration;
  const id = `${restorer} ${name}`.slice(0, 128);
  const { withdrawn, now } = await stores.pool.commands.beginCommand(id);
  const command = { ...byFleet(id, putConfiguration.kind, name, 0), body: configuration };
  return applyRead(command, { id, position: last?.position ?? noId, withdrawn, now }, last, stores, restorer);
}

/** A command of this worker's own, which nobody has to sign. */
const byFleet = (id: string, kind: string, target: string, at: number): Proven => ({
  ...{ id, kind, target, at, body: {} },
  operator: 'fleet',
  reason: 'DocumentDB or the queue store went back in time',
});

async function openCommand(
  { id, envelope }: ChainedCommand,
  { operatorKeys }: SettingStores,
  now: number,
): Promise<Read> {
  const broken = { id, kind: 'unreadable', target: '-', operator: nobody, at: 0 };
  let given: unknown;
  try {
    given = JSON.parse(envelope);
  } catch {
    return { ...broken, problem: 'the command is not JSON' };
  }
  const { success, data, error } = commandEnvelope.safeParse(given);
  if (!success) return { ...broken, problem: problemsOf(error).join('; ') };
  const opened = await operatorKeys.open(data, now);
  return 'unproven' in opened
    ? { ...data, operator: nobody, problem: opened.unproven }
    : { ...data, body: opened.body };
}

const toRecord = (
  { id, kind, target, operator, reason, at }: Omit<Proven, 'body'>,
  { verdict, change, changes }: Decision,
  { last, position, now }: { readonly last: Last; readonly position: string; readonly now: number },
): AuditRecord => ({
  _id: id,
  chain,
  ordinal: (last?.ordinal ?? 0) + 1,
  from: last?.position ?? noId,
  position,
  ...{ kind, target, operator, reason },
  asked_at: new Date(at),
  decided_at: new Date(now),
  verdict,
  change,
  changes,
});
