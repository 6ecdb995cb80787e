/**
 * Faults that the fleet is known not to stand, each with the reason: they strike only when they are asked for by `--only` or
 * `--all`. A fault joins the others with the change that mends it: its line goes.
 */
export const notYetGating: Readonly<Record<string, string>> = {
  'store rollback':
    'Beside faults of every other part it can leave a fleet that does not come to rest; alone it breaks nothing.',
  'full memory for minutes': 'No run of it has been seen to break nothing.',
};

/** Checks of the same kind: what they find after faults of every part is said and fails nothing. */
export const checksNotYetGating: Readonly<Record<string, string>> = {
  'rated once': 'After some restarts a rater looks at the same results again and again, and they wait.',
  'short match wants players': 'A match whose result waits for its rater is taken for one that is played.',
  'ticket ended in time':
    'While the record is away no ticket from before a failover ends, for up to a minute; the judge allows less.',
};
