import { listAudit, readActivity, readRecord } from '../../jobs/maintenance/jobs.ts';
import type { Calls, ClientParts } from '../client-parts.ts';

/** What happened, and what is kept: mostly from the record. */
export const recordCalls = ({ call, askRecord, configurations }: ClientParts) =>
  ({
    readActivity: ({ configuration, since }, options = {}) =>
      askRecord('readActivity', readActivity, { configuration, since: since?.getTime() }, options),

    readRecord: (collection, id, options = {}) =>
      askRecord('readRecord', readRecord, { collection, ...(id !== undefined && { id }) }, options),

    listAudit: ({ since, until, ...request }, options = {}) => {
      const times = { ...(since && { since: since.getTime() }), ...(until && { until: until.getTime() }) };
      return askRecord('listAudit', listAudit, { ...request, ...times }, options);
    },

    listConfigurations: (options = {}) => call('listConfigurations', options, () => configurations.list()),
  }) satisfies Calls;
