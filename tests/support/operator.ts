import type { CommandEnvelope } from '../../jobs/commands.ts';
import { type LadderCommand, targetOf } from '../../jobs/rating-update/ladder-command.ts';
import { openSigning, type Unsigned } from '../../producers/commands/signing.ts';
import { tokenOf } from '../../producers/keys/seal.ts';
import type { Stores } from '../../workers/process/stores.ts';

/** What keys are sealed under in tests. */
export const keysSecret = 'only for tests: 32 characters or more';

/** The operator of tests without processes. */
const ann = { name: 'ann', secret: 'a-secret-that-everybody-knows-in-these-test' };
export const annsKey = tokenOf(ann.name, ann.secret);

type Asking = Pick<Stores, 'operatorKeys'>;

/** A command signed by an operator whose key is there from now on. */
export async function signedCommand(
  { operatorKeys }: Asking,
  domain: string,
  command: Unsigned,
): Promise<CommandEnvelope> {
  await operatorKeys.makeFirst(ann.name, ann.secret);
  return openSigning({ domain, operatorKey: annsKey, reason: 'it is time' })(command);
}

/** The same of a ladder. */
export const signedLadderCommand = (
  stores: Asking,
  domain: string,
  { kind, item }: Pick<LadderCommand, 'kind' | 'item'>,
  id?: string,
): Promise<CommandEnvelope> =>
  signedCommand(stores, domain, {
    kind,
    item,
    id,
    target: targetOf({ kind, item, by: ann.name } as LadderCommand),
  });
