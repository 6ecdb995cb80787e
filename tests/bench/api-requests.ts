import { cbor } from '@smithy/core/cbor';
import { signedHeaders } from '../support/signed-request.ts';
import { duelist } from './fleet-under-test.ts';

/** Ways to start tickets: the client library in the caller's own process, or one of the API's faces. */
export const ways = ['library', 'REST', 'REST, many a call', 'JSON', 'CBOR'] as const;
export type Way = (typeof ways)[number];

/** Tickets in a call of `REST, many a call`. */
export const ticketsPerCall = 50;

export interface Key {
  readonly name: string;
  readonly secret: string;
}

const request = (path: string, headers: Readonly<Record<string, string>>, body: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(
      `POST ${path} HTTP/1.1\r\n${Object.entries({ ...headers, 'content-length': String(body.length) })
        .map(([name, value]) => `${name}: ${value}\r\n`)
        .join('')}\r\n`,
    ),
    body,
  ]);

/** As an AWS SDK sends it. */
const signed = async (path: string, headers: Readonly<Record<string, string>>, body: Buffer, key: Key) =>
  request(path, await signedHeaders(path, headers, body, key), body);

const asAws = (ticketId: string) => ({
  TicketId: ticketId,
  ConfigurationName: 'duel',
  Players: [{ PlayerId: ticketId, PlayerAttributes: { rating: { N: 1_000 } } }],
});

/** The whole bytes of a request that starts these tickets. */
export async function requestOf(way: Way, ticketIds: readonly string[], key: Key): Promise<Buffer> {
  const [ticketId = ''] = ticketIds;
  const ours = { host: 'api', authorization: `Bearer ${key.name}~${key.secret}` };
  const json = (value: object) => Buffer.from(JSON.stringify(value));
  switch (way) {
    case 'REST':
      return request('/v1/matchmaking', ours, json(duelist(ticketId, ticketId, 1_000)));
    case 'REST, many a call': {
      const tickets = ticketIds.map((it) => duelist(it, it, 1_000));
      return request('/v1/matchmaking/batch', ours, json({ tickets }));
    }
    case 'JSON': {
      const headers = {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'GameLift.StartMatchmaking',
      };
      return signed('/', headers, json(asAws(ticketId)), key);
    }
    case 'CBOR': {
      const headers = { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' };
      const body = Buffer.from(cbor.serialize(asAws(ticketId)));
      return signed('/service/GameLift/operation/StartMatchmaking', headers, body, key);
    }
    case 'library':
      throw new Error('the library sends no request');
  }
}
