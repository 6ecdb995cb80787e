/**
 * The X-Ray trace header, which carries one trace over processes and queues:
 * `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`.
 */
export interface TraceHeader {
  /** `1-<8 hex: seconds since 1970>-<24 hex>`. */
  readonly root: string;
  /** Segment or subsegment that caused this work, 16 hex digits; absent on a trace's first hop. */
  readonly parent?: string;
  /** Whether the trace is recorded; absent when the caller left the decision to us. */
  readonly sampled?: boolean;
}

const rootForm = /^1-[0-9a-f]{8}-[0-9a-f]{24}$/;
const parentForm = /^[0-9a-f]{16}$/;

/** A header as we and the X-Ray SDKs write it, read in one go. */
const usualForm = /^Root=(1-[0-9a-f]{8}-[0-9a-f]{24})(?:;Parent=([0-9a-f]{16}))?(?:;Sampled=([01]))?$/;

/** Longest header read, in characters. A well-formed one has 74; AWS hops may append fields of their own. */
const maxLength = 256;

/**
 * Undefined for anything that is not a header: it comes from outside, and a bad trace must never cost a job.
 * Fields we do not know (`Self`, `Lineage`) are skipped, in whatever order they come; `Sampled=?` is an open
 * decision.
 */
export function parseTraceHeader(text: string | undefined): TraceHeader | undefined {
  if (text === undefined || text.length > maxLength) return undefined;
  const [, root, parent, sampled] = usualForm.exec(text) ?? [];
  if (root === undefined) return parseUnusual(text);
  return {
    root,
    ...(parent !== undefined && { parent }),
    ...(sampled !== undefined && { sampled: sampled === '1' }),
  };
}

/** Fields in another order or letter case, with spaces, or with some we do not know. */
function parseUnusual(text: string): TraceHeader | undefined {
  const fields = new Map(text.split(';').map(fieldOf));
  const root = fields.get('root') ?? '';
  const parent = fields.get('parent');
  const sampled = fields.get('sampled');
  if (!rootForm.test(root) || (parent !== undefined && !parentForm.test(parent))) return undefined;
  return {
    root,
    ...(parent !== undefined && { parent }),
    ...((sampled === '0' || sampled === '1') && { sampled: sampled === '1' }),
  };
}

function fieldOf(text: string): [name: string, value: string] {
  const equals = text.indexOf('=');
  return [
    text.slice(0, Math.max(equals, 0)).trim().toLowerCase(),
    text
      .slice(equals + 1)
      .trim()
      .toLowerCase(),
  ];
}

export function formatTraceHeader({ root, parent, sampled }: TraceHeader): string {
  const fields = [`Root=${root}`];
  if (parent !== undefined) fields.push(`Parent=${parent}`);
  if (sampled !== undefined) fields.push(`Sampled=${sampled ? 1 : 0}`);
  return fields.join(';');
}

/**
 * The id of a new trace. `now` in ms since 1970: X-Ray drops traces whose id is older than 30 days. `random`
 * is 24 hex digits, which must be random: the id is all that tells two traces apart.
 */
export function newTraceId(now: number, random: string): string {
  return `1-${Math.floor(now / 1000)
    .toString(16)
    .padStart(8, '0')}-${random}`;
}

/**
 * Whether a trace is recorded whose caller left that open. By its id, so that every hop with the same `rate`
 * (0 to 1) decides alike and a trace is recorded whole or not at all.
 */
export const isRecorded = (root: string, rate: number): boolean =>
  Number.parseInt(root.slice(-8), 16) < rate * 2 ** 32;
