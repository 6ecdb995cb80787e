import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** What nobody may find in a log line, a metric or a trace. */
export const canaries = {
  attribute: 'canary-attribute-7f3a',
  email: 'canary.email@example.com',
  token: 'eyJhbGciOiJSUzI1NiJ9.canary-token.c2lnbmF0dXJl',
};

/** The forms of what the demo's players bring along: their attribute, their address and their token. */
export const planted = [canaries.attribute, /[\w.-]+@example\.com/, /\beyJ[\w-]{10,}/];

/** Duels between players who all carry the canary. */
export const plantedRuleSet = {
  name: 'planted',
  ruleLanguageVersion: '1.0',
  playerAttributes: [{ name: 'secret', type: 'string' }],
  teams: [{ name: 'side', minPlayers: 1, maxPlayers: 1, quantity: 2 }],
  rules: [
    {
      name: 'Same',
      type: 'comparison',
      measurements: ['flatten(teams[*].players.attributes[secret])'],
      referenceValue: canaries.attribute,
      operation: '=',
    },
  ],
};

/** An X-Ray daemon that keeps what it is sent. */
export async function openDaemon() {
  const socket = createSocket('udp4');
  let heard = '';
  socket.on('message', (bytes) => {
    heard += bytes.toString();
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    heard: () => heard,
    [Symbol.dispose]: () => socket.close(),
  };
}
