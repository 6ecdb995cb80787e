/**
 * Faults that the fleet is known not to stand, each with the reason: they strike only when they are asked for by `--only` or
 * `--all`. A fault joins the others with the change that mends it: its line goes.
 */
export const notYetGating: Readonly<Record<string, string>> = {
  'store rollback':
    'Readers do not notice every store that went back, so tickets may never be matched or time out.',
  'TIME an hour ahead':
    'By itself it breaks nothing; a failover to a server whose clock is right then goes back an hour.',
  'TIME an hour back':
    'The latest time that any script saw never goes back, so time-outs and deadlines stand still until TIME catches up.',
  'full memory for minutes': 'Time-outs stop, and jobs that find no memory again and again are given up.',
};
