import type { Check, Finding } from './check.ts';
import { type Call, callsOf } from './diary.ts';
import type { StoredRuleSet } from './snapshot.ts';

/** Workers go by the latest version of each configuration, and that by the latest version of its rule set. */
export const latestSettingInForce: Check = {
  invariant: 11,
  find({ configurations, installed, ruleSets }, { settled }) {
    if (!settled) return [];
    const inForce = new Map(installed.map((it) => [it.configuration.name, it]));
    const latest = latestByName(ruleSets);
    return configurationsInForce(configurations).flatMap((stored): Finding[] => {
      const { name, ruleSetName } = stored.configuration;
      const copy = inForce.get(name);
      const found = (story: string) => [{ subject: name, story: `configuration ${name}: ${story}` }];
      if (copy?.version !== stored.version)
        return found(`version ${stored.version} is stored, in force is ${copy?.version ?? 'none'}`);
      const newest = latest.get(ruleSetName);
      if (newest !== undefined && copy.ruleSet.version !== newest.version)
        return found(`it runs version ${copy.ruleSet.version} of its rule set; ${newest.version} is stored`);
      return [];
    });
  },
};

function configurationsInForce<Stored extends { version: number; configuration: { name: string } }>(
  versions: readonly Stored[],
): Stored[] {
  const newest = new Map<string, Stored>();
  for (const it of versions)
    if (it.version > (newest.get(it.configuration.name)?.version ?? 0)) newest.set(it.configuration.name, it);
  return [...newest.values()];
}

function latestByName(ruleSets: readonly StoredRuleSet[]): Map<string, StoredRuleSet> {
  const latest = new Map<string, StoredRuleSet>();
  for (const it of ruleSets) if (it.version > (latest.get(it.name)?.version ?? 0)) latest.set(it.name, it);
  return latest;
}

/** Of calls by name the last, where it was told `yes` and nobody can have asked for something else since. */
function lastWords<Named extends Call & { readonly name: string }>(asked: readonly Named[]): Named[] {
  return [...Map.groupBy(asked, (call) => call.name).values()].flatMap((calls) => {
    const last = calls
      .filter((call) => call.told === 'yes')
      .sort((a, b) => a.toldAt - b.toldAt)
      .at(-1);
    const doubtful =
      last && calls.some((call) => call.told !== 'no' && call !== last && call.toldAt > last.askedAt);
    return last && !doubtful ? [last] : [];
  });
}

/** What an operator put last is what workers go by. */
export const newestSettingStands: Check = {
  invariant: 11,
  find({ installed, ruleSets }, diary) {
    if (!diary.settled) return [];
    const inForce = new Map(installed.map((it) => [it.configuration.name, it.configuration]));
    const latest = latestByName(ruleSets);
    return [
      ...lastWords(callsOf(diary, 'put-configuration')).flatMap(({ name, configuration }) => {
        const copy: Record<string, unknown> = { ...inForce.get(name) };
        const other = Object.keys(configuration).find(
          (field) => JSON.stringify(copy[field]) !== JSON.stringify(configuration[field]),
        );
        if (other === undefined) return [];
        const [wanted, is] = [configuration[other], copy[other]].map((value) => JSON.stringify(value));
        const story = `configuration ${name}: ${other} was put as ${wanted} last and is ${is}`;
        return [{ subject: name, story }];
      }),
      ...lastWords(callsOf(diary, 'put-rule-set'))
        .filter(({ name, body }) => latest.get(name)?.body !== body)
        .map(({ name }) => ({
          subject: name,
          story: `rule set ${name}: what was put last is not the latest`,
        })),
    ];
  },
};

/** A configuration is paused as long as an operator wants it to be. */
export const pauseStands: Check = {
  invariant: 11,
  find({ installed }, diary) {
    if (!diary.settled) return [];
    const paused = new Map(installed.map((it) => [it.configuration.name, it.paused]));
    return lastWords(callsOf(diary, 'pause'))
      .filter(({ name, paused: wanted }) => (paused.get(name) ?? false) !== wanted)
      .map(({ name, paused: wanted }) => ({
        subject: name,
        story: `configuration ${name} was ${wanted ? 'paused' : 'resumed'} last and ${wanted ? 'is not' : 'is'} paused`,
      }));
  },
};
