/**
 * Faults that the fleet is known not to stand, each with the reason: they strike only when they are asked for by `--only` or
 * `--all`. A fault joins the others with the change that mends it: its line goes.
 */
export const notYetGating: Readonly<Record<string, string>> = {
  'store rollback':
    'A match that is stored when the queue loses it leaves its tickets searching, and a setting that it loses is not written back.',
  'full memory for minutes': 'Time-outs stop, and jobs that find no memory again and again are given up.',
};
