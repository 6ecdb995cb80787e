import type { Node, SourceFile } from 'typescript/unstable/ast';
import * as is from 'typescript/unstable/ast/is';
import { API, TypeFlags } from 'typescript/unstable/sync';
import { root, sources } from './source-files.ts';

/** Where an object is read, written or made by a name that is only known when the code runs. */
export interface NameKey {
  readonly file: string;
  readonly line: number;
  readonly what: 'read' | 'write' | 'made' | 'in' | 'schema';
  readonly code: string;
}

/** `name`: the expression whose type says whether it is chosen. */
interface Suspect extends Omit<NameKey, 'line'> {
  readonly position: number;
  readonly source: SourceFile;
  readonly name?: Node;
}

/**
 * Finds, by TypeScript's own types, each `object[name]`, `{ [name]: … }`, `name in object`,
 * `Object.fromEntries` and `z.record` in these folders. A name of a few fixed ones is none, nor is the index
 * of a list.
 */
export function nameKeysIn(folders: RegExp): NameKey[] {
  const api = new API({ cwd: root });
  try {
    const [project] = api.updateSnapshot({ openProjects: [`${root}tsconfig.json`] }).getProjects();
    if (!project) throw new Error('tsconfig.json is no project');
    const { program, checker } = project;
    const suspects = sources
      .filter((file) => folders.test(file))
      .flatMap((file) => {
        const source = program.getSourceFile(`${root}${file}`);
        if (!source) throw new Error(`${file} is no part of tsconfig.json`);
        return suspectsIn(source, file);
      });
    const names = suspects.flatMap((it) => it.name ?? []);
    const types = checker.getTypeAtLocation(names);
    const flags = new Map(names.map((node, at) => [node, types[at]?.flags ?? TypeFlags.Any]));
    const text = TypeFlags.String | TypeFlags.TemplateLiteral | TypeFlags.Any;
    const isChosen = (node: Node) => ((flags.get(node) ?? 0) & text) !== 0;
    return suspects
      .filter(({ name }) => name === undefined || isChosen(name))
      .map(({ file, what, code, position, source }) => ({
        ...{ file, what, code },
        line: source.text.slice(0, position).split('\n').length,
      }));
  } finally {
    api.close();
  }
}

const isWritten = (node: Node): boolean =>
  is.isBinaryExpression(node.parent) &&
  node.parent.left === node &&
  node.parent.operatorToken.getText().endsWith('=') &&
  !node.parent.operatorToken.getText().startsWith('==');

function suspectsIn(source: SourceFile, file: string): Suspect[] {
  const found: Suspect[] = [];
  const visit = (node: Node): void => {
    const add = (what: NameKey['what'], name?: Node) =>
      found.push({
        file,
        source,
        what,
        position: node.getStart(source),
        code: textOf(node, source),
        ...(name && { name }),
      });
    if (is.isElementAccessExpression(node)) add(isWritten(node) ? 'write' : 'read', node.argumentExpression);
    if (is.isComputedPropertyName(node)) add('made', node.expression);
    if (is.isBinaryExpression(node) && node.operatorToken.getText(source) === 'in') add('in', node.left);
    if (
      is.isCallExpression(node) &&
      /^(Object\.(fromEntries|groupBy)|z\.(loose|partial)?[rR]ecord)$/.test(node.expression.getText(source))
    )
      add(node.expression.getText(source).startsWith('z') ? 'schema' : 'made');
    node.forEachChild(visit);
  };
  visit(source);
  return found;
}

const textOf = (node: Node, source: SourceFile): string =>
  node.getText(source).replaceAll(/\s+/g, ' ').slice(0, 70);
