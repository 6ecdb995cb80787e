import { Argument, InvalidArgumentError } from 'commander';
import { queueNames } from '../../jobs/contract.ts';

export const queueName = () => new Argument('<queue>', 'which queue').choices(queueNames);

/** How many of something: a whole number from 1 to 10,000. */
export function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 10_000)
    throw new InvalidArgumentError('a whole number from 1 to 10000');
  return value;
}
