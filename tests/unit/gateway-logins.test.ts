import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CommandError } from '../../infra/local/gateway/errors.ts';
import { mayRun, readRoles } from '../../infra/local/gateway/grants.ts';
import { challenge, readClosing, readOpening } from '../../infra/local/gateway/scram.ts';
import { readAdministrators } from '../../infra/local/gateway/users.ts';

describe('the texts of a login', () => {
  /** The exchange in RFC 7677, section 3. */
  const rfc = {
    nonce: 'rOprNGfwEbeRWgbNEkqO',
    whole: 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
    proof: 'dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
  };

  test('those of RFC 7677 are read and written as they stand there', () => {
    expect(readOpening(Buffer.from(`n,,n=user,r=${rfc.nonce}`))).toEqual({
      channel: 'biws',
      bare: `n=user,r=${rfc.nonce}`,
      user: 'user',
      nonce: rfc.nonce,
    });
    expect(challenge(rfc.whole, 'W22ZaJ0SNY7soEsUEjb6gQ==', 4096)).toBe(
      `r=${rfc.whole},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`,
    );
    expect(readClosing(Buffer.from(`c=biws,r=${rfc.whole},p=${rfc.proof}`))).toEqual({
      channel: 'biws',
      nonce: rfc.whole,
      unproven: `c=biws,r=${rfc.whole}`,
      proof: rfc.proof,
    });
  });

  test('a name comes out as it went in, whatever its letters', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }).filter((it) => !it.includes('\0')),
        (user) => {
          const escaped = user.replaceAll('=', '=3D').replaceAll(',', '=2C');
          expect(readOpening(Buffer.from(`n,,n=${escaped},r=x`)).user).toBe(user);
        },
      ),
    );
  });

  test('any other bytes are refused with 18 and nothing else', () => {
    const almost = fc.stringMatching(/^[ny],,n=[^,]{0,9},r=.{0,9}(,p=.{0,9})?$/).map((it) => Buffer.from(it));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 2_000 }), almost), (payload) => {
        for (const read of [readOpening, readClosing])
          try {
            read(payload);
          } catch (error) {
            expect(error).toBeInstanceOf(CommandError);
            expect(error).toMatchObject({ code: 18 });
          }
      }),
    );
  });
});

describe('what a user may do', () => {
  const tasks = readRoles([{ role: 'readWrite', db: 'matchmaking' }], 'admin');

  test.each([
    ['insert', 'matchmaking', true],
    ['createIndexes', 'matchmaking', true],
    ['commitTransaction', 'admin', true],
    ['find', 'other', false],
    ['dropDatabase', 'matchmaking', false],
    ['createUser', 'matchmaking', false],
    ['constructor', 'matchmaking', false],
  ])('who may write matchmaking may run %s on %s: %s', (name, database, may) => {
    expect(mayRun({ name, database }, tasks)).toBe(may);
  });

  test('a role without a database is about the one of the command', () => {
    expect(readRoles(['read'], 'matchmaking')).toEqual([{ role: 'read', db: 'matchmaking' }]);
  });

  test.each([[null], [[null]], [[1]], [[{ role: 'read' }]], [[{ role: '__proto__', db: 'a' }]]])(
    'roles %j are refused',
    (roles) => {
      expect(() => readRoles(roles, 'admin')).toThrow(CommandError);
    },
  );
});

describe('the file of administrators', () => {
  test('names them a line each, and a password may hold what it likes but an end of line', () => {
    expect([...readAdministrators('master:a:b c\r\nother:ü\n\n')]).toEqual([
      ['master', 'a:b c'],
      ['other', 'ü'],
    ]);
  });

  test.each([
    ['master:hunter2\nhunter2', 'Line 2'],
    ['master:', 'Line 1'],
    [':hunter2', 'Line 1'],
    ['\n', 'names none'],
  ])('%j is refused, naming the line and not what it says', (text, message) => {
    expect(() => readAdministrators(text)).toThrow(message);
    expect(() => readAdministrators(text)).not.toThrow(/hunter2/);
  });
});
