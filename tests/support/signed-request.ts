import { SignatureV4 } from '@smithy/signature-v4';
import { Sha256Of } from './sha256.ts';

/** The headers of a request to GameLift that a key has signed, as an AWS SDK sends it. */
export async function signedHeaders(
  path: string,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
  { name, secret }: { readonly name: string; readonly secret: string },
): Promise<Record<string, string>> {
  const signer = new SignatureV4({
    service: 'gamelift',
    region: 'eu-central-1',
    sha256: Sha256Of,
    credentials: { accessKeyId: name, secretAccessKey: secret },
  });
  const signed = await signer.sign({
    ...{ method: 'POST', protocol: 'http:', hostname: 'api', path, query: {}, body },
    headers: { host: 'api', ...headers },
  });
  return signed.headers;
}
