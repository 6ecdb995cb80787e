import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { PutTraceSegmentsCommand, XRayClient } from '@aws-sdk/client-xray';

/**
 * Stands in for the X-Ray daemon, of which there is no package: takes segments by UDP (a header line, then
 * the segment, both JSON) and forwards them in batches to `PutTraceSegments`. Like the daemon it drops what
 * it cannot deliver. Started with an IPC channel: says `{ ready, port }` when it listens and ends when the
 * channel closes.
 */
const { values } = parseArgs({
  options: { port: { type: 'string', default: '0' }, endpoint: { type: 'string' } },
});
/**
 * 50 segments is what PutTraceSegments takes. 10,000 wait at most, so that an outage does not fill the
 * memory.
 */
const batch = { size: 50, delayMs: 100, waiting: 10_000 };

const xray = new XRayClient({ ...(values.endpoint && { endpoint: values.endpoint }) });
const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 });
const waiting: string[] = [];
let flushing: Promise<void> | undefined;
let timer: NodeJS.Timeout | undefined;

socket.on('message', (datagram) => {
  const newline = datagram.indexOf(10);
  if (newline < 0 || waiting.length >= batch.waiting) return;
  waiting.push(datagram.toString('utf8', newline + 1));
  timer ??= setTimeout(flush, batch.delayMs);
});

function flush(): Promise<void> {
  clearTimeout(timer);
  timer = undefined;
  flushing ??= deliver().finally(() => {
    flushing = undefined;
  });
  return flushing;
}

async function deliver(): Promise<void> {
  while (waiting.length > 0) {
    const documents = waiting.splice(0, batch.size);
    try {
      await xray.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments: documents }));
    } catch (error) {
      console.error(`Dropped ${documents.length} segments:`, error);
    }
  }
}

process.once('disconnect', () => process.exit());
process.once('SIGTERM', () => void flush().finally(() => process.exit()));

socket.bind(Number(values.port), '127.0.0.1');
await once(socket, 'listening');
process.send?.({ ready: true, port: socket.address().port });
