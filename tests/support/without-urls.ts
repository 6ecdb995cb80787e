import { variableOf } from '../../infra/local/part.ts';

/** This process's environment as if no part of the stack ran elsewhere. */
export function withoutUrls(): NodeJS.ProcessEnv {
  const urls = new Set<string>(Object.values(variableOf));
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !urls.has(name)));
}
