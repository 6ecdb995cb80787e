import { expect, test } from 'vitest';
import { matchmakerData } from '../../jobs/match/matchmaker-data.ts';

const match = {
  matchId: 'm',
  configuration: 'duel',
  tickets: [
    {
      ticketId: 't',
      startTime: 1,
      age: 0,
      sequence: 1,
      players: [
        {
          playerId: 'a',
          attributes: {
            skill: { N: 23 },
            mode: { S: 'ctf' },
            maps: { SL: ['dust', 'ice'] },
            love: { SDM: { dust: 10 } },
          },
          latencyInMs: { 'eu-west-1': 20 },
        },
      ],
    },
    { ticketId: 'u', startTime: 1, sequence: 2, age: 0, players: [{ playerId: 'b', attributes: {} }] },
  ],
  teams: [
    { name: 'red', playerIds: ['a'] },
    { name: 'blue', playerIds: ['b'] },
  ],
};
const origin = { account: '123456789012', region: 'eu-west-1' };

test('a game server is told teams, players and attributes as FlexMatch tells them, and no latency', () => {
  expect(matchmakerData(match, origin)).toEqual({
    matchId: 'm',
    matchmakingConfigurationArn: 'arn:aws:gamelift:eu-west-1:123456789012:matchmakingconfiguration/duel',
    teams: [
      {
        name: 'red',
        players: [
          {
            playerId: 'a',
            attributes: {
              skill: { attributeType: 'DOUBLE', valueAttribute: 23 },
              mode: { attributeType: 'STRING', valueAttribute: 'ctf' },
              maps: { attributeType: 'STRING_LIST', valueAttribute: ['dust', 'ice'] },
              love: { attributeType: 'STRING_DOUBLE_MAP', valueAttribute: { dust: 10 } },
            },
          },
        ],
      },
      { name: 'blue', players: [{ playerId: 'b', attributes: {} }] },
    ],
    autoBackfillMode: null,
    autoBackfillTicketId: null,
  });
});

test('a match that the fleet fills by itself names the ticket that does', () => {
  expect(matchmakerData(match, origin, 'backfill-1')).toMatchObject({
    autoBackfillMode: 'AUTOMATIC',
    autoBackfillTicketId: 'backfill-1',
  });
});
