import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { withoutNulls } from './without-nulls.ts';

const run = promisify(execFile);
const source = (name: string) => fileURLToPath(new URL(name, import.meta.url));

interface Key {
  readonly id: string;
  readonly secret: string;
  /** A session token. */
  readonly token?: string;
}
export type Keys = Readonly<Record<string, Key>>;

/** What a client of the GameLift API was answered, with the members as AWS names them. */
interface Said {
  // biome-ignore lint/suspicious/noExplicitAny: every operation answers something else
  readonly output?: any;
  readonly error?: { readonly Code: string; readonly Message: string };
}

/** A client of the GameLift API. Dispose of it. */
export interface Driver extends AsyncDisposable {
  /** `as` names one of the keys. */
  readonly call: (operation: string, input: object, as?: string) => Promise<Said>;
}

export type OpenDriver = (clients: string, url: string, keys: Keys) => Promise<Driver>;

/** Nothing of this machine's AWS settings reaches a client. */
const environment = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: '/nonexistent',
  AWS_EC2_METADATA_DISABLED: 'true',
  ...more,
});

/** A program that is asked by a line and answers by a line. */
function talkTo(command: string, args: readonly string[]): Driver {
  const child = spawn(command, args, { env: environment(), stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async call(operation, input, as = 'studio') {
      child.stdin.write(`${JSON.stringify({ operation, input, as })}\n`);
      const line = await lines.next();
      if (line.done) throw new Error(`${command} ended at ${operation}`);
      return withoutNulls(JSON.parse(line.value)) as Said;
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await ended;
    },
  };
}

const python =
  (protocol: 'JSON' | 'CBOR'): OpenDriver =>
  async (clients, url, keys) => {
    const folder = await mkdtemp(join(tmpdir(), 'boto3-'));
    const args = [source('driver.py'), url, protocol, JSON.stringify(keys), folder];
    return talkTo(join(clients, 'bin/python'), args);
  };

/** Compiles a program for Go's SDK; what was compiled before is kept in the clients' folder. */
export async function compileGo(clients: string, protocol: 'json' | 'cbor', file: string): Promise<string> {
  const program = join(await mkdtemp(join(tmpdir(), 'go-')), 'program');
  const env = environment({ GOPATH: join(clients, 'go', protocol), GOCACHE: join(clients, 'go/cache') });
  await run(join(clients, 'bin/go'), ['build', '-o', program, file], { env });
  return program;
}

const go =
  (protocol: 'json' | 'cbor'): OpenDriver =>
  async (clients, url, keys) =>
    talkTo(await compileGo(clients, protocol, source('driver.go')), [url, JSON.stringify(keys)]);

/** `StartMatchBackfill` as `start-match-backfill`. */
const command = (operation: string) => operation.replaceAll(/(?<!^)(?=[A-Z])/g, '-').toLowerCase();

const awsCli: OpenDriver = async (clients, url, keys) => ({
  async call(operation, input, as = 'studio') {
    const { id = '', secret = '', token } = keys[as] ?? {};
    const env = environment({
      AWS_ACCESS_KEY_ID: id,
      AWS_SECRET_ACCESS_KEY: secret,
      ...(token && { AWS_SESSION_TOKEN: token }),
    });
    const usual = ['--endpoint-url', url, '--region', 'eu-west-1', '--output', 'json', '--no-cli-pager'];
    const args = ['gamelift', command(operation), ...usual, '--no-paginate'];
    try {
      const { stdout } = await run(
        join(clients, 'bin/aws'),
        [...args, '--cli-input-json', JSON.stringify(input)],
        { env },
      );
      return { output: stdout.trim() === '' ? {} : JSON.parse(stdout) };
    } catch (error) {
      const { stderr = '' } = error as { stderr?: string };
      const form = /An error occurred \((\w+)\) when calling the \w+ operation(?: \([^)]*\))?: (.*)/s;
      const [, Code, Message] = form.exec(stderr.trim()) ?? [];
      if (!Code || !Message) throw error;
      return { error: { Code, Message } };
    }
  },
  async [Symbol.asyncDispose]() {},
});

/** Clients of other languages, by what they are and speak. */
export const drivers: Readonly<Record<string, OpenDriver>> = {
  'boto3 in JSON': python('JSON'),
  'boto3 in CBOR': python('CBOR'),
  "Go's SDK in JSON": go('json'),
  "Go's SDK in CBOR": go('cbor'),
  'the AWS CLI': awsCli,
};
