import type { FastifyRequest } from 'fastify';

/** Who looks at a page, and whether they may change things. `operatorKey`: what signs their changes; it is shown nowhere. */
export interface Viewer {
  readonly name: string;
  readonly mayOperate: boolean;
  readonly operatorKey?: string | undefined;
}

/** `undefined`: nobody who is known, or who may read. */
export type WhoLooks = (request: FastifyRequest) => Promise<Viewer | undefined>;
