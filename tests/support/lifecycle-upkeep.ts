import { beat, type Model } from './lifecycle-model.ts';
import type { Delivery, World } from './lifecycle-world.ts';

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

/**
 * A new version of the rule set puts tickets into another pool, or back: to them it is nothing that happens.
 */
export const repartitioned =
  (configuration: string): Happening =>
  (_model, world) =>
    world.repartition(configuration);
