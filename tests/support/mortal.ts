import { Job } from 'bullmq';

/** Where a worker dies: at its n-th store call, before or after that did its work. */
interface Death {
  readonly call: number;
  readonly when: 'before' | 'after';
  /** The call it died at, once it has. */
  place?: string;
}

class Died extends Error {}

/**
 * What a worker has beside its stores: the database their transactions run on, what watches it, who may give
 * commands.
 */
const notStores = new Set(['database', 'tracer', 'operatorKeys']);

/**
 * Stores of a worker that dies there. What it calls after its death reaches nothing; the database itself
 * lives on. Every method is a call, those of queues and of the jobs they give too.
 */
export function mortal<Stores extends object>(stores: Stores, death: Death): Stores {
  let calls = 0;
  const counted = async (place: string, work: () => Promise<unknown>) => {
    const call = ++calls;
    if (call >= death.call) death.place ??= place;
    if (call > death.call || (call === death.call && death.when === 'before')) throw new Died(place);
    const result = await work();
    if (call === death.call) throw new Died(place);
    return result instanceof Job ? dying('job', result) : result;
  };
  const dying = <Store extends object>(name: string, store: Store): Store =>
    new Proxy(store, {
      get(target, method) {
        const member: unknown = Reflect.get(target, method);
        if (typeof member === 'object' && member !== null) return dying(name, member);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) =>
          counted(`${name}.${String(method)}`, () => Reflect.apply(member, target, args));
      },
    });
  return Object.fromEntries(
    Object.entries(stores).map(([name, store]) => [
      name,
      notStores.has(name) || typeof store !== 'object' ? store : dying(name, store),
    ]),
  ) as Stores;
}

/**
 * The store call that work died at; `undefined` when it came to its end. What else goes wrong is thrown on.
 * Work that goes on after a call failed did not notice its death: `death` tells.
 */
export async function deathOf(work: Promise<unknown>, death?: Death): Promise<string | undefined> {
  const noticed = await work.then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof Died) return error.message;
      throw error;
    },
  );
  return death?.place ?? noticed;
}

/**
 * Dies at every call, before and after it, until there is no call left to die at. Returns the calls, in
 * order.
 */
export async function everyDeath(die: (death: Death) => Promise<string | undefined>): Promise<string[]> {
  const calls: string[] = [];
  for (let call = 1; ; call++) {
    const place = await die({ call, when: 'before' });
    if (!place) return calls;
    calls.push(place);
    if (!(await die({ call, when: 'after' }))) return calls;
  }
}
