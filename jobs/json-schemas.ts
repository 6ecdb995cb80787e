import { z } from 'zod';
import { configuration } from './configuration/configuration.ts';
import { ladderSettings } from './ladder/ladder.ts';
import { matchResult } from './ladder/result.ts';
import { ruleSetForm } from './rule-set/form.ts';
import { flexMatchLimits } from './ticket/limits.ts';
import { startRequestWithin } from './ticket/start-request.ts';
import { ticketFile } from './ticket/ticket-file.ts';

/** What files of the command line look like, by the name that `schema` takes. */
const forms = {
  'rule-set': { title: 'FlexMatch rule set', form: ruleSetForm },
  configuration: { title: 'Matchmaking configuration', form: configuration },
  ladder: { title: 'Settings of a ladder', form: ladderSettings },
  result: { title: 'Result of a match', form: matchResult },
  ticket: { title: 'Request to start matchmaking', form: startRequestWithin(flexMatchLimits) },
  tickets: { title: 'Tickets of which matches are formed', form: ticketFile },
} as const satisfies Record<string, { title: string; form: z.ZodType }>;

export type SchemaName = keyof typeof forms;
export const schemaNames = Object.keys(forms) as SchemaName[];

/**
 * The JSON Schema (draft 2020-12) of a file, in our names; the GameLift API's are read too, but an editor
 * offers one spelling. What a schema cannot say, such as that one number stays below another, the fleet says
 * when it is given the file.
 */
export function jsonSchema(name: SchemaName): Record<string, unknown> {
  const { title, form } = forms[name];
  const schema = z.toJSONSchema(form, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema: property }) => {
      // A property that is refused with a reason.
      if (zodSchema._zod.def.type === 'undefined') property.not = {};
    },
  });
  return { title, ...schema };
}
