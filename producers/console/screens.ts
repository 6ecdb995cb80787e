import type { AnyScreen } from './screen.ts';
import { audit } from './screens/audit.ts';
import { configurationScreen } from './screens/configuration.ts';
import { diff } from './screens/diff.ts';
import { events } from './screens/events.ts';
import { ladder, ladders } from './screens/ladders.ts';
import { match } from './screens/match.ts';
import { overview } from './screens/overview.ts';
import { player } from './screens/player.ts';
import { pool } from './screens/pool.ts';
import { queues } from './screens/queues.ts';
import { ticket } from './screens/ticket.ts';

export const screens: readonly AnyScreen[] = [
  ...[overview, configurationScreen, diff, pool, ticket, match, player],
  ...[ladders, ladder, queues, events, audit],
];
