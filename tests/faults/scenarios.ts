import type { Chance } from '../../infra/local/demo/random.ts';
import { defaultScenarios, type Scenario } from '../../infra/local/demo/scenarios.ts';
import { type PlacementService, place, status } from '../support/placement-service.ts';

/** A scenario whose matches may be played where a webhook says. */
export type PlacedScenario = Scenario & { readonly placed?: boolean };

/** What the crowd plays: all that the demo plays, and duels that a placement service finds a server for. */
export const scenarios: readonly PlacedScenario[] = [
  ...defaultScenarios,
  ...defaultScenarios
    .filter((it) => it.name === 'duel')
    .map((it) => ({ ...it, name: 'arena', placed: true })),
];

/** What a scenario's configuration says. */
export const configurationOf = (
  { name, requestTimeoutSeconds, ladder, acceptance, backfill, placed }: PlacedScenario,
  { placement }: PlacementService,
) => ({
  name,
  ruleSetName: name,
  requestTimeoutSeconds,
  ladder,
  ...(backfill && { backfillMode: 'AUTOMATIC' as const }),
  ...(acceptance && { acceptanceRequired: true, acceptanceTimeoutSeconds: acceptance.seconds }),
  ...(placed && { placement }),
});

/** Lets a placement service refuse some matches for good and be busy now and then. */
export function inhabit(service: PlacementService, random: Chance): void {
  service.answerWith((body, response) => {
    const mood = random.uniform();
    const answer = mood < 0.04 ? status(409) : mood < 0.1 ? status(503) : place;
    answer(body, response);
  });
}
