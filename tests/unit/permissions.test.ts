import { describe, expect, test } from 'vitest';
import { catalogue } from '../../jobs/catalogue.ts';
import { type Right, rights } from '../../jobs/maintenance/api-keys.ts';
import { settingCommands } from '../../jobs/maintenance/setting-commands.ts';
import {
  type CallName,
  isForPlayers,
  mayByKey,
  mayCall,
  mayEnqueue,
  permissions,
  rightFor,
  rightsToSign,
} from '../../jobs/permissions.ts';
import { operations } from '../../producers/api/gamelift/operations.ts';
import { checkMay } from '../../producers/api/rest/caller.ts';
import { routes } from '../../producers/api/rest/routes.ts';
import { actions } from '../../producers/console/actions.ts';

const calls = Object.keys(permissions) as CallName[];
const player = { kind: 'player', playerId: 'p' } as const;
const service = { kind: 'service', name: 's' } as const;
const rowsOf = (kind: string) =>
  Object.values(permissions).filter((row) => 'jobs' in row && (row.jobs as readonly string[]).includes(kind));

describe.each(calls)('%s', (call) => {
  test('is for services, and for players as its row says', () => {
    expect(mayCall(call, service)).toBe(true);
    expect(mayCall(call, player)).toBe('players' in permissions[call]);
  });

  test('needs the right of its row, or of a command `operate`', () => {
    const enough = rights.filter((right) => mayByKey(call, new Set([right])));

    const { right } = permissions[call];
    expect(enough).toEqual(
      rights.filter((it) => it === right || ('signed' in permissions[call] && it === 'operate')),
    );
    expect(rightFor(call)).toBe(right);
  });
});

describe('jobs', () => {
  test('every kind that a row names is one', () => {
    const kinds = [...catalogue, ...settingCommands].map((it) => it.kind);

    for (const row of Object.values(permissions))
      for (const kind of 'jobs' in row ? row.jobs : []) expect(kinds).toContain(kind);
  });

  test.each([...catalogue, ...settingCommands].map((it) => it.kind))(
    '%s is for whom its calls are',
    (kind) => {
      expect(mayEnqueue(kind, service)).toBe(true);
      expect(mayEnqueue(kind, player)).toBe(rowsOf(kind).some((row) => 'players' in row));
      const right: Right[] = rowsOf(kind).map((row) => row.right);
      expect(rightsToSign(kind)).toEqual([...new Set<Right>([...right, 'operate'])]);
    },
  );

  test('what changes settings needs `configure` or `operate`, and what else is signed `operate` alone', () => {
    expect(rightsToSign('put-rule-set')).toEqual(['configure', 'operate']);
    expect(rightsToSign('start-season')).toEqual(['operate']);
    expect(rightsToSign('no-such-command')).toEqual(['operate']);
  });
});

describe('the doors ask the same table', () => {
  const keyWith = (right: Right) =>
    ({ kind: 'service', key: { name: 'k', secret: '', rights: new Set([right]) } }) as const;

  test.each(routes.map((route) => [route.id, route.call] as const))('REST %s', (_id, call) => {
    const lets = (caller: Parameters<typeof checkMay>[0]) => {
      try {
        checkMay(caller, call);
        return true;
      } catch {
        return false;
      }
    };

    for (const right of rights) expect(lets(keyWith(right)), right).toBe(mayByKey(call, new Set([right])));
    expect(lets({ kind: 'players', playerIds: ['p'] })).toBe(isForPlayers(call));
  });

  test('GameLift operations and the actions of the console name a call', () => {
    for (const { call } of [...operations.values(), ...actions]) expect(calls).toContain(call);
  });
});
