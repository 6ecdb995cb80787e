/**
 * What `node --cpu-prof` writes:
 * https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile
 */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
    readonly children?: readonly number[];
  }[];
  /** Node ids, in time. */
  readonly samples: readonly number[];
  /** µs before each sample. */
  readonly timeDeltas: readonly number[];
}

/** A function as it was called from one stack. */
export interface Frame {
  readonly name: string;
  /** The package it is of, `node`, or the project's own file. */
  readonly origin: string;
  readonly children: Map<string, Frame>;
  /** Time in it and in what it called, µs. */
  us: number;
}

export const newFrame = (name: string, origin: string): Frame => ({
  name,
  origin,
  children: new Map(),
  us: 0,
});

const waiting = new Set(['(idle)', '(root)']);

/**
 * Adds a process's time, from `afterUs` after its start on, to a tree of calls; `false` when it did not run
 * `file`.
 */
export function addProfile(
  root: Frame,
  { nodes, samples, timeDeltas }: CpuProfile,
  file: string,
  afterUs: number,
): boolean {
  if (!nodes.some((node) => node.callFrame.url.endsWith(file))) return false;
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(
    nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id] as const)),
  );
  const spent = new Map<number, number>();
  let elapsed = 0;
  samples.forEach((id, index) => {
    const us = timeDeltas[index] ?? 0;
    elapsed += us;
    if (elapsed > afterUs) spent.set(id, (spent.get(id) ?? 0) + us);
  });
  for (const [id, us] of spent) {
    const stack = [];
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const node = byId.get(at);
      if (node && !waiting.has(node.callFrame.functionName)) stack.unshift(node.callFrame);
    }
    if (stack.length > 0) addStack(root, stack, us);
  }
  return true;
}

function addStack(
  root: Frame,
  stack: readonly { readonly functionName: string; readonly url: string }[],
  us: number,
): void {
  let frame = root;
  frame.us += us;
  for (const { functionName, url } of stack) {
    const origin = originOf(url);
    const name = functionName || '(anonymous)';
    const key = `${name} ${origin}`;
    const child = frame.children.get(key) ?? newFrame(name, origin);
    frame.children.set(key, child);
    child.us += us;
    frame = child;
  }
}

/** `node_modules/@scope/name/...` → `@scope/name`; the project's files from its root on. */
function originOf(url: string): string {
  const [, inPackage] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? [];
  if (inPackage) return inPackage;
  if (url.startsWith('node:') || url === '') return 'node';
  return /(?:workers|producers|jobs|infra|tests)\/.*$/.exec(url)?.[0] ?? url;
}

/**
 * Each stack in a line with its own µs, outermost first: the form that Brendan Gregg's flamegraph.pl takes.
 */
export function folded(root: Frame): string {
  const lines: string[] = [];
  const visit = (frame: Frame, stack: string) => {
    let own = frame.us;
    for (const child of frame.children.values()) {
      own -= child.us;
      const name = `${child.name}${child.origin && ` (${child.origin})`}`.replaceAll(';', ',');
      visit(child, stack ? `${stack};${name}` : name);
    }
    if (stack && own > 0) lines.push(`${stack} ${Math.round(own)}`);
  };
  visit(root, '');
  return `${lines.join('\n')}\n`;
}
