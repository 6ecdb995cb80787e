/**
 * Chained streams (`scripts/libraries/chain.lua`): ids are `<n>-<r>`, n growing and r random, and each entry
 * names the one before it. This is what stands in place of an id where there is none.
 */
export const noId = '0-0';

/**
 * The growing part of an id. Of two entries of one stream the later one has the higher; it tells nothing
 * across a failover.
 */
export const idNumber = (id: string): number => Number.parseInt(id, 10);

/** An entry of a stream as Redis gives it. */
export type Entry = readonly [id: string, fields: readonly string[]];

/** The id of the entry before one: its first field. */
export const idBefore = ([, fields]: Entry): string => fields[1] ?? noId;
