import { createHmac } from 'node:crypto';
import { problemsOf } from '../../jobs/contract.ts';
import type { EventOrigin } from '../../jobs/event/event.ts';
import type { CommittedMatch } from '../../jobs/match/match.ts';
import {
  type GameSession,
  gameSession,
  placementRequest,
  type Told,
  type Webhook,
} from '../../jobs/session/placement.ts';

export interface WebhookOptions {
  /** Hosts that may be asked, `host` or `host:port`; whoever writes configurations reaches no other. */
  readonly hosts: readonly string[];
  /** The key of that name, from the environment. */
  readonly secretOf: (name: string) => string | undefined;
  /** Account and region that configurations are named with. */
  readonly origin: EventOrigin;
  /** What was said, and after how many ms. */
  readonly onAnswer: (configuration: string, answer: WebhookAnswer, ms: number) => void;
}

/**
 * What the webhook said. `later`: it could not be asked, or could not say yet. `message` is for players and
 * events, `detail` for operators.
 */
export type WebhookAnswer =
  | { readonly kind: 'placed'; readonly gameSession: GameSession }
  | { readonly kind: 'refused' | 'later'; readonly message: string; readonly detail: string };

/** What players are told of a match that got no place. */
export const noPlace = 'No place to play was found in time.';

/** Most bytes of an answer: two hundred player sessions fit. */
const answerBytes = 512 * 1024;
/**
 * Answers that say "not now": a time-out there, too early, too many. Any other 4xx refuses the match for
 * good.
 */
const notNow = new Set([408, 425, 429]);

export type PlacementWebhook = ReturnType<typeof openWebhook>;

/**
 * Asks a service of the operator's where matches are to be played. Each request is signed:
 * `Matchmaking-Signature` is `t=<epoch seconds>,v1=<hex>`, an HMAC-SHA256 of `<epoch seconds>.<body>` under
 * the key; `Idempotency-Key` is the match id, and the same key must get the same answer, since a match may be
 * asked for again after a crash.
 *
 * No redirect is followed, no host is asked that the worker's own settings do not name, and no answer is read
 * beyond its bound: a configuration cannot make workers talk to anybody else.
 */
export function openWebhook({ hosts, secretOf, origin, onAnswer }: WebhookOptions) {
  const later = (detail: string): WebhookAnswer => ({
    kind: 'later',
    message: noPlace,
    detail,
  });

  return {
    /** Asks for a place for a match, of the webhook its configuration names. */
    async ask(
      match: CommittedMatch,
      webhook: Webhook,
      told: Told,
      signal: AbortSignal,
    ): Promise<WebhookAnswer> {
      const startedAt = performance.now();
      const body = JSON.stringify(placementRequest(match, told, origin));
      const answer = await post(webhook, match.matchId, body, signal);
      onAnswer(match.configuration, answer, performance.now() - startedAt);
      return answer;
    },
  };

  async function post(
    { url, secret, timeoutMs }: Webhook,
    matchId: string,
    body: string,
    signal: AbortSignal,
  ): Promise<WebhookAnswer> {
    const { host } = new URL(url);
    if (!hosts.includes(host)) return later(`PLACEMENT_HOSTS of this worker does not name ${host}`);
    const key = secretOf(secret);
    if (!key) return later(`${secret} is not set in this worker's environment`);
    const seconds = Math.floor(Date.now() / 1_000);
    const digest = createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex');
    try {
      const response = await fetch(url, {
        method: 'POST',
        redirect: 'manual',
        headers: {
          'content-type': 'application/json',
          'idempotency-key': matchId,
          'matchmaking-signature': `t=${seconds},v1=${digest}`,
        },
        body,
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      return await understood(response);
    } catch (error) {
      return later(reasonOf(error));
    }
  }

  async function understood(response: Response): Promise<WebhookAnswer> {
    const { status } = response;
    if (status !== 200) {
      await response.body?.cancel();
      const detail = `the placement webhook answered ${status}`;
      const final = status >= 400 && status < 500 && !notNow.has(status);
      return final
        ? { kind: 'refused', message: `The placement service refused the match (${status}).`, detail }
        : later(detail);
    }
    const parsed = gameSession.safeParse(JSON.parse(await boundedText(response)));
    if (!parsed.success)
      return later(`the placement webhook's answer: ${problemsOf(parsed.error).join('; ')}`);
    return { kind: 'placed', gameSession: parsed.data };
  }
}

/** The response's text, or a throw as soon as it exceeds the bound. */
async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > answerBytes) throw new Error(`the answer exceeds ${answerBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** `fetch` says "fetch failed" and keeps what happened as the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
