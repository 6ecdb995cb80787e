import { randomUUID } from 'node:crypto';
import { noId } from '../../jobs/chain.ts';
import { type CommandEnvelope, otherCommand } from '../../jobs/commands.ts';
import type { LadderDocument } from '../../jobs/ladder/ladder-document.ts';
import {
  type LadderCommand,
  type LadderVerdict,
  ladderOf,
  readLadderCommand,
} from '../../jobs/rating-update/ladder-command.ts';
import type { OperatorKeys } from '../keys/operator-keys.ts';
import type { Pool } from '../pool/pool.ts';
import type { Audit, AuditRecord } from '../records/audit.ts';
import { documentOfCommand } from '../records/rating-changes.ts';
import { type CorrectionStores, correct } from './correct.ts';
import { eraseFromLadder } from './erase-player.ts';
import type { MatchStores } from './find-matches.ts';
import type { FlushStores } from './flush.ts';
import { answerOfGiven, give } from './give.ts';
import { appendOne, type Ladder, nextDocument } from './ladder.ts';
import { startSeason } from './seasons.ts';

export interface ObeyStores extends CorrectionStores, FlushStores {
  readonly operatorKeys: Pick<OperatorKeys, 'whyRefused'>;
  readonly audit: Pick<Audit, 'find' | 'note'>;
  readonly pool: MatchStores['pool'] & Pick<Pool, 'redisTime'>;
}

/**
 * Does an operator's command, once: one that comes again, however late, gets its first answer from the audit or from its document.
 * Whatever brought it here, it is refused unless somebody who may give it has signed it for this ladder.
 */
export async function obey(
  ladder: Ladder,
  envelope: CommandEnvelope,
  stores: ObeyStores,
): Promise<LadderVerdict> {
  const { id, kind } = envelope;
  const now = await stores.pool.redisTime();
  const note = (verdict: LadderVerdict, more: Pick<AuditRecord, '_id' | 'operator'>) =>
    stores.audit.note(toRecord(ladder.name, envelope, verdict, now, more));
  const refused = await stores.operatorKeys.whyRefused(envelope, now);
  const read = refused === undefined ? readLadderCommand(envelope) : { problem: refused };
  const wanted = 'command' in read ? (ladderOf(read.command) ?? ladder.name) : ladder.name;
  if ('problem' in read || wanted !== ladder.name) {
    const reason =
      'problem' in read ? read.problem : `ladder: the command is for ${wanted}, not ${ladder.name}`;
    // Its id may be that of somebody else's command, which is still to come.
    await note(
      { refused: reason },
      { _id: randomUUID(), operator: refused === undefined ? envelope.operator : '-' },
    );
    return { refused: reason };
  }
  const known = await stores.audit.find(id);
  if (known) {
    const other = otherCommand(id, known, { kind, target: ladder.name });
    return other ? { refused: other } : verdictOf(known);
  }
  const _id = documentOfCommand(id);
  const there = (await stores.changes.byId([_id])).get(_id);
  const verdict = there
    ? answerOf(there, envelope, ladder.name)
    : await apply(ladder, read.command, _id, stores);
  await note(verdict, { _id: id, operator: envelope.operator });
  return verdict;
}

const verdictOf = ({ verdict }: AuditRecord): LadderVerdict =>
  verdict.kind === 'done'
    ? { result: (verdict.result ?? {}) as Readonly<Record<string, unknown>> }
    : { refused: verdict.kind === 'refused' ? verdict.reason : 'it was withdrawn' };

/** In the audit a ladder's command is a chain of its own: the ladder's documents have the order. */
const toRecord = (
  ladder: string,
  { kind, reason, at }: CommandEnvelope,
  verdict: LadderVerdict,
  now: number,
  { _id, operator }: Pick<AuditRecord, '_id' | 'operator'>,
): AuditRecord => ({
  ...{ _id, chain: `of ladders: ${_id}`, ordinal: 0, from: noId, position: noId },
  ...{ kind, target: ladder, operator, reason },
  asked_at: new Date(at),
  decided_at: new Date(now),
  verdict:
    'refused' in verdict
      ? { kind: 'refused', reason: verdict.refused }
      : { kind: 'done', result: verdict.result },
});

async function apply(
  ladder: Ladder,
  command: LadderCommand,
  _id: string,
  stores: ObeyStores,
): Promise<LadderVerdict> {
  const { by } = command;
  switch (command.kind) {
    case 'correct-result':
      return correct(ladder, { item: command.item, by, _id }, stores);
    case 'reset-season':
      return startSeason(ladder, { item: command.item, by, _id }, stores);
    case 'give-ratings':
      return give(ladder, { item: command.item, by, _id }, stores);
    case 'erase-player':
      return eraseFromLadder(ladder, { item: command.item, by, _id }, stores);
    case 'put-ladder': {
      const { settings } = command.item;
      await appendOne(ladder, nextDocument(ladder, 0, { kind: 'settings', settings, by }, [], _id), stores);
      return { result: settings };
    }
  }
}

/** The command that a document is of. */
const commandOf: Partial<Record<LadderDocument['kind'], string>> = {
  correction: 'correct-result',
  season: 'reset-season',
  settings: 'put-ladder',
  given: 'give-ratings',
  erased: 'erase-player',
};

function answerOf(document: LadderDocument, { id, kind }: CommandEnvelope, ladder: string): LadderVerdict {
  const known = { kind: commandOf[document.kind] ?? document.kind, target: document.ladder };
  const other = otherCommand(id, known, { kind, target: ladder });
  if (other) return { refused: other };
  switch (document.kind) {
    case 'correction':
      return { result: { matches: document.matches, revision: document.ordinal } };
    case 'season':
      return { result: { season: document.season } };
    case 'settings':
      return { result: document.settings };
    case 'given':
      return answerOfGiven(document);
    case 'erased':
      return { result: { pseudonym: document.pseudonym } };
    default:
      return { refused: `another document of ladder ${ladder} has this command's id` };
  }
}
