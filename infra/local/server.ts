import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as after } from 'node:timers/promises';
import { tail } from './command.ts';
import { onFreePort, PortTaken, portTakenMessage } from './free-port.ts';
import type { Part } from './part.ts';
import type { Run } from './run.ts';

/** A server's program: how it is started and how it behaves. */
export interface Program {
  /** Its log is `<name>.log` in the run folder. */
  readonly name: string;
  /** Program and arguments. */
  command(port: number): readonly string[];
  /** Its whole environment. Default: this process's. */
  readonly env?: (port: number) => NodeJS.ProcessEnv;
  /** How it says that it takes connections: a line of its log, or an IPC message. */
  readonly ready: RegExp | 'message';
  /**
   * A Node program: it ends when this process's end of the IPC channel closes. Others need a death signal.
   */
  readonly ipc?: boolean;
  /** What asks it to finish. Default `SIGTERM`. */
  readonly stopSignal?: NodeJS.Signals;
  /** What crashes it, children included, when `SIGKILL` would leave those running. Default `SIGKILL`. */
  readonly crashSignal?: NodeJS.Signals;
}

/** Milliseconds. The first start after a boot reads everything from disk, hence a minute. */
const patience = { start: 60_000, stop: 5_000, poll: 15 };

/** Starts a server on a free port, the run's for its name if possible, and waits until it answers. */
export const startServer = (run: Run, program: Program): Promise<Server> =>
  onFreePort(async (port) => {
    const server = run.resources.use(new Server(run.folder, program, port));
    await server.restart();
    return server;
  }, run.ports[program.name]);

/** A part that is one server. */
export const partOf = (server: Server, url: string): Part => ({
  url,
  get pids() {
    return server.pids;
  },
  kill: (signal) => server.kill(signal),
  restart: () => server.restart(),
});

/** A server process and its lifetime: it keeps port, data and log over restarts. */
export class Server implements AsyncDisposable {
  readonly port: number;
  readonly #folder: string;
  readonly #program: Program;
  readonly #log: string;
  #child: ChildProcess | undefined;
  #exited: Promise<unknown> = Promise.resolve();

  constructor(folder: string, program: Program, port: number) {
    this.#folder = folder;
    this.#program = program;
    this.port = port;
    this.#log = join(folder, `${program.name}.log`);
  }

  get pids(): readonly number[] {
    return this.#child?.pid === undefined ? [] : [this.#child.pid];
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const { crashSignal = 'SIGKILL' } = this.#program;
    this.#child?.kill(signal === 'SIGKILL' ? crashSignal : signal);
    if (signal === 'SIGSTOP' || signal === 'SIGCONT') return;
    this.#child?.kill('SIGCONT');
    await this.#exited;
  }

  async restart(): Promise<void> {
    await this.stop();
    const log = await open(this.#log, 'a');
    const logged = (await log.stat()).size;
    const [file = '', ...args] = this.#program.command(this.port);
    const child = spawn(file, args, {
      cwd: this.#folder,
      stdio: ['ignore', log.fd, log.fd, this.#program.ipc ? 'ipc' : 'ignore'],
      // A process group of its own: Ctrl-C is for the parent, which then stops its servers in order.
      detached: true,
      ...(this.#program.env && { env: this.#program.env(this.port) }),
    });
    await Promise.all([once(child, 'spawn'), log.close()]);
    this.#child = child;
    this.#exited = once(child, 'exit').then(() => {
      this.#child = undefined;
    });
    await this.#comesUp(child, logged);
  }

  async #comesUp(child: ChildProcess, logged: number): Promise<void> {
    const { name, ready } = this.#program;
    const sinceStart = () => text(createReadStream(this.#log, { start: logged }));
    const deadline = performance.now() + patience.start;
    let answers = false;
    child.once('message', () => {
      answers = ready === 'message';
    });
    while (!answers && this.#child && performance.now() < deadline) {
      await after(patience.poll);
      if (ready instanceof RegExp) answers = ready.test(await sinceStart());
    }
    if (answers && this.#child) return;

    const reason = this.#child ? `it did not answer within ${patience.start / 1000} s` : 'it ended';
    await this.kill();
    const story = `Cannot start ${name}: ${reason}\n${await tail(this.#log)}`;
    throw portTakenMessage.test(await sinceStart()) ? new PortTaken(story) : new Error(story);
  }

  /** Sends a message to a Node program; one that does not run hears nothing. */
  tell(message: object): void {
    this.#child?.send(message);
  }

  /** Asks it to finish and, when it does not, ends it. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    child.kill(this.#program.stopSignal ?? 'SIGTERM');
    child.kill('SIGCONT');
    await Promise.race([this.#exited, after(patience.stop, undefined, { ref: false })]);
    child.kill('SIGKILL');
    await this.#exited;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
