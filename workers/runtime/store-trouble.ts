/**
 * What the queue Redis says that it would say of any work: it is full, read-only, loading or away, or it has
 * just started or taken over and waits to be compared with the record. The work is sound and can wait.
 */
const ofTheStore =
  /^(OOM|READONLY|LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|UNCOMPARED|Connection is closed)\b/;

export const isOfTheStore = (error: unknown): boolean =>
  error instanceof Error && ofTheStore.test(error.message);
