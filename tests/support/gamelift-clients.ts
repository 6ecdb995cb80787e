import { GameLiftClient } from '@aws-sdk/client-gamelift';
import { SmithyRpcV2CborProtocol } from '@smithy/core/cbor';

interface Key {
  readonly name: string;
  readonly secret: string;
}

const common = (endpoint: string, { name, secret }: Key) => ({
  endpoint,
  region: 'eu-central-1',
  credentials: { accessKeyId: name, secretAccessKey: secret },
});

/** Clients of the AWS SDK as games have them, by the protocol that they speak. */
export const gameLiftClients = {
  JSON: (endpoint: string, key: Key) => new GameLiftClient(common(endpoint, key)),
  CBOR: (endpoint: string, key: Key) =>
    new GameLiftClient({ ...common(endpoint, key), protocol: SmithyRpcV2CborProtocol }),
} as const;
