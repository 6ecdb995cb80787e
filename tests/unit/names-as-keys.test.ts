import { expect, test } from 'vitest';
import { type NameKey, nameKeysIn } from '../support/name-keys.ts';

/** Why an object may be asked for a name that is known only when the code runs, by file. */
const reasons: ReadonlyMap<string, string> = new Map([
  ['jobs/by-name.ts', 'asks whether the name is its own before it reads'],
  ['jobs/aws-spelling.ts', 'asks whether the name is its own before it reads'],
  ['producers/api/gamelift/fault.ts', 'asks whether the name is its own before it reads'],
  ['jobs/matchmaking/engine/rules/latency.ts', 'asks whether the name is its own before it reads'],
  ['jobs/matchmaking/engine/fastest-region.ts', 'asks whether the name is its own before it reads'],
  ['jobs/matchmaking/engine/preference.ts', 'reads by names that it has got from the object'],
  [
    'jobs/matchmaking/engine/columns.ts',
    'what every object has is no attribute value: it has none of its keys',
  ],
  ['jobs/ticket/ordinary-party.ts', 'leaves `__proto__` to who reads slowly; all else becomes its own'],
  ['producers/api/gamelift/plain-input.ts', 'refuses `__proto__` by name; all else becomes its own'],
  ['producers/api/gamelift/players.ts', 'what it reads has been through plain-input.ts'],
  ['producers/api/gamelift/protocol.ts', 'writes into an object without prototype'],
  ...[
    ...['jobs/configuration/activity.ts', 'jobs/rule-set/at-age.ts', 'jobs/rule-set/check-ticket.ts'],
    ...['jobs/matchmaking/engine/next-step.ts', 'jobs/invariants/naive-checker.ts', 'jobs/stored-job.ts'],
    ...['jobs/lines.ts', 'jobs/invariants/settings.ts', 'jobs/maintenance/jobs.ts'],
    ...['producers/api/rest/open-api.ts', 'producers/cli/table.ts', 'producers/api/rest/routes/ladders.ts'],
    ...['workers/telemetry/xray-segment.ts'],
  ].map((file) => [file, 'the names are our own: of settings, of columns, of what a rule may say'] as const),
  ...[
    ...['producers/api/rest/outputs.ts', 'workers/records/ladders.ts', 'workers/records/players.ts'],
    ...['workers/records/erasure.ts', 'workers/records/rating-distributions.ts'],
  ].map((file) => [file, 'a ladder is named by operators, of letters, digits and hyphens'] as const),
  ['producers/api/gamelift/whose-request.ts', 'what every object has is no text, so no header either'],
  ['producers/live/ticket-state.ts', 'the name begins with a prefix that nothing else has'],
  ['workers/process/secrets.ts', 'names of the environment, which operators give'],
  ['workers/process/settings.ts', 'names of the environment, which operators give'],
]);

/**
 * An object that is made of names has each for its own, whatever it is called. In a document of the record
 * such names may still be no fields.
 */
const matters = ({ what, file }: NameKey) => what !== 'made' || file.startsWith('workers/records/');

test('no string that a client chooses is the key of an object, but where that is listed with a reason (DESIGN 5)', () => {
  const found = nameKeysIn(/^(jobs|producers|workers)\//).filter(matters);

  expect(
    found.filter((it) => !reasons.has(it.file)).map((it) => `${it.file}:${it.line} ${it.code}`),
    'a Map, `named` or `byName` (jobs/by-name.ts) instead, or a reason here',
  ).toEqual([]);
  const files = new Set(found.map((it) => it.file));
  expect([...reasons.keys()].filter((file) => !files.has(file))).toEqual([]);
});
