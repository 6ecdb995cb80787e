/**
 * Faults that the fleet is known not to stand, each with the reason: they strike only when they are asked for by `--only` or
 * `--all`. A fault joins the others with the change that mends it: its line goes.
 */
export const notYetGating: Readonly<Record<string, string>> = {
  'store rollback':
    'Readers do not notice every store that went back, so tickets may never be matched or time out.',
  'TIME an hour ahead':
    'The latest time any script saw never goes back, so deadlines stand still until TIME catches up.',
  'TIME an hour back': 'The same, and whoever was matched in that hour is refused.',
  'full memory for minutes': 'A match that is stored may be given up while the queue is full.',
  'DocumentDB refuses a match': 'A document that is refused takes the others of its job down with it.',
  'ticket ids used again':
    'A claim refuses every other match for its ticket id, however long ago it was made.',
};
