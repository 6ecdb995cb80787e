import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** A segment or subsegment as the X-Ray daemon receives it. */
export interface XrayDocument {
  readonly trace_id: string;
  readonly id: string;
  readonly parent_id?: string;
  readonly name: string;
  readonly namespace?: string;
  readonly start_time: number;
  readonly end_time?: number;
  readonly error?: boolean;
  readonly fault?: boolean;
  readonly throttle?: boolean;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly links?: readonly { readonly trace_id: string; readonly id: string }[];
  readonly subsegments?: readonly XrayDocument[];
}

export type XraySink = Awaited<ReturnType<typeof openXraySink>>;

/**
 * In place of the X-Ray daemon: keeps the segments it is sent, having checked the line before each, and
 * passes them on to another daemon (`host:port`) if there is one.
 */
export async function openXraySink(next?: string) {
  const received: XrayDocument[] = [];
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const [host, port] = next?.split(':') ?? [];
  socket.on('message', (datagram) => {
    if (port) socket.send(datagram, Number(port), host);
    const [header, document = ''] = datagram.toString().split('\n');
    if (header === '{"format":"json","version":1}') received.push(JSON.parse(document));
  });
  return {
    address: `127.0.0.1:${socket.address().port}`,
    received,
    [Symbol.dispose]: () => void socket.close(),
  };
}

/** Every (sub)segment of some documents. */
export const allSteps = (documents: readonly XrayDocument[]): XrayDocument[] =>
  documents.flatMap((it) => [it, ...allSteps(it.subsegments ?? [])]);
