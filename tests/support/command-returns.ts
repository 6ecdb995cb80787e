import { noId } from '../../jobs/chain.ts';
import type { Steps, Story } from './story.ts';

const chain = 'settings';
const append = ({ commands }: Steps, id = 'c') => commands.append(chain, id, '{}');
/** The command has been applied. */
const settle = ({ pool }: Steps) =>
  pool.commands.settleCommand({ chain, from: noId, to: '1-1' }, { id: 'c', verdict: { kind: 'withdrawn' } });

/** Every code of the scripts of operators' commands, with how it comes to that. */
export const commandReturns = {
  'append-command': {
    waiting: append,
    applying: async (steps) => {
      await append(steps);
      await steps.pool.commands.beginCommand('c');
      await append(steps);
    },
    withdrawn: async (steps) => {
      await append(steps);
      await steps.commands.withdraw('c');
      await append(steps);
    },
    '<verdict>': async (steps) => {
      await settle(steps);
      await append(steps);
    },
    full: async (steps) => {
      for (let n = 0; n <= 100; n++) await append(steps, `c${n}`);
    },
  },
  'withdraw-command': {
    withdrawn: async (steps) => {
      await append(steps);
      await steps.commands.withdraw('c');
    },
    applying: (steps) => steps.commands.withdraw('ghost'),
    '<verdict>': async (steps) => {
      await settle(steps);
      await steps.commands.withdraw('c');
    },
  },
  'next-command': {
    next: async (steps) => {
      await append(steps);
      await steps.pool.commands.nextCommand(chain, noId);
    },
    none: ({ pool }) => pool.commands.nextCommand(chain, noId),
    gap: ({ pool }) => pool.commands.nextCommand(chain, '7-7'),
  },
  'begin-command': {
    applying: ({ pool }) => pool.commands.beginCommand('c'),
    withdrawn: async (steps) => {
      await append(steps);
      await steps.commands.withdraw('c');
      await steps.pool.commands.beginCommand('c');
    },
  },
  'settle-command': {
    1: settle,
    0: async (steps) => {
      await steps.pool.commands.beginRestoring(chain, 'somebody');
      await settle(steps);
    },
  },
} satisfies Readonly<Record<string, Readonly<Record<string, Story>>>>;
