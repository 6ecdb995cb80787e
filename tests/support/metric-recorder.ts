import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';

/** A PutMetricData call as it was on the wire. */
interface RecordedCall {
  /** Of the JSON body, unpacked. */
  readonly bytes: number;
  readonly Namespace: string;
  readonly MetricData: readonly RecordedDatum[];
}

export interface RecordedDatum {
  readonly MetricName: string;
  readonly Unit: string;
  readonly StorageResolution: number;
  /** Seconds since 1970. */
  readonly Timestamp: number;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
  readonly Values: readonly number[];
  readonly Counts: readonly number[];
}

/** An endpoint for the CloudWatch SDK that keeps what it is sent. `answer` is what it answers from now on. */
export async function openMetricRecorder() {
  const calls: RecordedCall[] = [];
  const answer = { status: 200, body: '{}' };
  let asked = 0;
  const server = createServer(async (request, response) => {
    const sent = await buffer(request);
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
    asked++;
    if (answer.status === 200) calls.push({ bytes: body.length, ...JSON.parse(body.toString()) });
    response
      .writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' })
      .end(answer.status === 200 ? '{}' : answer.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    answer,
    /** Requests so far, whatever they were answered. */
    asked: () => asked,
    data: (): RecordedDatum[] => calls.flatMap((call) => call.MetricData),
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** How many measurements some data stand for. */
export const countOf = (data: readonly Pick<RecordedDatum, 'Counts'>[]): number =>
  data.reduce((sum, { Counts }) => sum + Counts.reduce((a, b) => a + b, 0), 0);
