import { chance } from '../../infra/local/demo/random.ts';
import type { Target } from './targets.ts';

/** What `count` inputs of one target came to. */
export interface Findings {
  readonly inputs: number;
  readonly accepted: number;
  readonly slowestMs: number;
  /** Each with the seed that makes it again: `--target T --count 1 --seed S`. */
  readonly failures: readonly { readonly seed: number; readonly what: string }[];
}

/** Longer than this (ms of CPU) for one input is a hang: the event loop of a worker stands still. */
const patienceMs = 1_000;

const clean = Object.getOwnPropertyNames(Object.prototype).length;

/**
 * Feeds a target inputs of seeds `seed` to `seed + count - 1`; each seed makes one input, always the same.
 */
export function fuzz(target: Target, count: number, seed: number): Findings {
  let accepted = 0;
  let slowestMs = 0;
  const failures: { seed: number; what: string }[] = [];
  for (let at = seed; at < seed + count; at++) {
    const before = process.cpuUsage();
    try {
      if (target(chance(at)) === 'accepted') accepted++;
    } catch (error) {
      failures.push({ seed: at, what: String(error) });
    }
    const { user, system } = process.cpuUsage(before);
    const ms = (user + system) / 1_000;
    slowestMs = Math.max(slowestMs, ms);
    if (ms > patienceMs) failures.push({ seed: at, what: `took ${Math.round(ms)} ms` });
    if (isPolluted()) failures.push({ seed: at, what: 'changed Object.prototype' });
  }
  return { inputs: count, accepted, slowestMs: Math.round(slowestMs), failures };
}

const isPolluted = (): boolean =>
  'polluted' in {} || Object.getOwnPropertyNames(Object.prototype).length !== clean;
