/** A version of something that is stored in versions, as far as going back to it goes. */
export interface Version {
  readonly version: number;
  /** What it says. Versions that say the same are equal texts. */
  readonly body: string;
}

/**
 * The version to go back to: `to`, or the one before what is in force. Going back stores an old body as a new
 * version, so what is in force counts from the first version that says the same: asked twice, it goes further
 * back and never returns to what it left. `versions` is newest first; `undefined` where none is the wanted
 * one.
 */
export function versionBefore(versions: readonly Version[], to?: number): Version | undefined {
  if (to !== undefined) return versions.find(({ version }) => version === to);
  const first = versions.findLastIndex(({ body }) => body === versions[0]?.body);
  return versions[first + 1];
}
