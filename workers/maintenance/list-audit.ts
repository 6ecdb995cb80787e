import type { z } from 'zod';
import type { CommandVerdict } from '../../jobs/commands.ts';
import { done } from '../../jobs/contract.ts';
import { type Decided, listAudit } from '../../jobs/maintenance/jobs.ts';
import type { Audit } from '../records/audit.ts';
import { duty, type Handler, type OpenDuty } from '../runtime/handler.ts';

export const listAuditDuty: OpenDuty<{ readonly audit: Audit }> = ({ audit }) =>
  duty(listAudit, listDecisions(audit));

/** Lists what operators asked for and what was decided. */
const listDecisions =
  (audit: Audit): Handler<z.output<typeof listAudit.item>> =>
  async ([item]) => {
    if (!item) return done([]);
    const found = await audit.list(item);
    return done(
      found.map(
        ({ _id, kind, target, operator, reason, asked_at, decided_at, verdict, changes }): Decided => ({
          ...{ commandId: _id, kind, target, operator },
          ...(reason && { reason }),
          askedAt: asked_at.toISOString(),
          decidedAt: decided_at.toISOString(),
          ...told(verdict),
          ...(changes && { changes: changes.fields, ...(changes.more > 0 && { moreChanges: changes.more }) }),
        }),
      ),
    );
  };

function told(verdict: CommandVerdict): Pick<Decided, 'verdict' | 'version' | 'refusal'> {
  if (verdict.kind === 'refused') return { verdict: 'refused', refusal: verdict.reason };
  if (verdict.kind === 'withdrawn') return { verdict: 'withdrawn' };
  const { version } = (verdict.result ?? {}) as { version?: number };
  return { verdict: 'done', ...(version !== undefined && { version }) };
}
