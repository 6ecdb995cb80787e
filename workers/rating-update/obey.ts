import { randomUUID } from 'node:crypto';
import { type CommandEnvelope, type CommandVerdict, otherCommand } from '../../jobs/commands.ts';
import { type KeptChanges, keptChanges } from '../../jobs/json-diff.ts';
import type { LadderSettings } from '../../jobs/ladder/ladder.ts';
import type { LadderDocument, LadderState } from '../../jobs/ladder/ladder-document.ts';
import {
  type LadderCommand,
  type LadderVerdict,
  ladderOf,
  readLadderCommand,
} from '../../jobs/rating-update/ladder-command.ts';
import type { OperatorKeys } from '../keys/operator-keys.ts';
import type { Pool } from '../pool/pool.ts';
import { type Audit, type AuditRecord, recordAlone } from '../records/audit.ts';
import { documentOfCommand } from '../records/rating-changes.ts';
import { type CorrectionStores, correct } from './correct.ts';
import { type DeletionStores, deleteLadder } from './delete-ladder.ts';
import { eraseFromLadder } from './erase-player.ts';
import type { MatchStores } from './find-matches.ts';
import type { FlushStores } from './flush.ts';
import { answerOfGiven, give } from './give.ts';
import { appendOne, type Ladder, nextDocument } from './ladder.ts';
import { startSeason } from './seasons.ts';

export interface ObeyStores extends CorrectionStores, FlushStores, DeletionStores {
  readonly operatorKeys: Pick<OperatorKeys, 'open'>;
  readonly audit: Pick<Audit, 'find' | 'note'>;
  readonly pool: MatchStores['pool'] & DeletionStores['pool'] & Pick<Pool, 'redisTime'>;
  readonly matches: MatchStores['matches'];
}

/**
 * Does an operator's command, once: one that comes again, however late, gets its first answer from the audit
 * or from its document. Whatever brought it here, it is refused unless somebody who may give it has signed it
 * for this ladder.
 */
export async function obey(
  ladder: Ladder,
  envelope: CommandEnvelope,
  stores: ObeyStores,
): Promise<LadderVerdict> {
  const { id, kind } = envelope;
  const { audit, operatorKeys, pool } = stores;
  const now = await pool.redisTime();
  const here = { ...envelope, target: ladder.name };
  const opened = await operatorKeys.open(envelope, now);
  if ('unproven' in opened) {
    const verdict = { refused: opened.unproven };
    await audit.note(recordAlone(here, asCommand(verdict), { now, unproven: true }));
    return verdict;
  }
  const read = readLadderCommand(envelope, opened.body);
  const wanted = 'command' in read ? (ladderOf(read.command) ?? ladder.name) : ladder.name;
  if ('problem' in read || wanted !== ladder.name) {
    const refused =
      'problem' in read ? read.problem : `ladder: the command is for ${wanted}, not ${ladder.name}`;
    // Its id is that of a command that the other ladder is still to be given.
    await audit.note(recordAlone({ ...here, id: randomUUID() }, asCommand({ refused }), { now }));
    return { refused };
  }
  const known = await audit.find(id);
  if (known) {
    const other = otherCommand(id, known, { kind, target: ladder.name });
    return other ? { refused: other } : verdictOf(known);
  }
  const _id = documentOfCommand(id);
  const there = (await stores.changes.byId([_id])).get(_id);
  const before = ladder.state.settings;
  const verdict = there
    ? answerOf(there, envelope, ladder.name)
    : await apply(ladder, read.command, _id, stores);
  const changes = there ? changesBy(there) : changesSince(before, ladder.state);
  await audit.note(recordAlone(here, asCommand(verdict), { now, changes }));
  return verdict;
}

const asCommand = (verdict: LadderVerdict): CommandVerdict =>
  'refused' in verdict
    ? { kind: 'refused', reason: verdict.refused }
    : { kind: 'done', result: verdict.result };

/** What a command has changed of a ladder's settings, field by field. */
const changesSince = (
  before: LadderSettings,
  { settings, deleted }: Pick<LadderState, 'settings' | 'deleted'>,
): KeptChanges | undefined =>
  settings === before ? undefined : keptChanges(before, deleted ? undefined : settings);

/** The same by the document of a command whose rater died before the audit had it. */
function changesBy(document: LadderDocument): KeptChanges | undefined {
  if (document.kind === 'settings') return keptChanges(document.replaced, document.settings);
  return document.kind === 'deleted' ? keptChanges(document.replaced, undefined) : undefined;
}

const verdictOf = ({ verdict }: AuditRecord): LadderVerdict =>
  verdict.kind === 'done'
    ? { result: (verdict.result ?? {}) as Readonly<Record<string, unknown>> }
    : { refused: verdict.kind === 'refused' ? verdict.reason : 'it was withdrawn' };

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
    case 'start-season':
      return startSeason(ladder, { item: command.item, by, _id }, stores);
    case 'give-ratings':
      return give(ladder, { item: command.item, by, _id }, stores);
    case 'erase-player':
      return eraseFromLadder(ladder, { item: command.item, by, _id }, stores);
    case 'delete-ladder':
      return deleteLadder(ladder, { by, _id }, stores);
    case 'put-ladder': {
      const { settings } = command.item;
      const event = { kind: 'settings' as const, settings, replaced: ladder.state.settings, by };
      await appendOne(ladder, nextDocument(ladder, 0, event, [], _id), stores);
      return { result: settings };
    }
  }
}

/** The command that a document is of. */
const commandOf: Partial<Record<LadderDocument['kind'], string>> = {
  correction: 'correct-result',
  season: 'start-season',
  settings: 'put-ladder',
  deleted: 'delete-ladder',
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
    case 'deleted':
      return { result: { ordinal: document.ordinal } };
    case 'given':
      return answerOfGiven(document);
    case 'erased':
      return { result: { pseudonym: document.pseudonym } };
    default:
      return { refused: `another document of ladder ${ladder} has this command's id` };
  }
}
