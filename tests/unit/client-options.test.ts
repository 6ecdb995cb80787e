import { expect, test } from 'vitest';
import { nearestName } from '../../jobs/nearest-name.ts';
import { openClient } from '../../producers/client.ts';
import type { ClientOptions } from '../../producers/client-options.ts';

const redisUrl = 'redis://127.0.0.1:1';

test.each([
  ['nothing at all', undefined, 'redisUrl: is required'],
  ['a URL that the environment lacks', { redisUrl: undefined }, 'redisUrl: is required'],
  ['a URL that is none', { redisUrl: 7 }, 'redisUrl: must be a text'],
  ['a URL of something else', { redisUrl: 'http://h' }, 'redisUrl: must start with redis://'],
  ['a mistyped option', { redisUrl, maxwaitng: 1 }, 'maxwaitng: unknown option; did you mean maxWaiting?'],
  ['an option in other letters', { redisURL: redisUrl }, 'redisURL: unknown option; did you mean redisUrl?'],
  [
    'an option of another library',
    { redisUrl, connection: {} },
    'connection: unknown option; there are redisUrl,',
  ],
  ['two of them', { redisUrl, domian: 'x', orgin: {} }, /domian: .* domain\?; orgin: .* origin\?/],
  ['a domain that no worker can serve', { redisUrl, domain: 'Eu West' }, 'domain: only a-z, 0-9 and "-"'],
  ['an actor that is none', { redisUrl, actor: { kind: 'player' } }, 'actor.playerId: '],
  ['no function', { redisUrl, onError: 'log' }, 'onError: must be a function'],
  ['a bad number', { redisUrl, waitMs: 0 }, 'waitMs: '],
])('openClient with %s is refused by name before it connects', async (_what, options, message) => {
  await expect(openClient(options as unknown as ClientOptions)).rejects.toMatchObject({
    code: 'invalid-request',
    message: typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message),
  });
});

test('a name is near another by a slip, not by a few letters they share', () => {
  expect(nearestName('waitms', ['waitMs', 'whenAway'])).toBe('waitMs');
  expect(nearestName('fleat', ['flame', 'fleet'])).toBe('fleet');
  expect(nearestName('password', ['domain', 'origin'])).toBeUndefined();
  expect(nearestName('x'.repeat(10_000), ['domain'])).toBeUndefined();
});
