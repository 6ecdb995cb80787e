import { type Comment, type Node, parse } from 'luaparse';

/** A name at a line of a file. */
interface Named {
  readonly name: string;
  readonly line: number;
}

export interface Names {
  /** Names that nothing in the file declares, each at every use. */
  readonly free: readonly Named[];
  /** Locals that nothing uses. The file's own top-level locals are not among them. */
  readonly unused: readonly Named[];
  /** Top-level locals, and whether something in the file uses them. */
  readonly top: readonly (Named & { readonly used: boolean })[];
  /** Lines of top-level statements that are no `local` at the beginning of a line. */
  readonly statements: readonly number[];
}

interface Binding extends Named {
  used: boolean;
}

type Scope = Map<string, Binding>;

/** Says where a Lua 5.1 file declares and uses its names. Throws a SyntaxError for text that is not Lua. */
export function namesOf(text: string): Names {
  const chunk = parse(text, { luaVersion: '5.1', locations: true, comments: false });
  const free: Named[] = [];
  const unused: Named[] = [];
  const lineOf = (node: Node | Comment) => node.loc?.start.line ?? 0;

  const declare = (scope: Scope, node: Node) => {
    if (node.type !== 'Identifier') return;
    report(scope.get(node.name));
    scope.set(node.name, { name: node.name, line: lineOf(node), used: false });
  };
  const report = (binding: Binding | undefined) => {
    if (binding && !binding.used && binding.name !== '_') unused.push(binding);
  };
  const within = (scopes: readonly Scope[], work: (scopes: readonly Scope[], own: Scope) => void) => {
    const own: Scope = new Map();
    work([own, ...scopes], own);
    for (const binding of own.values()) report(binding);
  };
  const all = (nodes: readonly Node[], scopes: readonly Scope[]) => {
    for (const node of nodes) visit(node, scopes);
  };

  function visit(node: Node, scopes: readonly Scope[]): void {
    switch (node.type) {
      case 'Identifier': {
        const binding = scopes.find((scope) => scope.has(node.name))?.get(node.name);
        if (binding) binding.used = true;
        else free.push({ name: node.name, line: lineOf(node) });
        break;
      }
      case 'LocalStatement':
        all(node.init, scopes);
        for (const variable of node.variables) declare(scopes[0] as Scope, variable);
        break;
      case 'FunctionDeclaration':
        if (node.identifier && node.isLocal) declare(scopes[0] as Scope, node.identifier);
        else if (node.identifier) visit(node.identifier, scopes);
        within(scopes, (inner, own) => {
          for (const parameter of node.parameters) declare(own, parameter);
          all(node.body, inner);
        });
        break;
      case 'ForNumericStatement':
        all([node.start, node.end, ...(node.step ? [node.step] : [])], scopes);
        within(scopes, (inner, own) => {
          declare(own, node.variable);
          all(node.body, inner);
        });
        break;
      case 'ForGenericStatement':
        all(node.iterators, scopes);
        within(scopes, (inner, own) => {
          for (const variable of node.variables) declare(own, variable);
          all(node.body, inner);
        });
        break;
      case 'RepeatStatement':
        within(scopes, (inner) => all([...node.body, node.condition], inner));
        break;
      case 'WhileStatement':
      case 'IfClause':
      case 'ElseifClause':
        visit(node.condition, scopes);
        within(scopes, (inner) => all(node.body, inner));
        break;
      case 'ElseClause':
      case 'DoStatement':
        within(scopes, (inner) => all(node.body, inner));
        break;
      case 'MemberExpression':
        visit(node.base, scopes);
        break;
      case 'TableKeyString':
        visit(node.value, scopes);
        break;
      default:
        all(Object.values(node).flat().filter(isNode), scopes);
    }
  }

  const top: Scope = new Map();
  all(chunk.body, [top]);
  return {
    free,
    unused,
    top: [...top.values()],
    statements: chunk.body.filter((it) => !isLocal(it)).map(lineOf),
  };
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value;

const isLocal = (node: Node): boolean =>
  (node.type === 'LocalStatement' || (node.type === 'FunctionDeclaration' && node.isLocal)) &&
  node.loc?.start.column === 0;
