import type { z } from 'zod';
import { problemsOf } from '../../../jobs/contract.ts';
import type { EventOrigin } from '../../../jobs/event/event.ts';
import type { CallName } from '../../../jobs/permissions.ts';
import type { CallOptions } from '../../call.ts';
import type { FleetClient } from '../../client.ts';
import { Fault } from './fault.ts';

/** What an operation works with. */
export interface Asking {
  readonly client: FleetClient;
  /** Who asks, the call's id and its signal: for every call of the client. */
  readonly options: CallOptions;
  /** Where ARNs say they are. */
  readonly origin: EventOrigin;
}

/** One operation of the GameLift API. */
export interface Operation {
  readonly name: string;
  /** The call that it makes, by which who may use it is known. */
  readonly call: CallName;
  /** `input` is read already, and not checked. */
  readonly run: (input: unknown, asking: Asking) => Promise<object>;
}

export const defineOperation = <Input>(
  name: string,
  call: CallName,
  schema: z.ZodType<Input>,
  run: (input: Input, asking: Asking) => Promise<object>,
): Operation => ({
  name,
  call,
  async run(input, asking) {
    const parsed = schema.safeParse(input);
    if (parsed.success) return run(parsed.data, asking);
    throw new Fault('InvalidRequestException', problemsOf(parsed.error).join('; '), parsed.error);
  },
});
