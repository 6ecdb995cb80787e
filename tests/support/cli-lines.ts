/**
 * A line for each command that asks the fleet, in an order in which each of them can be done on a fleet of
 * one worker, from the files of `--example`. What stands in braces is told while they run.
 */
export const fleetLines: readonly string[] = [
  'rule-set put duel rule-set.json',
  'rule-set put duel wider.json',
  'rule-set list',
  'rule-set show duel',
  'rule-set diff duel',
  'rule-set rollback duel',
  'configuration put configuration.json',
  'configuration put asking.json',
  'configuration diff asking',
  'configuration list',
  'configuration show duel',
  'configuration pause duel',
  'configuration resume duel',
  'configuration put longer.json',
  'configuration rollback duel',
  'ticket start ticket.json',
  'pool list',
  'pool show duel',
  'ticket show {ticket}',
  'ticket show {ticket} --explain',
  'player show ann',
  'match show {match}',
  'ticket accept {asked} {match} --player cat',
  'ticket stop {ticket}',
  'ladder put default ladder.json',
  'ladder set default ann --rating 1600 --reason smurf',
  'ladder import default ratings.csv',
  'ladder fit default --games games.csv --winner w --loser l',
  'ladder list',
  'ladder show default',
  'ladder top default --limit 10',
  'ladder start-season default 1',
  'ladder correct {result} --reason mistaken',
  'ladder put unused ladder.json',
  'ladder delete unused',
  'player erase bob --reason request-7',
  'configuration delete asking',
  'rule-set put unused rule-set.json',
  'rule-set delete unused',
  'audit list',
  'event refused',
  'queue list',
  'queue pause rating-update',
  'queue resume rating-update',
  'queue failed maintenance',
  'queue retry maintenance',
  'key create backend --may matchmake,read --keys-secret {secret}',
  'key rotate backend --keys-secret {secret}',
  'key list',
  'key revoke backend --keys-secret {secret}',
  'import gamelift --region eu-central-1 --endpoint-url {account}',
];

/** A line for each command that needs no server. */
export const localLines: readonly string[] = [
  'rule-set validate rule-set.json',
  'match form --rule-set rule-set.json --tickets tickets.json --now 2026-01-01T00:00:30Z',
  'schema tickets',
];

/** A command by its name, without its arguments. */
export const commandOf = (line: string): string =>
  line
    .split(' ')
    .slice(0, line.startsWith('schema') ? 1 : 2)
    .join(' ');
