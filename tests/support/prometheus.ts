interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const sampleForm = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const labelForm = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)",?/g;

/** Reads Prometheus' text format, version 0.0.4. Throws at a line that is neither comment nor sample. */
export function readExposition(text: string) {
  const families = new Map<string, string>();
  const samples: Sample[] = [];
  for (const line of text.split('\n').filter(Boolean)) {
    const [, family = '', type = ''] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    if (family) families.set(family, type);
    if (line.startsWith('#')) continue;
    const [, name = '', labels = '', value = ''] = sampleForm.exec(line) ?? [];
    // The lag of an event loop that has not turned yet.
    if (!name || (Number.isNaN(Number(value)) && value !== 'Nan')) throw new Error(`No sample: ${line}`);
    const pairs = [...labels.matchAll(labelForm)].map(([, key = '', text = '']) => [key, text]);
    samples.push({ name, labels: Object.fromEntries(pairs), value: Number(value) });
  }
  return {
    /** Metric types by name. */
    families,
    samples,
    /** The sample with exactly these labels. */
    value: (name: string, labels: Sample['labels']): number | undefined =>
      samples.find((it) => it.name === name && sameLabels(it.labels, labels))?.value,
  };
}

const sameLabels = (a: Sample['labels'], b: Sample['labels']): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([key, it]) => b[key] === it);
