import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

export const readDocument = (path: string): string => readFileSync(`${root}/${path}`, 'utf8');

/** Every Markdown file of the project, by its path from the root. */
export const documents: readonly string[] = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'],
  { cwd: root, encoding: 'utf8' },
)
  .split('\n')
  .filter(Boolean)
  .sort();

/** A fenced block. A mark holds for every block after it, up to the next mark or heading. */
export interface Block {
  readonly language: string;
  readonly code: string;
  readonly mark: Mark | undefined;
}
/** `<!-- run by FILE -->`: a test that names the document, or `<!-- not run: REASON -->`. */
interface Mark {
  readonly by: string | undefined;
  readonly reason: string | undefined;
}

/** A document in lines of prose and in blocks. */
export function readBlocks(text: string): {
  readonly prose: readonly string[];
  readonly blocks: readonly Block[];
} {
  const prose: string[] = [];
  const blocks: Block[] = [];
  let mark: Mark | undefined;
  let open: { language: string; lines: string[] } | undefined;
  for (const line of text.split('\n')) {
    const fence = /^\s*```(\w*)/.exec(line);
    if (open && fence) {
      blocks.push({ language: open.language, code: open.lines.join('\n'), mark });
      open = undefined;
    } else if (open) open.lines.push(line);
    else if (fence) open = { language: fence[1] ?? '', lines: [] };
    else {
      prose.push(line);
      mark = /^#/.test(line) ? undefined : (markOf(line) ?? mark);
    }
  }
  return { prose, blocks };
}

function markOf(line: string): Mark | undefined {
  const [, by, reason] = /^<!-- (?:run by (\S+)|not run: (.+)) -->$/.exec(line) ?? [];
  return by === undefined && reason === undefined ? undefined : { by, reason };
}

/** A command line of npm: `npm run SCRIPT -- ARGS`, `npm test -- ARGS` and the like. */
export interface NpmCommand {
  readonly script: string;
  readonly args: readonly string[];
}

const npmLine = /^(?:[A-Z_]+=\S+ )*npm (?:run (?:-s )?)?([\w:-]+)(?: -- (.*))?$/;

/** What a line of a shell says npm is to run; undefined where it is another command. */
export function npmCommand(line: string): NpmCommand | undefined {
  const [, script, args = ''] = npmLine.exec(line.replace(/\s+#.*$/, '').trim()) ?? [];
  return script === undefined ? undefined : { script, args: args.split(/\s+/).filter(Boolean) };
}

/** Every command of npm in a document, in its text and in its blocks of `sh`. */
export function npmCommands(text: string): NpmCommand[] {
  const { prose, blocks } = readBlocks(text);
  const inText = [...prose.join('\n').matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
  const inBlocks = blocks.filter((it) => it.language === 'sh').flatMap((it) => it.code.split('\n'));
  return [...inText, ...inBlocks].flatMap((line) => npmCommand(line) ?? []);
}

/** Anchors of a document's headings, as GitHub makes them. */
export const anchorsOf = (text: string): string[] =>
  readBlocks(text)
    .prose.filter((line) => /^#+ /.test(line))
    .map((line) =>
      line
        .replace(/^#+ /, '')
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    );
