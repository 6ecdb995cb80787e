import type { Route } from './route.ts';
import { ladderRoutes } from './routes/ladders.ts';
import { matchRoutes } from './routes/matches.ts';
import { matchmakingRoutes } from './routes/matchmaking.ts';
import { playerRoutes } from './routes/players.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { settingRoutes } from './routes/settings.ts';

/** Every route of the REST face but the events, which are a stream. */
export const routes: readonly Route[] = [
  ...sessionRoutes,
  ...matchmakingRoutes,
  ...matchRoutes,
  ...playerRoutes,
  ...ladderRoutes,
  ...settingRoutes,
];
