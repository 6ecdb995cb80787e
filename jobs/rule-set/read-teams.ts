import { Fields, type Findings, quoted, shown } from './fields.ts';
import { instanceNames, largestMatch, matchSizes, type Team } from './rule-set.ts';

/**
 * `teams`: at least one, names unique (instance names too), 0 ≤ minPlayers ≤ maxPlayers, 200 players at most.
 */
export function readTeams(root: Fields): Team[] {
  const entries = root.objects('teams', matchSizes.large);
  if (root.get('teams') === undefined)
    root.problem('teams', 'is missing; a rule set needs at least one team');
  else if (entries.length === 0)
    root.problem('teams', `must hold at least one team, found ${shown(root.get('teams'))}`);
  const teams: Team[] = [];
  const taken = new Set<string>();
  for (const { path, value } of entries) {
    const team = readTeam(root.findings, path, value);
    if (team === undefined) continue;
    for (const name of new Set([team.name, ...instanceNames(team)])) {
      if (taken.has(name)) root.findings.problem(`${path}.name`, `another team is already named "${name}"`);
      taken.add(name);
    }
    teams.push(team);
  }
  const largest = largestMatch(teams);
  if (largest > matchSizes.large)
    root.problem(
      'teams',
      `hold ${largest} players together (maxPlayers × quantity), at most ${matchSizes.large} are allowed`,
    );
  return teams;
}

function readTeam(findings: Findings, path: string, value: object): Team | undefined {
  const fields = new Fields(
    findings,
    path,
    value,
    ['name', 'minPlayers', 'maxPlayers', 'quantity'],
    'a team',
  );
  const name = fields.text('name');
  const maxPlayers = fields.number('maxPlayers', { min: 1, whole: true, required: true });
  const minPlayers = fields.number('minPlayers', { min: 0, whole: true, required: true });
  const quantity = fields.number('quantity', { min: 1, whole: true }) ?? 1;
  if (name === undefined) return undefined;
  if (/[\],*]/.test(name))
    fields.problem('name', `must not contain any of ${quoted([']', ',', '*'])}, found ${shown(name)}`);
  if (quantity > matchSizes.large)
    return fields.problem('quantity', `must be at most ${matchSizes.large}, found ${quantity}`);
  // A team with a wrong size stays, so that rules which name it are not told that there is none.
  if (maxPlayers === undefined || minPlayers === undefined)
    return { name, minPlayers: 0, maxPlayers: maxPlayers ?? 1, quantity };
  if (minPlayers > maxPlayers)
    fields.problem('minPlayers', `must be at most maxPlayers (${maxPlayers}), found ${minPlayers}`);
  return { name, minPlayers, maxPlayers, quantity };
}
