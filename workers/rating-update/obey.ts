import type { LadderCommand, LadderVerdict } from '../../jobs/rating-update/ladder-command.ts';
import type { LadderDocument } from '../../jobs/rating-update/ladder-document.ts';
import { documentOfCommand } from '../records/rating-changes.ts';
import { type CorrectionStores, correct } from './correct.ts';
import { answerOfGiven, give } from './give.ts';
import { appendOne, type Ladder, nextDocument } from './ladder.ts';
import { startSeason } from './seasons.ts';

/** Does an operator's command, once: one that comes again, however late, finds its document and gets its first answer. */
export async function obey(
  ladder: Ladder,
  commandId: string,
  command: LadderCommand,
  stores: CorrectionStores,
): Promise<LadderVerdict> {
  const _id = documentOfCommand(commandId);
  const there = (await stores.changes.byId([_id])).get(_id);
  if (there) return answerOf(there);
  const { by } = command;
  switch (command.kind) {
    case 'correct-result':
      return correct(ladder, { item: command.item, by, _id }, stores);
    case 'reset-season':
      return startSeason(ladder, { item: command.item, by, _id }, stores);
    case 'give-ratings':
      return give(ladder, { item: command.item, by, _id }, stores);
    case 'put-ladder': {
      const { settings } = command.item;
      await appendOne(ladder, nextDocument(ladder, 0, { kind: 'settings', settings, by }, [], _id), stores);
      return { result: settings };
    }
  }
}

function answerOf(document: LadderDocument): LadderVerdict {
  switch (document.kind) {
    case 'correction':
      return { result: { matches: document.matches, revision: document.ordinal } };
    case 'season':
      return { result: { season: document.season } };
    case 'settings':
      return { result: document.settings };
    case 'given':
      return answerOfGiven(document);
    default:
      return { refused: `another document of ladder ${document.ladder} has this command's id` };
  }
}
