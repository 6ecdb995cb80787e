import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { placementRequest } from '../../jobs/session/placement.ts';

export const placementSecret = 'a key that only the test knows';

type Body = ReturnType<typeof placementRequest>;
/** How the service answers a request; it says nothing at all when this ends without writing. */
type Answer = (body: Body, response: ServerResponse) => void;

/** Gives every match a server, and every player a session of theirs. */
export const place: Answer = (body, response) => {
  const players = body.matchmakerData.teams.flatMap((team) => team.players);
  response.writeHead(200, { 'content-type': 'application/json' }).end(
    JSON.stringify({
      ipAddress: '203.0.113.7',
      port: 7_777,
      dnsName: 'server.example.com',
      gameSessionArn: `arn:example:${body.matchId}`,
      playerSessions: players.map(({ playerId }) => ({ playerId, playerSessionId: `psess-${playerId}` })),
      fleetId: 'nobody asked',
    }),
  );
};

/** Answers with a status and nothing else. */
export const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (_body, response) =>
    void response.writeHead(code, headers).end();

/**
 * An operator's placement service on this machine; requests whose signature is wrong are counted and get a
 * 401.
 */
export type PlacementService = Awaited<ReturnType<typeof openPlacementService>>;

export async function openPlacementService() {
  const requests: { body: Body; idempotencyKey: string | undefined }[] = [];
  let answer: Answer = place;
  let forged = 0;
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      if (!isSigned(request, body)) {
        forged++;
        return status(401)(JSON.parse(body), response);
      }
      requests.push({ body: JSON.parse(body), idempotencyKey: String(request.headers['idempotency-key']) });
      answer(JSON.parse(body), response);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    host,
    /** What a configuration says to be placed here. */
    placement: {
      kind: 'webhook',
      url: `http://${host}/place`,
      secret: 'PLACEMENT_SECRET',
      timeoutMs: 500,
      deadlineSeconds: 300,
    } as const,
    requests,
    forged: () => forged,
    answerWith(next: Answer) {
      answer = next;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/**
 * Checks a request as the documentation tells a service to: an HMAC over time and body, not older than a
 * minute.
 */
function isSigned(request: IncomingMessage, body: string): boolean {
  const [, seconds = '', digest] =
    /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(request.headers['matchmaking-signature'])) ?? [];
  const expected = createHmac('sha256', placementSecret).update(`${seconds}.${body}`).digest('hex');
  return digest === expected && Math.abs(Date.now() / 1_000 - Number(seconds)) < 60;
}
