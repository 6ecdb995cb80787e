import { type CommandEnvelope, otherCommand } from '../../jobs/commands.ts';
import {
  type LadderCommand,
  type LadderVerdict,
  ladderOf,
  readLadderCommand,
} from '../../jobs/rating-update/ladder-command.ts';
import type { LadderDocument } from '../../jobs/rating-update/ladder-document.ts';
import type { OperatorKeys } from '../operator-keys.ts';
import { documentOfCommand } from '../records/rating-changes.ts';
import { type CorrectionStores, correct } from './correct.ts';
import { eraseFromLadder } from './erase-player.ts';
import type { FlushStores } from './flush.ts';
import { answerOfGiven, give } from './give.ts';
import { appendOne, type Ladder, nextDocument } from './ladder.ts';
import { startSeason } from './seasons.ts';

export interface ObeyStores extends CorrectionStores, FlushStores {
  readonly operatorKeys: Pick<OperatorKeys, 'whyRefused'>;
}

/**
 * Does an operator's command, once: one that comes again, however late, finds its document and gets its first answer. Whatever
 * brought it here, it is refused unless somebody who may give it has signed it for this ladder.
 */
export async function obey(
  ladder: Ladder,
  envelope: CommandEnvelope,
  stores: ObeyStores,
): Promise<LadderVerdict> {
  const refused = await stores.operatorKeys.whyRefused(envelope, Date.now());
  if (refused !== undefined) return { refused };
  const read = readLadderCommand(envelope);
  if ('problem' in read) return { refused: read.problem };
  const { command } = read;
  const wanted = ladderOf(command) ?? ladder.name;
  if (wanted !== ladder.name) return { refused: `ladder: the command is for ${wanted}, not ${ladder.name}` };
  const _id = documentOfCommand(envelope.id);
  const there = (await stores.changes.byId([_id])).get(_id);
  if (there) return answerOf(there, envelope, ladder.name);
  return apply(ladder, command, _id, stores);
}

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
