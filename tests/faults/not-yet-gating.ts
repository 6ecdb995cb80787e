/**
 * Faults that the fleet is known not to stand, each with the reason: they strike only when they are asked for by `--only` or
 * `--all`. A fault joins the others with the change that mends it: its line goes.
 */
export const notYetGating: Readonly<Record<string, string>> = {
  'store rollback':
    'A ticket that times out, is stopped or is superseded before the store has been compared with the record ends otherwise than its stored match says, and checks take a stored match whose decision was taken back for one that nobody decided.',
  'full memory for minutes': 'Time-outs stop, and jobs that find no memory again and again are given up.',
};
