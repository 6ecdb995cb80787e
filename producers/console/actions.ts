import type { AnyAction } from './action.ts';
import { retryFailed } from './actions/retry.ts';
import { pause, resume, rollbackRuleSet, rollbackSettings } from './actions/settings.ts';

export const actions: readonly AnyAction[] = [pause, resume, rollbackSettings, rollbackRuleSet, retryFailed];
