import type { CommandEnvelope } from '../../jobs/commands.ts';
import { done, type Outcome, refused } from '../../jobs/contract.ts';
import type { Pool } from '../pool/pool.ts';
import { type Audit, recordAlone } from '../records/audit.ts';
import type { Handler } from '../runtime/handler.ts';
import type { OperatorKeys } from './operator-keys.ts';

export interface SignedJobStores {
  readonly audit: Pick<Audit, 'note'>;
  readonly operatorKeys: Pick<OperatorKeys, 'open'>;
  readonly pool: Pick<Pool, 'redisTime'>;
}

/**
 * A handler of jobs that carry operators' commands. It is given what a command asks for once the signature is
 * proven; what is refused is in the audit, whoever refused it: a command that its ladder's rater has refused
 * is there already, under the same id.
 */
export const signedHandler =
  (
    { audit, operatorKeys, pool }: SignedJobStores,
    handle: (envelope: CommandEnvelope, body: unknown) => Promise<Outcome>,
  ): Handler<CommandEnvelope> =>
  async ([envelope], { actor }) => {
    if (!envelope) return done();
    if (actor.kind === 'player') return refused(`actor: a player may not ask for ${envelope.kind}`);
    const now = await pool.redisTime();
    const opened = await operatorKeys.open(envelope, now);
    const unproven = 'unproven' in opened;
    const outcome = unproven ? refused(opened.unproven) : await handle(envelope, opened.body);
    if (outcome.kind === 'refused')
      await audit.note(recordAlone(envelope, { kind: 'refused', reason: outcome.reason }, { now, unproven }));
    return outcome;
  };
