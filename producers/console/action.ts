import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type CallName, mayByKey, rightFor } from '../../jobs/permissions.ts';
import type { CommandOptions } from '../commands/commands.ts';
import { parse } from '../parse.ts';
import { type Html, html } from './html.ts';
import { type Fleet, refuse, type ServingParts, send, sendError } from './screen.ts';

/** Why something is changed; kept in the audit where the change is a command. */
const reason = z.string().trim().min(1, 'say why: it is kept with the change').max(1_024);

export interface Action<Input> {
  readonly path: string;
  /** The client's call that it makes, by which who may is known. */
  readonly call: CallName;
  /** Fields of its form but the reason. */
  readonly input: z.ZodType<Input>;
  /** Changes it, by the client's operators' calls. Resolves to what was done, in a sentence. */
  readonly run: (input: Input, fleet: Fleet, options: CommandOptions) => Promise<string>;
  /** The screen to look at next. */
  readonly next: (input: Input) => string;
}

// biome-ignore lint/suspicious/noExplicitAny: a list of actions, each with an input of its own
export type AnyAction = Action<any>;

export const defineAction = <Input>(action: Action<Input>): AnyAction => action;

/** Serves each action: a POST of its form by somebody who may operate. */
export function serveActions(
  app: FastifyInstance,
  actions: readonly AnyAction[],
  { fleet, whoLooks, log }: ServingParts,
): void {
  for (const action of actions)
    app.post(action.path, async (request, reply) => {
      const viewer = await whoLooks(request).catch(() => undefined);
      if (!viewer) return refuse(request, reply, undefined);
      if (!mayByKey(action.call, viewer.rights))
        return send(reply, 403, {
          ...{ title: 'Not allowed', viewer, domain: fleet.domain },
          main: html`<p class="trouble" role="alert">${viewer.name} needs a key with the right "${rightFor(action.call)}" for this.</p>`,
        });
      try {
        const fields = Object.fromEntries(request.body as URLSearchParams);
        const { reason: given, ...rest } = fields;
        const why = parse(z.strictObject({ reason }), { reason: given ?? '' }).reason;
        const input = parse(action.input, rest);
        const actor = { kind: 'service', name: viewer.name } as const;
        const done = await action.run(input, fleet, {
          ...{ actor, reason: why },
          ...(viewer.operatorKey && { operatorKey: viewer.operatorKey }),
        });
        fleet.readings.forget();
        log.info({ action: action.path, operator: viewer.name, reason: why }, 'changed');
        return await send(reply, 200, {
          ...{ title: 'Done', viewer, domain: fleet.domain },
          main: html`<p role="status">${done}</p><p><a href=${action.next(input)}>See it</a></p>`,
        });
      } catch (error) {
        return sendError(reply, error, viewer, undefined, { log, fleet });
      }
    });
}

/** A form that gives an action; it opens when it is wanted. */
export const actionForm = (
  path: string,
  verb: string,
  fixed: Readonly<Record<string, string | number>>,
  fields?: Html,
): Html => html`
  <details class="operate">
    <summary>${verb}</summary>
    <form method="post" action=${path}>
      ${Object.entries(fixed).map(([name, value]) => html`<input type="hidden" name=${name} value=${value} />`)}
      ${fields}
      <label>Reason <input name="reason" required maxlength="1024" autocomplete="off" /></label>
      <button>${verb}</button>
    </form>
  </details>`;
