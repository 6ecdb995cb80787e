import { expect } from 'vitest';
import { beat, type Model, sweep } from './lifecycle-model.ts';
import { type Delivery, kindOf, type World } from './lifecycle-world.ts';

/** What happens to the world, and to the model beside it. */
export type Happening = (model: Model, world: World) => Promise<void>;

/** Time passes, and a worker beats, or dies of it before another does. */
export const later =
  (seconds: number, delivery: Delivery): Happening =>
  async (model, world) => {
    await world.advance(seconds * 1_000);
    await world.beat(delivery);
    model.now = await world.now();
    beat(model);
  };

/** Time passes, and nobody beats meanwhile. */
export const unnoticed =
  (seconds: number): Happening =>
  async (model, world) => {
    await world.advance(seconds * 1_000);
    model.now = await world.now();
  };

/** Reservations whose start job is late time out, or are given another, which `start` delivers. */
export const swept =
  (delivery: Delivery, start: (ticketId: string) => Happening): Happening =>
  async (model, world) => {
    const late = sweep(model, (it) => kindOf(it).timeoutMs);
    const again = await world.sweep(delivery);
    // Who dies before the job is added leaves the ticket to a later sweep.
    if (typeof delivery === 'string') expect(again.sort()).toEqual(late.sort());
    else expect(late).toEqual(expect.arrayContaining(again));
    for (const ticketId of again) await start(ticketId)(model, world);
  };

/** A new version of the rule set puts tickets into another pool, or back: to them it is nothing that happens. */
export const repartitioned =
  (configuration: string): Happening =>
  (_model, world) =>
    world.repartition(configuration);
