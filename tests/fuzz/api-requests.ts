import { cbor } from '@smithy/core/cbor';
import type { Chance } from '../../infra/local/demo/random.ts';
import { routes } from '../../producers/api/rest/routes.ts';
import { signedHeaders } from '../support/signed-request.ts';
import { itemsOf } from './generate.ts';
import { mutateBytes, mutateJson, mutateText } from './mutate.ts';

/** A request to the HTTP API, and whether its answer shows an error as that face does. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
  readonly isError: (answer: Buffer) => boolean;
}

export interface FuzzKey {
  readonly name: string;
  readonly secret: string;
  readonly token: string;
}

const players = [{ PlayerId: 'p-1', PlayerAttributes: { skill: { N: 10 } }, Team: 'red' }];
const arn = 'arn:aws:gamelift:eu-central-1:000000000000:matchmakingconfiguration/duel';
const rules = '{"name":"r","ruleLanguageVersion":"1.0","teams":[{"name":"a","minPlayers":1,"maxPlayers":1}]}';

/** An input of each operation that is served, before it is damaged. */
const inputs: Readonly<Record<string, object>> = {
  StartMatchmaking: { TicketId: 't-1', ConfigurationName: 'duel', Players: players },
  DescribeMatchmaking: { TicketIds: ['t-1', 't-2'] },
  StopMatchmaking: { TicketId: 't-1' },
  AcceptMatch: { TicketId: 't-1', PlayerIds: ['p-1'], AcceptanceType: 'ACCEPT' },
  StartMatchBackfill: { ConfigurationName: 'duel', GameSessionArn: 'm-1', Players: players },
  CreateMatchmakingConfiguration: {
    ...{ Name: 'made', RuleSetName: 'duel', RequestTimeoutSeconds: 60 },
    ...{ AcceptanceRequired: true, AcceptanceTimeoutSeconds: 10, Tags: [{ Key: 'a', Value: 'b' }] },
  },
  UpdateMatchmakingConfiguration: { Name: 'made', RequestTimeoutSeconds: 30, Description: 'x' },
  DescribeMatchmakingConfigurations: { Names: ['duel'], Limit: 5, NextToken: 'a' },
  DeleteMatchmakingConfiguration: { Name: 'made' },
  CreateMatchmakingRuleSet: { Name: 'made', RuleSetBody: rules },
  DescribeMatchmakingRuleSets: { Names: ['duel'], Limit: 5 },
  DeleteMatchmakingRuleSet: { Name: 'made' },
  ValidateMatchmakingRuleSet: { RuleSetBody: rules },
  TagResource: { ResourceARN: arn, Tags: [{ Key: 'a', Value: 'b' }] },
  UntagResource: { ResourceARN: arn, TagKeys: ['a'] },
  ListTagsForResource: { ResourceARN: arn },
};
export const fuzzedOperations = Object.keys(inputs);

/** One in so many bodies is damaged as bytes, so that it is no JSON or CBOR any more. */
const damagedOf = 4;
const damaged = (body: Buffer, random: Chance): Buffer =>
  random.uniform() * damagedOf < 1 ? mutateBytes(body, random) : body;

/** A request to the GameLift face. It bears a good signature, or nothing behind that would be reached. */
async function toGameLift(format: 'JSON' | 'CBOR', random: Chance, key: FuzzKey): Promise<ApiRequest> {
  const [operation, input] = random.pick(Object.entries(inputs));
  const text = mutateJson(input, random);
  const plain = format === 'JSON' ? Buffer.from(text) : Buffer.from(cbor.serialize(JSON.parse(text)));
  const body = damaged(plain, random);
  const path = format === 'JSON' ? '/' : `/service/GameLift/operation/${operation}`;
  const own: Record<string, string> =
    format === 'JSON'
      ? { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `GameLift.${operation}` }
      : { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' };
  const { host: _ofFetch, ...headers } = await signedHeaders(path, own, body, key);
  const read = (answer: Buffer) =>
    format === 'JSON' ? JSON.parse(answer.toString()) : cbor.deserialize(answer);
  return { method: 'POST', path, headers, body, isError: (answer) => '__type' in read(answer) };
}

const makers = routes.map((route) => ({ route, make: itemsOf({ item: route.input }) }));

/** A request to the REST face: a route's own input, then damaged; its path and query likewise. */
function toRest(random: Chance, { token }: FuzzKey): ApiRequest {
  const { route, make } = random.pick(makers);
  const input = make(random);
  const members = typeof input === 'object' && input !== null ? Object.entries(input) : [];
  const written = (value: unknown) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return encodeURIComponent((random.uniform() < 0.2 ? mutateText(text, random) : text).toWellFormed());
  };
  const own = new Map(members);
  const path = route.path.replace(
    /\{(\w+)\}/g,
    (_all, name: string) => written(own.get(name) ?? 'duel') || '-',
  );
  const query = members.map(([name, value]) => `${encodeURIComponent(name)}=${written(value)}`).join('&');
  const hasBody = route.method === 'PUT' || route.method === 'POST';
  return {
    method: route.method,
    path: `/v1${path}${hasBody ? '' : `?${query}`}`,
    headers: {
      authorization: `Bearer ${token}`,
      ...(hasBody && { 'content-type': 'application/json' }),
      ...(random.uniform() < 0.1 && { 'if-match': random.pick(['"1"', '*', 'x', '"-1"']) }),
    },
    body: hasBody ? damaged(Buffer.from(mutateJson(input, random)), random) : undefined,
    isError: (answer) => {
      const problem = JSON.parse(answer.toString());
      return typeof problem.status === 'number' && typeof problem.detail === 'string';
    },
  };
}

/** A request to either face. */
export const apiRequest = async (random: Chance, key: FuzzKey): Promise<ApiRequest> => {
  const face = random.pick(['JSON', 'CBOR', 'REST', 'REST'] as const);
  return face === 'REST' ? toRest(random, key) : toGameLift(face, random, key);
};
