import type { FastifyRequest } from 'fastify';
import type { Right } from '../../jobs/maintenance/api-keys.ts';

/**
 * Who looks at a page, and what their key allows. `operatorKey`: what signs their changes; it is shown
 * nowhere.
 */
export interface Viewer {
  readonly name: string;
  readonly rights: ReadonlySet<Right>;
  readonly operatorKey?: string | undefined;
}

/** `undefined`: nobody who is known, or who may read. */
export type WhoLooks = (request: FastifyRequest) => Promise<Viewer | undefined>;
