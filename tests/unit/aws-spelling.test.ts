import { expect, test } from 'vitest';
import type { z } from 'zod';
import { putConfiguration, putRuleSet } from '../../jobs/maintenance/setting-commands.ts';
import { backfillRequestWithin } from '../../jobs/matchmaking/backfill.ts';
import { acceptMatch, startMatchmaking } from '../../jobs/matchmaking/jobs.ts';
import { flexMatchLimits } from '../../jobs/ticket/limits.ts';
import { startRequestWithin, startTarget } from '../../jobs/ticket/start-request.ts';
import { ticketFile } from '../../jobs/ticket/ticket-file.ts';

const player = {
  playerId: 'ann',
  attributes: { Skill: { N: 23 } },
  latencyInMs: { 'eu-west-1': 40 },
  team: 'red',
};
const asAws = {
  PlayerId: 'ann',
  PlayerAttributes: { Skill: { N: 23 } },
  LatencyInMs: { 'eu-west-1': 40 },
  Team: 'red',
};
const ticket = { ticketId: 't', startTime: '2026-01-01T00:00:00Z' };

test.each<[string, z.ZodType, object, object]>([
  [
    'StartMatchmaking',
    startRequestWithin(flexMatchLimits),
    { configuration: 'duel', players: [player] },
    { ConfigurationName: 'duel', Players: [asAws] },
  ],
  [
    'its job',
    startMatchmaking.item,
    { configuration: 'duel', ticketId: 't', players: [1] },
    { ConfigurationName: 'duel', TicketId: 't', Players: [1] },
  ],
  ['its target', startTarget, { configuration: 'duel' }, { ConfigurationName: 'duel' }],
  [
    'StartMatchBackfill',
    backfillRequestWithin(flexMatchLimits),
    { configuration: 'duel', matchId: 'm', players: [player] },
    { ConfigurationName: 'duel', MatchId: 'm', Players: [asAws] },
  ],
  [
    'AcceptMatch',
    acceptMatch.item,
    { ticketId: 't', matchId: 'm', playerIds: ['ann'], acceptance: 'ACCEPT' },
    { TicketId: 't', MatchId: 'm', PlayerIds: ['ann'], AcceptanceType: 'ACCEPT' },
  ],
  [
    'a configuration',
    putConfiguration.item,
    { name: 'duel', ruleSetName: 'duel', requestTimeoutSeconds: 9, tags: [{ key: 'a', value: 'b' }] },
    { Name: 'duel', RuleSetName: 'duel', RequestTimeoutSeconds: 9, Tags: [{ Key: 'a', Value: 'b' }] },
  ],
  ['a rule set', putRuleSet.item, { name: 'duel', body: '{}' }, { Name: 'duel', RuleSetBody: '{}' }],
  [
    'a file of tickets',
    ticketFile,
    [{ ...ticket, players: [player] }],
    [{ TicketId: 't', StartTime: ticket.startTime, Players: [asAws] }],
  ],
])(
  '%s is read in the spelling of the GameLift API as in ours, names of attributes and places as they stand',
  (_, schema, ours, theirs) => {
    expect(schema.parse(theirs)).toEqual(schema.parse(ours));
  },
);

test('a property in both spellings is refused', () => {
  const both = { configuration: 'duel', players: [{ ...player, PlayerId: 'bob' }] };

  expect(startRequestWithin(flexMatchLimits).safeParse(both).success).toBe(false);
});
