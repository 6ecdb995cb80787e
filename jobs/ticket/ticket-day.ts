const dayMs = 24 * 3_600_000;

/**
 * The collection of tickets that started on a day of UTC, by the days since 1970: `tickets_20787` is that of
 * 2026-11-30. A ticket brings its start along, so every worker names the same, whatever its own clock says.
 */
export const ticketDay = (startTime: number): string => `tickets_${Math.floor(startTime / dayMs)}`;

/** The day of such a collection; `undefined` for any other. */
export function dayOf(collection: string): number | undefined {
  const [, day] = /^tickets_(\d+)$/.exec(collection) ?? [];
  return day === undefined ? undefined : Number(day);
}

/** Whether all tickets of a day have been on record for `keep` days. `now` is Redis time, ms. */
export const isOver = (day: number, keep: number, now: number): boolean => (day + 1 + keep) * dayMs <= now;
