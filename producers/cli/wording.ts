import type { RatingReason } from '../../jobs/maintenance/read-players.ts';

/** A stretch of time (ms) as an operator reads it: `820ms`, `42s`, `3m12s`, `2h05m`. */
export function duration(ms: number): string {
  if (ms < 0) return `-${duration(-ms)}`;
  if (ms < 1_000) return `${Math.round(ms)}ms`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return ms < 10_000 ? `${(ms / 1_000).toFixed(1)}s` : `${seconds}s`;
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  if (minutes < 60) return `${minutes}m${String(rest).padStart(2, '0')}s`;
  return `${Math.floor(minutes / 60)}h${String(minutes % 60).padStart(2, '0')}m`;
}

/** How long ago (ISO 8601) something was; empty when it was not. */
export const since = (iso: string | undefined): string =>
  iso === undefined ? '' : duration(Math.max(0, Date.now() - Date.parse(iso)));

/** `1 ticket`, `2 tickets`. */
export const counted = (number: number, what: string): string =>
  `${number} ${what}${number === 1 ? '' : 's'}`;

/** Why a rating changed. */
export function reasonOf(why: RatingReason): string {
  switch (why.kind) {
    case 'match':
      return `match ${why.matchId}${why.correction ? `, rated again by correction ${why.correction}` : ''}`;
    case 'correction':
      return `correction ${why.correction}`;
    case 'season':
      return `season ${why.season}`;
    case 'given':
      return `given by ${why.by}${why.reason ? `: ${why.reason}` : ''}`;
  }
}
