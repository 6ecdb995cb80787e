import { z } from 'zod';
import { resourceName } from '../../../jobs/ids.ts';
import { defineAction } from '../action.ts';
import { urlOf } from '../parts.ts';

const named = z.strictObject({ name: resourceName });
const version = z.coerce.number().int().min(1);
const next = ({ name }: { readonly name: string }): string => urlOf('/configuration', { name });

export const pause = defineAction({
  path: '/configuration/pause',
  call: 'pauseConfiguration',
  input: named,
  next,
  async run({ name }, { client }, options) {
    const { pausedSince } = await client.pauseConfiguration(name, options);
    return `${name} is paused since ${pausedSince}: its tickets enter and time out, and no match is formed.`;
  },
});

export const resume = defineAction({
  path: '/configuration/resume',
  call: 'resumeConfiguration',
  input: named,
  next,
  async run({ name }, { client }, options) {
    await client.resumeConfiguration(name, options);
    return `${name} forms matches again.`;
  },
});

export const rollbackSettings = defineAction({
  path: '/configuration/rollback',
  call: 'rollbackConfiguration',
  input: named.extend({ to: version }),
  next,
  async run(request, { client }, options) {
    const back = await client.rollbackConfiguration(request, options);
    return `Version ${back.version} of ${back.name} says what version ${back.to} said.`;
  },
});

export const rollbackRuleSet = defineAction({
  path: '/rule-set/rollback',
  call: 'rollbackRuleSet',
  input: named.extend({ to: version, configuration: resourceName }),
  next: ({ configuration }) => urlOf('/configuration', { name: configuration }),
  async run({ name, to }, { client }, options) {
    const back = await client.rollbackRuleSet({ name, to }, options);
    return `Version ${back.version} of rule set ${back.name} says what version ${back.to} said.`;
  },
});
