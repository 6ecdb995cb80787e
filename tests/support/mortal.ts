/** Where a worker dies: at its n-th store call, before or after that did its work. */
interface Death {
  readonly call: number;
  readonly when: 'before' | 'after';
}

class Died extends Error {}

/** Stores of a worker that dies there. What it calls after its death reaches nothing; the database itself lives on. */
export function mortal<Stores extends object>(stores: Stores, { call: lastCall, when }: Death): Stores {
  let calls = 0;
  const dying = (name: string, store: object) =>
    Object.fromEntries(
      Object.entries(store).map(([method, work]) => [
        method,
        async (...args: unknown[]) => {
          const call = ++calls;
          if (call > lastCall || (call === lastCall && when === 'before'))
            throw new Died(`${name}.${method}`);
          const result = await work(...args);
          if (call === lastCall) throw new Died(`${name}.${method}`);
          return result;
        },
      ]),
    );
  return Object.fromEntries(
    Object.entries(stores).map(([name, store]) => [
      name,
      name === 'database' || typeof store !== 'object' ? store : dying(name, store),
    ]),
  ) as Stores;
}

/** The store call that work died at; `undefined` when it came to its end. What else goes wrong is thrown on. */
export const deathOf = (work: Promise<unknown>): Promise<string | undefined> =>
  work.then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof Died) return error.message;
      throw error;
    },
  );

/** Dies at every call, before and after it, until there is no call left to die at. Returns the calls, in order. */
export async function everyDeath(die: (death: Death) => Promise<string | undefined>): Promise<string[]> {
  const calls: string[] = [];
  for (let call = 1; ; call++) {
    const place = await die({ call, when: 'before' });
    if (!place) return calls;
    calls.push(place);
    if (!(await die({ call, when: 'after' }))) return calls;
  }
}
