import type { Fault } from './fault.ts';

export const apiFaults = {
  'API SIGKILL': {
    on: 'api',
    strike: ({ api }) => api.kill(),
  },
} as const satisfies Record<string, Fault>;
