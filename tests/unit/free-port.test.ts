import { expect, test } from 'vitest';
import { onFreePort, PortTaken, portTakenMessage } from '../../infra/local/free-port.ts';

test('a port that somebody else took is exchanged for another', async () => {
  const tried: number[] = [];

  const port = await onFreePort(async (candidate) => {
    tried.push(candidate);
    if (tried.length < 3) throw new PortTaken('taken');
    return candidate;
  });

  expect(tried).toHaveLength(3);
  expect(port).toBe(tried[2]);
});

test('a server that fails for another reason is not tried again', async () => {
  let tries = 0;

  const start = onFreePort(async () => {
    tries++;
    throw new Error('no memory');
  });

  await expect(start).rejects.toThrow('no memory');
  expect(tries).toBe(1);
});

test.each([
  'Error response from daemon: driver failed programming external connectivity on endpoint queue-redis-1: Bind for 127.0.0.1:45778 failed: port is already allocated',
  '# Warning: Could not create server TCP listening socket 127.0.0.1:45779: bind: Address already in use',
])('what Docker and a server in it say of a taken port is understood: %s', (text) => {
  expect(text).toMatch(portTakenMessage);
});
