import type { Operation } from './operation.ts';
import { acceptMatch } from './operations/accept-match.ts';
import { createMatchmakingConfiguration } from './operations/create-matchmaking-configuration.ts';
import { createMatchmakingRuleSet } from './operations/create-matchmaking-rule-set.ts';
import { deleteMatchmakingConfiguration } from './operations/delete-matchmaking-configuration.ts';
import { deleteMatchmakingRuleSet } from './operations/delete-matchmaking-rule-set.ts';
import { describeMatchmaking } from './operations/describe-matchmaking.ts';
import { describeMatchmakingConfigurations } from './operations/describe-matchmaking-configurations.ts';
import { describeMatchmakingRuleSets } from './operations/describe-matchmaking-rule-sets.ts';
import { listTagsForResource } from './operations/list-tags-for-resource.ts';
import { startMatchBackfill } from './operations/start-match-backfill.ts';
import { startMatchmaking } from './operations/start-matchmaking.ts';
import { stopMatchmaking } from './operations/stop-matchmaking.ts';
import { tagResource } from './operations/tag-resource.ts';
import { untagResource } from './operations/untag-resource.ts';
import { updateMatchmakingConfiguration } from './operations/update-matchmaking-configuration.ts';
import { validateMatchmakingRuleSet } from './operations/validate-matchmaking-rule-set.ts';

/** Every operation of the GameLift API that this API serves, by name. */
export const operations: ReadonlyMap<string, Operation> = new Map(
  [
    startMatchmaking,
    describeMatchmaking,
    stopMatchmaking,
    acceptMatch,
    startMatchBackfill,
    createMatchmakingConfiguration,
    updateMatchmakingConfiguration,
    describeMatchmakingConfigurations,
    deleteMatchmakingConfiguration,
    createMatchmakingRuleSet,
    describeMatchmakingRuleSets,
    deleteMatchmakingRuleSet,
    validateMatchmakingRuleSet,
    tagResource,
    untagResource,
    listTagsForResource,
  ].map((operation) => [operation.name, operation]),
);
