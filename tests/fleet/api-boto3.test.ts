import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { keysSecret, makeKey, openApi } from '../support/api-process.ts';
import { duelRuleSet } from '../support/builders.ts';
import { openFleet } from '../support/fleet.ts';

/** boto3 of the local stack's Debian tree, where the servers come from one: moto needs it. */
const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
const packages = join(cache, 'matchmaking-fleet/debian-forky/usr/lib/python3/dist-packages');
const python = '/usr/bin/python3';
const isThere = existsSync(python) && existsSync(join(packages, 'boto3'));

const journey = `
import json, sys, time, boto3
from botocore.exceptions import ClientError
url, key, secret, rules = sys.argv[1:5]
gl = boto3.client('gamelift', endpoint_url=url, region_name='eu-west-1', aws_access_key_id=key, aws_secret_access_key=secret)
said = {}

def fails(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return [error.response['Error']['Code'], error.response['Error']['Message']]

def becomes(ticket, status):
    for _ in range(400):
        found = gl.describe_matchmaking(TicketIds=[ticket])['TicketList'][0]
        if found['Status'] == status:
            return found
        time.sleep(0.05)
    raise Exception(f"{ticket} is {found['Status']}, not {status}")

def player(name):
    return {'PlayerId': name, 'PlayerAttributes': {'skill': {'N': 10}}, 'LatencyInMs': {'eu': 20}}

gl.create_matchmaking_rule_set(Name='boto', RuleSetBody=rules)
made = gl.create_matchmaking_configuration(Name='boto', RuleSetName='boto', RequestTimeoutSeconds=60, AcceptanceRequired=True,
    AcceptanceTimeoutSeconds=30, FlexMatchMode='STANDALONE')
said['created'] = made['Configuration']['CreationTime'].isoformat()[:2]
said['again'] = fails(gl.create_matchmaking_rule_set, Name='boto', RuleSetBody=rules)
for name in ['ann', 'bob']:
    said['started'] = gl.start_matchmaking(TicketId=name, ConfigurationName='boto', Players=[player(name)])['MatchmakingTicket']['Status']
for name in ['ann', 'bob']:
    becomes(name, 'REQUIRES_ACCEPTANCE')
    gl.accept_match(TicketId=name, PlayerIds=[name], AcceptanceType='ACCEPT')
done = becomes('ann', 'COMPLETED')
team = done['Players'][0]['Team']
said['team'] = team
said['late'] = fails(gl.stop_matchmaking, TicketId='ann')
gl.start_match_backfill(TicketId='fill', ConfigurationName='boto', Players=[{**player('ann'), 'Team': team}])
becomes('fill', 'SEARCHING')
gl.stop_matchmaking(TicketId='fill')
becomes('fill', 'CANCELLED')
said['unknown'] = fails(gl.stop_matchmaking, TicketId='nobody')
said['eleven'] = fails(gl.describe_matchmaking, TicketIds=[f't{n}' for n in range(11)])
pages = gl.get_paginator('describe_matchmaking_rule_sets').paginate(PaginationConfig={'PageSize': 1})
said['pages'] = [it['RuleSetName'] for page in pages for it in page['RuleSets']]
print(json.dumps(said))
`;

test.skipIf(!isThere)(
  `a journey with boto3 (skipped where the stack's Debian tree, ${packages}, is not there)`,
  { timeout: 180_000 },
  async () => {
    await using fleet = await openFleet();
    await fleet.startWorker({ API_KEYS_SECRET: keysSecret });
    const { name, secret } = await makeKey(fleet.client, 'studio', ['matchmake', 'configure', 'read']);
    await using api = await openApi(fleet);

    const { stdout } = await promisify(execFile)(
      python,
      ['-c', journey, api.url, name, secret, duelRuleSet],
      {
        env: { PYTHONPATH: packages, PATH: process.env['PATH'], HOME: '/nonexistent' },
      },
    );

    expect(JSON.parse(stdout)).toEqual({
      created: '20',
      again: ['InvalidRequestException', 'Rule set boto already exists'],
      started: 'QUEUED',
      team: expect.stringMatching(/^side_[12]$/),
      late: ['InvalidRequestException', 'Matchmaking ticket is in COMPLETED status and cannot be canceled.'],
      unknown: ['NotFoundException', 'TicketId: there is no ticket nobody'],
      eleven: ['InvalidRequestException', 'TicketIds: at most 10 ticket ids'],
      pages: ['boto'],
    });
  },
);
