import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { noId } from '../../jobs/chain.ts';
import { type CommandState, readCommandState } from '../../jobs/commands.ts';
import { domainKeys, poolTag } from '../../jobs/keys.ts';
import { settingsChain } from '../../jobs/maintenance/setting-commands.ts';
import { openScript } from '../../producers/connection/script.ts';
import { applyWaiting } from '../../workers/maintenance/apply-commands.ts';
import type { Pool } from '../../workers/pool/pool.ts';
import type { Stores } from '../../workers/process/stores.ts';
import { signedCommand } from './operator.ts';

interface Item {
  readonly name: string;
  readonly [field: string]: unknown;
}

/** An operator who gives commands as the client does, and a worker that applies them when it is told to. */
export function openOffice({ stores, redis, domain }: { stores: Stores; redis: Redis; domain: string }) {
  const script = openScript<string>(redis, poolTag(domain), 'append-command');

  const append = async (kind: string, item: Item, id: string = randomUUID()): Promise<string> => {
    const envelope = await signedCommand(stores, domain, { id, kind, target: item.name, item });
    await script(settingsChain, id, JSON.stringify(envelope));
    return id;
  };
  const stateOf = async (id: string): Promise<CommandState | undefined> => {
    const text = await redis.get(domainKeys(domain).command(id));
    const state = text === null ? undefined : readCommandState(text);
    if (typeof state !== 'object') return state;
    const { of: _of, ...verdict } = state;
    return verdict as CommandState;
  };

  return {
    append,
    stateOf,
    apply: () => applyWaiting(stores),

    /** Gives a command and has it applied. Returns how it stands. */
    async give(kind: string, item: Item, id?: string): Promise<CommandState | undefined> {
      const given = await append(kind, item, id);
      await applyWaiting(stores);
      return stateOf(given);
    },
  };
}

/**
 * Pauses a configuration, or lets it go on, as a worker does once the record has decided so. Returns since
 * when.
 */
export async function setPaused(pool: Pool, name: string, paused: boolean): Promise<number> {
  const since = await pool.redisTime();
  const effect = paused ? ({ kind: 'pause', name, since } as const) : ({ kind: 'resume', name } as const);
  await pool.commands.settleCommand({ chain: settingsChain, from: noId }, undefined, effect);
  return since;
}
