import { createHmac, randomUUID } from 'node:crypto';
import { type CommandEnvelope, howToSign, signedText } from '../../jobs/commands.ts';
import { keyProblem } from '../../jobs/maintenance/api-keys.ts';
import { readToken } from '../keys/seal.ts';
import { at, RequestError } from '../request-error.ts';

/** An operator's command before it is signed. */
export interface Unsigned {
  readonly kind: string;
  readonly target: string;
  readonly item: unknown;
  /** Default: a new one. */
  readonly id?: string | undefined;
  readonly expects?: number | undefined;
  /** Default: the client's. */
  readonly reason?: string | undefined;
}

/**
 * Signs a command by a key, `name~secret`; by the client's where none is given. Throws `not-allowed` where
 * there is no key at all.
 */
export type SignCommand = (command: Unsigned, operatorKey?: string) => CommandEnvelope;

export interface SigningParts {
  readonly domain: string;
  readonly operatorKey?: string | undefined;
  readonly reason?: string | undefined;
}

export function openSigning({ domain, operatorKey: usual, reason: usually }: SigningParts): SignCommand {
  return ({ kind, target, item, id = randomUUID(), expects, reason = usually }, operatorKey = usual) => {
    if (operatorKey === undefined) throw new RequestError('not-allowed', at('operatorKey', howToSign));
    const key = readToken(operatorKey);
    if (!key) throw new RequestError('invalid-request', at('operatorKey', keyProblem));
    const command = {
      ...{ id, kind, target, body: JSON.stringify(item), operator: key.name, at: Date.now() },
      ...(expects !== undefined && { expects }),
      ...(reason && { reason }),
    };
    const signature = createHmac('sha256', key.secret).update(signedText(domain, command)).digest('hex');
    return { ...command, signature };
  };
}
