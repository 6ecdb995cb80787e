import type { Segment as SdkSegment } from 'aws-xray-sdk-core';
import type { Segment } from './xray-segment.ts';

/** Fields of a segment that say where it comes from. */
type Surroundings = Readonly<Partial<Record<'aws' | 'service' | 'origin', unknown>>>;

/** `host:port` of the X-Ray daemon, UDP. An IP address: a host name is looked up for every segment. */
export interface DaemonOptions {
  readonly address: string;
  /** Told at most once a minute. A daemon that is not there may go unnoticed, this being UDP. */
  readonly onProblem: (message: string) => void;
}

const problemEveryMs = 60_000;

/**
 * The X-Ray daemon, through the X-Ray SDK: a segment is one datagram, and what does not arrive is lost.
 * Segments are kept as plain documents and become the SDK's only to be sent: its own bookkeeping cost four
 * times as much.
 *
 * The SDK reads its mode once, when it is loaded. Loaded in automatic mode it hooks every promise of the
 * process, and 500,000 awaits went from 65 ms to 700 ms and more; so the process sets
 * `AWS_XRAY_MANUAL_MODE=1` at its entry.
 */
export async function connectDaemon({
  address,
  onProblem,
}: DaemonOptions): Promise<(segment: Segment) => void> {
  const { default: sdk } = await import('aws-xray-sdk-core');
  if (sdk.isAutomaticMode())
    throw new Error('could not start X-Ray: AWS_XRAY_MANUAL_MODE=1 was not set before its SDK was loaded');
  let lost = 0;
  let toldAt = Number.NEGATIVE_INFINITY;
  const problem = (why: unknown) => {
    lost++;
    if (performance.now() - toldAt < problemEveryMs) return;
    toldAt = performance.now();
    onProblem(`${lost} trace segments lost: ${why instanceof Error ? why.message : String(why)}`);
    lost = 0;
  };
  const quiet = () => {};
  sdk.setLogger({
    debug: quiet,
    info: quiet,
    warn: quiet,
    error: (message: unknown, cause?: unknown) => problem(cause ?? message),
  });
  sdk.setDaemonAddress(address);

  // What the SDK says of itself and of where it runs is the same in every segment.
  const { aws, service, origin } = JSON.parse(JSON.stringify(new sdk.Segment('fleet'))) as Surroundings;
  /**
   * A segment that is written already: the SDK's own copies itself and writes itself twice, the second time
   * for a log.
   */
  const written: SdkSegment = Object.assign(Object.create(sdk.Segment.prototype), {
    format(this: { text: string }) {
      return this.text;
    },
    toString(this: { id: string }) {
      return this.id;
    },
  });

  return (segment) => {
    try {
      const { id, trace_id } = segment;
      const text = JSON.stringify({ aws, service, origin, ...segment });
      (Object.assign(Object.create(written), { id, trace_id, text }) as SdkSegment).flush();
    } catch (error) {
      problem(error);
    }
  };
}
