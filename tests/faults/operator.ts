import { setTimeout as pause } from 'node:timers/promises';
import type { Chance } from '../../infra/local/demo/random.ts';
import type { FleetClient } from '../../producers/client.ts';
import type { PlacementService } from '../support/placement-service.ts';
import { ask, type PromiseLog } from './promises.ts';
import { configurationOf, type PlacedScenario } from './scenarios.ts';

/** How long (ms) between two things that the operator does, at most, and how long a pause lasts. */
const restMs = 3_000;
const pausedMs = 800;
const againMs = 250;

interface Office {
  readonly client: FleetClient;
  readonly log: PromiseLog;
  readonly random: Chance;
  readonly scenarios: readonly PlacedScenario[];
  readonly service: PlacementService;
}

/** An operator who changes settings, pauses and resumes, one thing after the other, until they go home. */
export function startOperator({ client, log, random, scenarios, service }: Office) {
  let leaving = false;

  const setPaused = (name: string, paused: boolean) =>
    ask(client, log, { kind: 'pause', name, paused }, () =>
      paused ? client.pauseConfiguration(name) : client.resumeConfiguration(name),
    );

  /** Nothing stays paused by an accident: asks until it is told. */
  async function resume(name: string): Promise<void> {
    while ((await setPaused(name, false)).told !== 'yes') await pause(againMs);
  }

  async function pauseFor(scenario: PlacedScenario): Promise<void> {
    await setPaused(scenario.name, true);
    await pause(pausedMs);
    await resume(scenario.name);
  }

  /** A timeout a little longer or shorter than it was. */
  async function changeConfiguration(scenario: PlacedScenario): Promise<void> {
    const requestTimeoutSeconds = scenario.requestTimeoutSeconds + Math.floor(3 * random.uniform());
    const configuration = configurationOf({ ...scenario, requestTimeoutSeconds }, service);
    await ask(client, log, { kind: 'put-configuration', name: scenario.name, configuration }, () =>
      client.putConfiguration(configuration),
    );
  }

  /** A rule set that says the same in another version. */
  async function changeRuleSet({ name, ruleSet }: PlacedScenario): Promise<void> {
    const spaces = ' '.repeat(1 + Math.floor(20 * random.uniform()));
    const body = `${ruleSet}${spaces}`;
    await ask(client, log, { kind: 'put-rule-set', name, body }, () => client.putRuleSet({ name, body }));
  }

  async function work(): Promise<void> {
    while (!leaving) {
      await random.pick([pauseFor, changeConfiguration, changeRuleSet])(random.pick(scenarios));
      await pause(restMs * random.uniform());
    }
  }

  const working = work();
  working.catch(() => undefined);
  return {
    /** Finishes what is under way and leaves everything resumed. */
    async leave(): Promise<void> {
      leaving = true;
      await working;
    },
  };
}
