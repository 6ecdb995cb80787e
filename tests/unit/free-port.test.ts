import { once } from 'node:events';
import { createServer } from 'node:net';
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

test('the wanted port is taken when it is free, and another one when somebody listens there', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  const used = async (it: number) => it;

  expect(await onFreePort(used, port)).not.toBe(port);
  other.close();
  await once(other, 'close');
  expect(await onFreePort(used, port)).toBe(port);
});

test('a wanted port that is found taken only when it is used is exchanged for another', async () => {
  const wanted = await onFreePort(async (it) => it);

  const port = await onFreePort(async (it) => {
    if (it === wanted) throw new PortTaken('taken');
    return it;
  }, wanted);

  expect(port).not.toBe(wanted);
});
