import { copyApiKeys, putApiKey } from '../../jobs/maintenance/api-keys.ts';
import { describeSettings } from '../../jobs/maintenance/change-settings.ts';
import { copyKeysFromRecord, storeApiKey } from '../maintenance/api-keys.ts';
import { describePage } from '../maintenance/describe-settings.ts';
import { type Duty, duty } from '../runtime/handler.ts';
import type { Stores } from './stores.ts';

/** What only the HTTP API asks for, and whoever makes its keys. */
export const apiDuties = (stores: Stores): Duty[] => [
  duty(describeSettings, describePage(stores)),
  duty(putApiKey, storeApiKey(stores)),
  duty(copyApiKeys, copyKeysFromRecord(stores)),
];
