/** Where a Redis is and how to log in to it. `server` is what ioredis takes. */
export interface RedisAddress {
  readonly server: {
    readonly host: string;
    readonly port: number;
    /** Number of the database; 0 in cluster mode. */
    readonly db: number;
    readonly username?: string;
    readonly password?: string;
    readonly tls?: object;
  };
  /** The server is in cluster mode, and the URL names any of its nodes. */
  readonly cluster: boolean;
  /** `host:port`, for messages: it holds no login. */
  readonly shown: string;
}

export type ParsedRedisUrl =
  | { readonly ok: true; readonly address: RedisAddress }
  | { readonly ok: false; readonly problem: string };

const no = (problem: string): ParsedRedisUrl => ({ ok: false, problem });

/**
 * Reads `redis[s]://[user][:password]@host[:port][/database][?cluster=true]`. Port 6379 and database 0 are
 * the defaults. An option that nothing would obey is a problem. Problems name what is wrong and repeat
 * nothing that may hold a password.
 */
export function parseRedisUrl(text: string): ParsedRedisUrl {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme !== 'redis' && scheme !== 'rediss')
    return no(
      `must start with redis:// or, for TLS, rediss://${scheme === undefined ? '' : `, not ${scheme}://`}`,
    );
  if (!URL.canParse(text) || /\s/.test(text))
    return no('is no URL; in user and password, write special characters by their codes, # as %23');
  const url = new URL(text);
  if (url.hostname === '') return no('names no host');
  if (url.hash !== '') return no('has a # after the host; in a password, write it as %23');
  const problem = optionProblem(url.searchParams);
  if (problem) return no(problem);
  const cluster = url.searchParams.get('cluster') === 'true';
  const database = /^\/?(\d{0,5})$/.exec(url.pathname)?.[1];
  if (database === undefined) return no('has a path that is no number of a database, such as /0');
  if (cluster && Number(database) !== 0) return no(`names database ${database}; a cluster has only 0`);
  const [username, password] = [decoded(url.username), decoded(url.password)];
  if (username === undefined || password === undefined)
    return no('has a % in user or password that begins no code; write % as %25');
  const [host, port] = [url.hostname.replaceAll(/^\[|\]$/g, ''), Number(url.port || 6379)];
  const server = {
    host,
    port,
    db: Number(database),
    ...(username && { username }),
    ...((username || password) && { password }),
    ...(scheme === 'rediss' && { tls: {} }),
  };
  return { ok: true, address: { server, cluster, shown: `${url.hostname}:${port}` } };
}

function optionProblem(options: URLSearchParams): string | undefined {
  for (const [name, value] of options) {
    if (/^(tls|ssl)$/i.test(name)) return `has the option ${name}, which does nothing; rediss:// means TLS`;
    if (name !== 'cluster') return `has the option ${name}, which does nothing; the only one is cluster=true`;
    if (value !== 'true' && value !== 'false') return 'has the option cluster; give it as cluster=true';
  }
  return options.getAll('cluster').length > 1 ? 'has the option cluster twice' : undefined;
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
