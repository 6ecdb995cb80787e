import type { Step } from './autoscaling-simulation.ts';

const blocks = ' ▁▂▃▄▅▆▇█';
const columns = 96;

/** One line: how long jobs waited, for how long that was too long, and what it cost. */
export function summary(steps: readonly Step[], acceptableSeconds: number): string {
  const waits = steps.map((it) => it.wait).sort((a, b) => a - b);
  const p99 = waits[Math.floor(waits.length * 0.99)] ?? 0;
  const late = steps.filter((it) => it.wait > acceptableSeconds).length;
  const taskHours = steps.reduce((sum, it) => sum + it.tasks, 0) / 3_600;
  return [
    `wait p99 ${p99.toFixed(1)} s, worst ${(waits.at(-1) ?? 0).toFixed(1)} s`,
    `${late} s beyond acceptable`,
    `at most ${Math.max(...steps.map((it) => it.tasks))} tasks`,
    `${taskHours.toFixed(1)} task hours`,
  ].join(', ');
}

/** Wait and tasks over time, each as a line of blocks scaled to its own highest value. */
export function picture(steps: readonly Step[]): string {
  return [
    line(
      'wait ',
      steps.map((it) => it.wait),
      ' s',
    ),
    line(
      'tasks',
      steps.map((it) => it.tasks),
      '',
    ),
  ].join('\n');
}

function line(name: string, values: readonly number[], unit: string): string {
  const width = values.length / columns;
  const peaks = Array.from({ length: columns }, (_, at) =>
    Math.max(...values.slice(Math.floor(at * width), Math.max(1, Math.floor((at + 1) * width)))),
  );
  const top = Math.max(...peaks, 1e-9);
  const drawn = peaks.map((it) => blocks[Math.ceil((it / top) * (blocks.length - 1))] ?? ' ').join('');
  return `  ${name} |${drawn}| ${top.toFixed(top < 10 ? 1 : 0)}${unit}`;
}
