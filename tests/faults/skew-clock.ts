// Preloaded into one worker: its clock is ahead of everybody else's by SKEW_MS, negative: behind.
const skewMs = Number(process.env['SKEW_MS'] ?? 0);
const trueNow = Date.now;

class SkewedDate extends Date {
  constructor(...given: unknown[]) {
    if (given.length === 0) super(SkewedDate.now());
    else super(...(given as [number]));
  }
  static override now(): number {
    return trueNow() + skewMs;
  }
}
globalThis.Date = SkewedDate as DateConstructor;
