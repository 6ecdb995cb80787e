import type { MatchmakingEvent } from '../../../jobs/event/event.ts';
import type { CallOptions } from '../../../producers/call.ts';
import type { EventsRequest, StreamItem } from '../../../producers/events/events.ts';
import {
  RequestError,
  type RequestErrorCode,
  type RequestOutcome,
} from '../../../producers/request-error.ts';
import { serverSentEvents } from './server-sent-events.ts';
import type { WorldClient, WorldOptions } from './world.ts';

const codes: Readonly<Record<number, RequestErrorCode>> = {
  400: 'invalid-request',
  403: 'not-allowed',
  404: 'not-found',
  409: 'conflict',
  422: 'refused',
  429: 'unavailable',
  503: 'unavailable',
};

/**
 * The calls of the demo's crowd as requests to the HTTP API: services send the key, players their own access
 * token.
 */
export function openThroughApi(
  url: string,
  key: string,
  verify: WorldOptions['verify'],
): Pick<WorldOptions, 'client' | 'verify'> {
  const tokens = new Map<string, string>();
  const tokenOf = (actor: CallOptions['actor']) =>
    (actor?.kind === 'player' && tokens.get(actor.playerId)) || key;

  async function ask(path: string, body: object, { actor }: CallOptions = {}): Promise<never> {
    const response = await fetch(`${url}/v1${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tokenOf(actor)}` },
      body: JSON.stringify(body),
    });
    const answer = (response.status === 204 ? undefined : await response.json()) as {
      detail?: string;
      outcome?: RequestOutcome;
    };
    if (response.ok) return answer as never;
    const { outcome = 'unknown' } = answer;
    const message = answer.detail ?? `${path} was answered with ${response.status}`;
    const code = codes[response.status];
    throw code ? new RequestError(code as 'unavailable', message, { outcome }) : new Error(message);
  }

  async function* events({ from, signal }: EventsRequest = {}): AsyncGenerator<StreamItem> {
    const response = await fetch(`${url}/v1/events${from === undefined ? '' : `?from=${from}`}`, {
      headers: { authorization: `Bearer ${key}` },
      ...(signal && { signal }),
    });
    if (!response.ok || !response.body)
      throw new Error(`The event stream was answered with ${response.status}`);
    try {
      for await (const { id: position, event, data } of serverSentEvents(response.body)) {
        const read: unknown = JSON.parse(data);
        if (event === 'gap') yield { kind: 'gap', position, from: (read as { from: string }).from };
        else yield { kind: 'event', position, event: read as MatchmakingEvent };
      }
      if (!signal?.aborted) throw new Error('The API closed the event stream');
    } catch (error) {
      if (!signal?.aborted) throw error;
    }
  }

  const client: WorldClient = {
    createSession: (session, options) => ask('/sessions', session, options),
    startMatchmaking: (ticket, options) => ask('/matchmaking', ticket, options),
    acceptMatch: ({ ticketId, ...answer }, options) =>
      ask(`/matchmaking/${ticketId}/acceptance`, answer, options),
    reportMatchResult: async (result, options) => {
      const { outcomes } = (await ask('/results', { results: [result] }, options)) as {
        outcomes: readonly { status: number; problem?: { detail: string } }[];
      };
      const [outcome] = outcomes;
      if (outcome?.status !== 202)
        throw new Error(`The result of ${result.matchId} was refused: ${outcome?.problem?.detail}`);
    },
    events,
  };
  return {
    client,
    async verify(accessToken) {
      const who = await verify(accessToken);
      tokens.set(who.playerId, accessToken);
      return who;
    },
  };
}
