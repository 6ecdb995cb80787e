import type { Frame } from './flame-stacks.ts';
import { svgText } from './svg-text.ts';

const width = 1_200;
const row = 16;
const top = 44;
/** Room for a letter, px. */
const letter = 6.4;

const colours: Readonly<Record<string, string>> = {
  bullmq: '#9ecae1',
  ioredis: '#a1d99b',
  mongodb: '#bcbddc',
  bson: '#dadaeb',
  node: '#d9d9d9',
};
/** The project's own files, and packages that have no colour of their own. */
const own = '#fdae6b';
const others = '#fee6ce';

/** Calls from the top down, each as wide as its share of the time; frames below `least` of it are left out. */
export function drawFlames(root: Frame, title: string, least: number): string {
  const rects: string[] = [];
  let deepest = 0;
  const draw = (frame: Frame, left: number, depth: number) => {
    const wide = (frame.us / root.us) * width;
    if (wide < least * width) return;
    deepest = Math.max(deepest, depth);
    rects.push(rect(frame, root, left, wide, top + depth * row));
    let at = left;
    for (const child of [...frame.children.values()].sort((a, b) => b.us - a.us)) {
      draw(child, at, depth + 1);
      at += (child.us / root.us) * width;
    }
  };
  draw(root, 0, 0);
  const height = top + (deepest + 1) * row + 8;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11">`,
    `<title>${svgText(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="8" y="18" font-size="15">${svgText(title)}</text>`,
    legend(),
    ...rects,
    '</svg>\n',
  ].join('\n');
}

function rect(frame: Frame, root: Frame, left: number, wide: number, y: number): string {
  const share = `${((100 * frame.us) / root.us).toFixed(1)} %`;
  const words = svgText(`${frame.name}${frame.origin ? ` (${frame.origin})` : ''}`);
  const fits = Math.floor(wide / letter);
  const label = fits > 3 ? svgText(`${frame.name} ${share}`.slice(0, fits)) : '';
  return (
    `<g><title>${words} ${share}</title>` +
    `<rect x="${left.toFixed(1)}" y="${y}" width="${Math.max(wide - 0.5, 0.5).toFixed(1)}" height="${row - 1}" fill="${colourOf(frame.origin)}"/>` +
    (label && `<text x="${(left + 2).toFixed(1)}" y="${y + 11}">${label}</text>`) +
    '</g>'
  );
}

const colourOf = (origin: string): string => colours[origin] ?? (origin.endsWith('.ts') ? own : others);

function legend(): string {
  const entries = [...Object.entries(colours), ['the fleet', own], ['other packages', others]];
  return entries
    .map(([name, colour], index) => {
      const x = 8 + index * 120;
      return `<rect x="${x}" y="26" width="10" height="10" fill="${colour}"/><text x="${x + 14}" y="35">${name}</text>`;
    })
    .join('');
}
