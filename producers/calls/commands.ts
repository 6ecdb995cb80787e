import {
  deleteConfiguration,
  deleteRuleSet,
  pauseConfiguration,
  pauseQueue,
  putConfiguration,
  putRuleSet,
  resumeConfiguration,
  resumeQueue,
} from '../../jobs/maintenance/setting-commands.ts';
import { problemLine, problemList } from '../../jobs/problem-list.ts';
import { correctResult, deleteLadder, putLadder, startSeason } from '../../jobs/rating-update/jobs.ts';
import { loadRuleSet } from '../../jobs/rule-set/load.ts';
import type { Calls, ClientParts } from '../client-parts.ts';
import { RequestError } from '../request-error.ts';

/** Operators' commands that are one command each. */
export const commandCalls = ({ call, give, giveByJob, queues }: ClientParts) =>
  ({
    putRuleSet: (request, options = {}) => give('putRuleSet', putRuleSet, request, options, checkRuleSet),
    deleteRuleSet: (name, options = {}) => give('deleteRuleSet', deleteRuleSet, { name }, options),

    putConfiguration: (request, options = {}) => give('putConfiguration', putConfiguration, request, options),
    deleteConfiguration: (name, options = {}) =>
      give('deleteConfiguration', deleteConfiguration, { name }, options),

    async pauseConfiguration(name, options = {}) {
      const { pausedSince } = await give('pauseConfiguration', pauseConfiguration, { name }, options);
      return { name, pausedSince: new Date(pausedSince).toISOString() };
    },
    async resumeConfiguration(name, options = {}) {
      await give('resumeConfiguration', resumeConfiguration, { name }, options);
      return { name };
    },

    pauseQueue: (name, options = {}) => give('pauseQueue', pauseQueue, { name }, options),
    resumeQueue: (name, options = {}) =>
      call('resumeQueue', options, async ({ begun }) => {
        if (name === 'maintenance') {
          await queues.queues.maintenance.resume();
          begun();
        }
        return give('resumeQueue', resumeQueue, { name }, options);
      }),

    correctResult: (request, options = {}) =>
      giveByJob('correctResult', correctResult, ({ result }) => result.matchId, request, options),

    putLadder: (request, options = {}) =>
      giveByJob('putLadder', putLadder, ({ name }) => name, request, options),
    deleteLadder: (name, options = {}) =>
      giveByJob('deleteLadder', deleteLadder, (item) => item.name, { name }, options),
    startSeason: (request, options = {}) =>
      giveByJob('startSeason', startSeason, ({ ladder }) => ladder, request, options),
  }) satisfies Calls;

function checkRuleSet({ body }: { readonly body: string }): void {
  const loaded = loadRuleSet(body);
  if (loaded.ok) return;
  const message = problemList(loaded.problems.map(problemLine)).join('\n');
  throw new RequestError('invalid-request', loaded.problems, { message });
}
