import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Segment } from './xray-segment.ts';

/** `host:port` of the X-Ray daemon, UDP. */
export interface DaemonOptions {
  readonly address: string;
  /** Told at most once a minute. A daemon that is not there may go unnoticed, this being UDP. */
  readonly onProblem: (message: string) => void;
}

const header = '{"format":"json","version":1}\n';
/** Datagrams waiting in this process; beyond it they are dropped, so that a stuck network costs no memory. */
const maxQueued = 1_000;
const problemEveryMs = 60_000;

/** The X-Ray daemon: a segment is one datagram, and what does not arrive is lost. */
export async function connectDaemon({
  address,
  onProblem,
}: DaemonOptions): Promise<(segment: Segment) => void> {
  const colon = address.lastIndexOf(':');
  let lost = 0;
  let toldAt = Number.NEGATIVE_INFINITY;
  const problem = (why: string) => {
    lost++;
    if (performance.now() - toldAt < problemEveryMs) return;
    toldAt = performance.now();
    onProblem(`${lost} trace segments lost: ${why}`);
    lost = 0;
  };

  const socket = createSocket('udp4').unref();
  socket.on('error', (error) => problem(error.message));
  // Connected, the socket looks the address up once instead of for every datagram.
  socket.connect(Number(address.slice(colon + 1)), address.slice(0, colon));
  await once(socket, 'connect').catch((error: Error) => problem(error.message));
  return (segment) => send(socket, segment, problem);
}

function send(socket: Socket, segment: Segment, problem: (why: string) => void): void {
  try {
    if (socket.getSendQueueCount() >= maxQueued) problem('the network does not take them');
    else socket.send(Buffer.from(header + JSON.stringify(segment)));
  } catch (error) {
    problem(error instanceof Error ? error.message : String(error));
  }
}
