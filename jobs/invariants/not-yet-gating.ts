/**
 * Checks that are known to fail, each with the reason: what they find is said and fails nothing. A check joins the gate with
 * the change that mends what it finds: its line goes.
 */
export const notYetGating: Readonly<Record<string, string>> = {
  'leaver stays out': 'A leave that comes before its match is stored is refused by its job.',
  'ended session over':
    'An end of session that comes while its match is being stored does not reach that match.',
  'no call failed': 'What a call asked for may be refused by its job after the call has returned.',
  'nobody joins an over match': 'A backfill ticket stays open until the job that rates its match has run.',
  'over match wants nobody':
    'A backfill ticket may be opened for a match whose result is reported and not rated.',
  'short match wants players':
    'After its backfill ticket timed out or its successor failed a match gets none until somebody leaves.',
  'player in one match, backfill included':
    'A player who is carried on by a backfill ticket that is decided can be matched by a newer ticket meanwhile.',
  'session in a live match':
    'A match that goes on without a player, who asked for a newer ticket, leaves their session in it.',
  'newest setting stands': 'A put is a job, which a worker may carry out, or repeat, after a newer one.',
  'pause stands': 'So is a pause, and it is known to the queue alone, which may go back.',
};
