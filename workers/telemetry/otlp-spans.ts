import {
  type Attributes,
  type HrTime,
  type Link,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
} from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import type { Segment, Step } from './xray-segment.ts';

/**
 * A segment and its steps as spans of OpenTelemetry, with the same ids: an X-Ray trace id is one of
 * OpenTelemetry whose first eight digits are a time. Annotations are attributes, named once more in
 * `aws.xray.annotations`, which the collector's exporter for X-Ray indexes
 * (https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/exporter/awsxrayexporter).
 */
export function spansOf(segment: Segment, resource: Resource): ReadableSpan[] {
  const traceId = traceIdOf(segment.trace_id);
  const end = segment.end_time ?? segment.start_time;
  const spans: ReadableSpan[] = [];
  const add = (step: Step, parent: string | undefined, kind: SpanKind, more: Partial<ReadableSpan>) => {
    const startTime = timeOf(step.start_time);
    const endTime = timeOf(step.end_time ?? end);
    spans.push({
      name: step.name,
      kind,
      spanContext: () => contextOf(traceId, step.id),
      ...(parent !== undefined && { parentSpanContext: contextOf(traceId, parent) }),
      startTime,
      endTime,
      duration: timeOf((step.end_time ?? end) - step.start_time),
      ended: true,
      status: step.fault
        ? { code: SpanStatusCode.ERROR, message: step.cause?.exceptions[0]?.message ?? 'fault' }
        : { code: SpanStatusCode.UNSET },
      attributes: attributesOf(step),
      events: (step.cause?.exceptions ?? []).map(({ type, message }) => ({
        name: 'exception',
        time: endTime,
        attributes: { 'exception.type': type, 'exception.message': message },
      })),
      links: [],
      resource,
      instrumentationScope: { name: 'matchmaking-fleet' },
      droppedAttributesCount: 0,
      droppedEventsCount: 0,
      droppedLinksCount: 0,
      ...more,
    });
    for (const inner of step.subsegments ?? [])
      add(inner, step.id, inner.namespace ? SpanKind.CLIENT : SpanKind.INTERNAL, {});
  };
  const links: Link[] = (segment.links ?? []).map((it) => ({
    context: contextOf(traceIdOf(it.trace_id), it.id),
  }));
  // Of another kind the collector would make a subsegment of it, since it has a parent.
  add(segment, segment.parent_id, SpanKind.SERVER, { links });
  return spans;
}

const traceIdOf = (root: string): string => root.replace(/^1-/, '').replace('-', '');

const contextOf = (traceId: string, spanId: string): SpanContext => ({
  traceId,
  spanId,
  traceFlags: TraceFlags.SAMPLED,
});

/** Seconds since 1970, or a span of them, as whole seconds and nanoseconds. */
function timeOf(seconds: number): HrTime {
  const whole = Math.floor(seconds);
  return [whole, Math.round((seconds - whole) * 1e9)];
}

function attributesOf(step: Step & Pick<Segment, 'metadata'>): Attributes {
  const annotations = step.annotations ?? {};
  const names = Object.keys(annotations);
  const items = step.metadata?.default['items'] as object[] | undefined;
  return {
    ...annotations,
    ...(names.length > 0 && { 'aws.xray.annotations': names }),
    ...(items && { items: items.map((it) => JSON.stringify(it)) }),
    ...(step.error && { error: true }),
    ...(step.throttle && { throttle: true }),
    ...(step.namespace && { 'peer.service': step.name }),
  };
}
