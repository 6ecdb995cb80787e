import type { RedisAddress } from './redis-url.ts';

/** Why a server cannot be used, for whoever configured it. */
export interface Trouble {
  /** What happened and what to do, such as `connection refused: …`. Holds no login. */
  readonly cause: string;
  /** It stays so until somebody changes something: waiting is no use. */
  readonly lasting: boolean;
}

/** An error whose code or message matches has this cause; waiting may help only where it says `passes`. */
type Row = readonly [RegExp, string, 'passes'?];

const inClusterMode = 'it is in cluster mode: add ?cluster=true to the URL';

const redisAnswers: readonly Row[] = [
  [/^NOAUTH/, 'NOAUTH: it wants a password (redis://:PASSWORD@host or redis://USER:PASSWORD@host)'],
  [/^WRONGPASS|^ERR invalid password/, 'WRONGPASS: it refuses the user or the password of the URL'],
  [/^DENIED/, 'DENIED: its protected mode takes connections from its own machine only'],
  [/DB index is out of range/, 'it has no database of the number in the URL'],
  [/cluster support disabled/, 'it is not in cluster mode: take cluster=true out of the URL'],
  [/^MOVED/, inClusterMode],
  [/^LOADING/, 'it is loading its data', 'passes'],
  [/Failed to refresh slots cache|None of startup nodes/, 'none of its nodes can be reached', 'passes'],
  [/Unknown RESP type/, 'not a Redis: it answers in another protocol (HTTP?)'],
];

const documentdbAnswers: readonly Row[] = [
  [/^18$|Authentication failed/i, 'authentication failed: it refuses the user or the password'],
  [/^13$|requires authentication/i, 'it wants a login with access to the database'],
];

const network: readonly Row[] = [
  [/ECONNREFUSED/, 'connection refused: nothing listens there (is it running? is the port right?)', 'passes'],
  [/ENOTFOUND|EAI_AGAIN/, 'unknown host: its name does not resolve', 'passes'],
  [/EHOSTUNREACH|ENETUNREACH/, 'no route to the host', 'passes'],
  [
    /SSL_WRONG_VERSION_NUMBER|wrong version number|SSL_PACKET_LENGTH|EPROTO/,
    'wrong scheme: it does not speak TLS, which the URL asks for',
  ],
  [
    /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|certificate/,
    'its certificate is not trusted for this host (NODE_EXTRA_CA_CERTS names a private authority)',
  ],
];

const late = /timed? ?out/i;
const closed = /ECONNRESET|EPIPE|connection.* (is )?closed/i;

/** Why a Redis cannot be used, by the error of an attempt. */
export function redisTrouble(error: unknown, { server }: RedisAddress): Trouble {
  const [silent, gone] = server.tls
    ? ['wrong scheme? redis:// is without TLS', 'not a Redis?']
    : ['another kind of server?', 'not a Redis? one that wants TLS, rediss://?'];
  return troubleOf(error, [
    ...redisAnswers,
    ...network,
    [late, `timeout: it does not answer (a firewall? ${silent})`, 'passes'],
    [closed, `connection closed by the server (${gone})`, 'passes'],
  ]);
}

/** Why a DocumentDB cannot be used, by the error of an attempt. */
export const documentdbTrouble = (error: unknown): Trouble =>
  troubleOf(error, [
    ...documentdbAnswers,
    ...network,
    [late, 'timeout: it does not answer (a firewall? another kind of server?)', 'passes'],
    [closed, 'connection closed by the server (not a DocumentDB? one that wants TLS, tls=true?)', 'passes'],
  ]);

/**
 * Why a Redis that answers is not what its URL says, by its INFO. A server that does not tell is believed.
 */
export function modeTrouble(info: string, { cluster }: RedisAddress): Trouble | undefined {
  const enabled = /^cluster_enabled:([01])/m.exec(info)?.[1];
  if (enabled === '1' && !cluster) return { cause: inClusterMode, lasting: true };
  return enabled === '0' && cluster
    ? troubleOf(new Error('cluster support disabled'), redisAnswers)
    : undefined;
}

function troubleOf(error: unknown, rows: readonly Row[]): Trouble {
  const words = wordsOf(error);
  const [, cause, passes] = rows.find(([form]) => words.some((it) => form.test(it))) ?? [];
  if (cause !== undefined) return { cause, lasting: passes === undefined };
  return { cause: withoutLogins(words.at(-1) ?? 'unknown').slice(0, 300), lasting: false };
}

/** Code and message of an error and of those behind it, which drivers wrap; the error's own message last. */
function wordsOf(error: unknown, depth = 0): string[] {
  if (!(error instanceof Error) || depth > 5) return [];
  const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: unknown };
  const behind: unknown[] = [cause, ...(Array.isArray(errors) ? errors : [])];
  const own = [...(code === undefined ? [] : [String(code)]), error.message.split('\n')[0] ?? ''];
  return [...behind.flatMap((it) => wordsOf(it, depth + 1)), ...own];
}

/** A text without the user and password of any URL in it. */
const withoutLogins = (text: string): string => text.replaceAll(/:\/\/[^\s/]*@/g, '://');
