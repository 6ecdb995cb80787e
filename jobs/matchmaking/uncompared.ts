/**
 * How an error of a script begins that may not end a ticket yet; see `jobs/scripts/libraries/comparing.lua`.
 */
const code = 'UNCOMPARED';

export const isUncompared = (message: string): boolean => message.startsWith(`${code} `);

/** For whoever asked: what happened and what to do. */
export const uncompared = `${code} the queue Redis has just started or taken over and may have lost the latest decisions: a ticket from before cannot end until it has been compared with DocumentDB, which takes about a second; nothing was changed, ask again`;
