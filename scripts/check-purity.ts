import { globSync, readFileSync } from 'node:fs';
import ts from 'typescript6';

/**
 * What import rules cannot see: code in src/core and src/engine that reads a clock, chance, the process or the network
 * without importing anything; and, anywhere in src, `import('...')` inside a type, which hides a dependency from them.
 */
const pureFolders = ['src/core', 'src/engine'];
const impureNames = new Set([
  'process',
  'performance',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'fetch',
  'WebSocket',
  'EventSource',
  'XMLHttpRequest',
  'console',
  'globalThis',
  'global',
  'crypto',
  'require',
]);
const impureMembers = new Set([
  'Date.now',
  'Math.random',
  'AbortSignal.timeout',
  'import.meta',
  'Atomics.wait',
]);
const hashingOnly = new Set([
  'createHash',
  'hash',
  'createHmac',
  'timingSafeEqual',
  'verify',
  'sign',
  'createPublicKey',
  'KeyObject',
]);

export interface Impurity {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly what: string;
}

/** Everything in one file that breaks the rule; `isPure` asks for the stricter half of it. */
export const impuritiesOf = (file: string, text: string, isPure: boolean): Impurity[] => {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: Impurity[] = [];
  const report = (node: ts.Node, what: string) =>
    found.push({ file, line: source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1, what });

  const visit = (node: ts.Node): void => {
    if (ts.isImportTypeNode(node))
      report(node, `${node.getText(source)}: write an \`import type\` at the top`);
    if (isPure) {
      const what = impurityOf(node, source);
      if (what !== null) report(node, what);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
};

const impurityOf = (node: ts.Node, source: ts.SourceFile): string | null => {
  if (ts.isIdentifier(node) && impureNames.has(node.text) && isValue(node) && !isDeclaredAround(node))
    return node.text;
  if (ts.isMetaProperty(node) || ts.isPropertyAccessExpression(node)) {
    const text = node.getText(source);
    if (impureMembers.has(text)) return text;
  }
  if (ts.isNewExpression(node) && node.expression.getText(source) === 'Date' && !node.arguments?.length)
    return 'new Date() without an argument';
  if (ts.isCallExpression(node) && node.expression.getText(source) === 'Date') return 'Date()';
  if (ts.isImportSpecifier(node) && isNodeCrypto(node.parent.parent.parent)) {
    const name = (node.propertyName ?? node.name).text;
    if (!hashingOnly.has(name))
      return `${name} of node:crypto (only hashing and signatures are functions of their arguments)`;
  }
  if (
    (ts.isNamespaceImport(node) && isNodeCrypto(node.parent.parent)) ||
    (ts.isImportClause(node) && node.name && isNodeCrypto(node.parent))
  )
    return 'node:crypto as a whole (name what is used)';
  return null;
};

const isNodeCrypto = (node: ts.Node): boolean =>
  ts.isImportDeclaration(node) &&
  ts.isStringLiteral(node.moduleSpecifier) &&
  /^(node:)?crypto$/.test(node.moduleSpecifier.text);

/** A name that is read, as opposed to one that is a key or stands in a type, or a declaration of the file's own. */
const isValue = (name: ts.Identifier): boolean => {
  const { parent } = name;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === name;
  if (ts.isTypeNode(parent) || ts.isQualifiedName(parent)) return ts.isTypeQueryNode(parent);
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  const named = parent as { readonly name?: ts.Node; readonly propertyName?: ts.Node };
  return named.name !== name && named.propertyName !== name;
};

/** A parameter, variable, function or import of this name hides the global one. */
const isDeclaredAround = (name: ts.Identifier): boolean => {
  for (let scope: ts.Node = name.parent; scope !== undefined; scope = scope.parent) {
    let isDeclared = false;
    const look = (node: ts.Node): void => {
      const declared = node as { readonly name?: ts.Node };
      if (
        ts.isParameter(node) ||
        ts.isVariableDeclaration(node) ||
        ts.isBindingElement(node) ||
        ts.isFunctionDeclaration(node) ||
        ts.isImportSpecifier(node)
      )
        isDeclared ||=
          declared.name !== undefined && ts.isIdentifier(declared.name) && declared.name.text === name.text;
      // What is declared within an inner function is not visible out here.
      if (!ts.isFunctionLike(node) && !ts.isBlock(node)) ts.forEachChild(node, look);
    };
    ts.forEachChild(scope, look);
    if (isDeclared) return true;
  }
  return false;
};

if (import.meta.main) {
  const files = globSync('src/**/*.ts', {
    exclude: ['**/*.test.ts', '**/*.contract.ts', '**/*.fixture.ts', '**/testing/**'],
  });
  const found = files.flatMap((file) =>
    impuritiesOf(
      file,
      readFileSync(file, 'utf8'),
      pureFolders.some((folder) => file.startsWith(`${folder}/`)),
    ),
  );
  for (const { file, line, what } of found) console.error(`${file}:${line} ${what}`);
  if (found.length > 0) {
    console.error(
      'src/core and src/engine take time, chance and the world as arguments or through src/ports.',
    );
    process.exitCode = 1;
  } else console.log(`${files.length} files: no clock, chance, process or network where there must be none`);
}
