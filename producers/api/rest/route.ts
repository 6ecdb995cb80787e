import type { IncomingHttpHeaders } from 'node:http';
import type { z } from 'zod';
import type { EventOrigin } from '../../../jobs/event/event.ts';
import type { CallName } from '../../../jobs/permissions.ts';
import type { CallOptions } from '../../call.ts';
import type { FleetClient } from '../../client.ts';
import type { Caller } from './caller.ts';

/** What a route works with. */
export interface Asking {
  readonly client: FleetClient;
  readonly caller: Caller;
  /** Who asks, the call's id and its signal: for every call of the client. */
  readonly options: CallOptions;
  /** The same as the API itself: for what the API has checked, and the client would not let a player do. */
  readonly asApi: CallOptions;
  readonly headers: IncomingHttpHeaders;
  readonly origin: EventOrigin;
}

/** What a route answers when it is done, or the problem that it came to. */
export interface Answer {
  readonly body?: unknown;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One route of the REST face, and all that OpenAPI says of it. */
export interface Route<Input = unknown> {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** `/sessions/{sessionId}`, below `/v1`. */
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  /** The call that it makes, by which who may use it is known. */
  readonly call: CallName;
  /** Members of path, query and body in one; those of the path win. */
  readonly input: z.ZodType<Input>;
  /** Status when it is done. Default 200; 204 has no body. */
  readonly done?: 201 | 204;
  /** What it answers then, for OpenAPI. Absent: its summary alone says what. */
  readonly output?: z.ZodType;
  readonly run: (input: Input, asking: Asking) => Promise<Answer>;
}

/** Ties the type of a route's input to its schema, and forgets it for the list of all. */
export const defineRoute = <Input>(route: Route<Input>): Route => route as Route;
