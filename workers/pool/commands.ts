import type { Redis } from 'ioredis';
import { type Entry, noId } from '../../jobs/chain.ts';
import type { ToldVerdict } from '../../jobs/commands.ts';
import type { DomainKeys } from '../../jobs/keys.ts';
import type { BindScript } from '../../jobs/scripts/bind.ts';

/** A command as its chain has it; the envelope is what somebody wrote, and may be anything. */
export interface ChainedCommand {
  readonly position: string;
  readonly id: string;
  readonly envelope: string;
}

/** What a command does to this store. */
export type CommandEffect =
  | { readonly kind: 'pause'; readonly name: string; readonly since: number }
  | { readonly kind: 'resume'; readonly name: string }
  | { readonly kind: 'remove'; readonly name: string; readonly version: number };

/** Where in a chain an effect belongs. */
export interface CommandPlace {
  readonly chain: string;
  /** Position before and after it; without either the position stays. */
  readonly from?: string;
  readonly to?: string;
  /** Who writes the record back, for what they write; `to` ends that. */
  readonly restorer?: string;
}

/** Whom to tell which verdict. */
export interface CommandAnswer {
  readonly id: string;
  readonly verdict: ToldVerdict;
}

/** Operators' commands on their way to the record, and their effects on this store. */
export function openCommands(redis: Redis, keys: DomainKeys, script: BindScript) {
  const next = script<['next', string, string, string] | ['none'] | ['gap']>('next-command');
  const begin = script<['applying' | 'withdrawn', string]>('begin-command');
  const settle = script<number>('settle-command');

  return {
    /** The command after the last one that the record has. `gap`: the record has to be written back first. */
    async nextCommand(chain: string, position: string): Promise<ChainedCommand | 'none' | 'gap'> {
      const answer = await next(chain, position);
      if (answer[0] !== 'next') return answer[0];
      const [, at, id, envelope] = answer;
      return { position: at, id, envelope };
    },

    /** From now on its caller cannot withdraw it. Returns whether they have, and Redis time, ms. */
    async beginCommand(id: string): Promise<{ withdrawn: boolean; now: number }> {
      const [state, now] = await begin(id);
      return { withdrawn: state === 'withdrawn', now: Number(now) };
    },

    /**
     * Gives this store a command's effect and its caller the verdict; `false` when others have overtaken this
     * worker.
     */
    async settleCommand(
      { chain, from = '', to = '', restorer = '' }: CommandPlace,
      answer?: CommandAnswer,
      effect?: CommandEffect,
    ): Promise<boolean> {
      const { id = '', verdict } = answer ?? {};
      const { kind = '', name = '' } = effect ?? {};
      const detail =
        effect?.kind === 'pause' ? effect.since : effect?.kind === 'remove' ? effect.version : '';
      const place = [chain, from, to, restorer];
      return (await settle(...place, id, JSON.stringify(verdict ?? null), kind, name, detail)) === 1;
    },

    /** Begins to write the record back: until that ends only what `restorer` writes has an effect here. */
    async beginRestoring(chain: string, restorer: string): Promise<void> {
      await redis.hset(keys.commandsApplied(chain), 'restoring', restorer);
    },

    /** The commands that a chain still has, and the position after them. */
    async keptCommands(chain: string): Promise<{ head: string; commands: ChainedCommand[] }> {
      const head = (await redis.get(keys.commandsHead(chain))) ?? noId;
      const entries = head === noId ? [] : await redis.xrange(keys.commands(chain), '-', head);
      return { head, commands: entries.map(readEntry) };
    },
  };
}

/** After `p`: `id`, `command`. */
const readEntry = ([position, fields]: Entry): ChainedCommand => ({
  position,
  id: fields[3] ?? '',
  envelope: fields[5] ?? '',
});
