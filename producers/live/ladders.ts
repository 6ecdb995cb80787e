import { describeLadders } from '../../jobs/maintenance/describe-ladders.ts';
import { predictChances, topOfLadder } from '../../jobs/maintenance/read-players.ts';
import type { Calls, ClientParts } from '../client-parts.ts';

/** Ladders as they stand, and what they predict. */
export const ladderCalls = ({ askRecord }: ClientParts) =>
  ({
    readTopOfLadder: (request, options = {}) => askRecord('readTopOfLadder', topOfLadder, request, options),

    predictChances: async (request, options = {}) =>
      (await askRecord('predictChances', predictChances, request, options)).chances,

    listLadders: (options = {}) => askRecord('listLadders', describeLadders, {}, options),
  }) satisfies Calls;
