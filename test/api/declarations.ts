import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** One type, function, class or constant of a declaration file. */
interface Declaration {
  readonly file: string;
  readonly name: string;
  readonly text: string;
}

interface DeclarationFile {
  readonly declarations: ReadonlyMap<string, readonly Declaration[]>;
  /** local name → where it comes from; packages and Node's modules left out */
  readonly imports: ReadonlyMap<string, { readonly file: string; readonly name: string }>;
  /** names that it hands on */
  readonly exports: ReadonlyMap<string, { readonly file: string; readonly name: string }>;
}

const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');

/** Members that a user cannot reach. */
const withoutPrivateMembers = (text: string) => text.replace(/^\s+(private|#)[^;]*;$/gm, '');

function namesOf(list: string): { readonly name: string; readonly as: string }[] {
  return list
    .split(',')
    .map((item) => item.trim().replace(/^type /, ''))
    .filter((item) => item !== '')
    .map((item) => {
      const [name, as = name] = item.split(' as ').map((part) => part.trim());
      return { name, as };
    });
}

const readFiles = new Map<string, DeclarationFile>();

/** Reads what the TypeScript compiler wrote: one declaration begins on each line that is not indented. */
function readDeclarations(file: string): DeclarationFile {
  const known = readFiles.get(file);
  if (known !== undefined) return known;
  const text = withoutComments(readFileSync(file, 'utf8'));
  const imports = new Map<string, { file: string; name: string }>();
  const exports = new Map<string, { file: string; name: string }>();
  const statement = /^(import|export)(?: type)? \{([^}]*)\} from ["'](\.[^"']*)["'];/gm;
  for (const [, verb, list, from] of text.matchAll(statement)) {
    const target = resolve(dirname(file), from.replace(/\.[jt]sx?$/, '.d.ts'));
    for (const { name, as } of namesOf(list)) (verb === 'import' ? imports : exports).set(as, { file: target, name });
  }
  const declarations = new Map<string, Declaration[]>();
  const start =
    /^(?:export )?(?:declare )?(?:abstract )?(?:interface|type|class|function|const|enum)\s+([A-Za-z_$][\w$]*)/;
  for (const part of text.split(/^(?=\S)/m)) {
    const name = start.exec(part)?.[1];
    // A closing bracket is not indented either: it belongs to what comes before it.
    if (name === undefined) continue;
    const whole = text.slice(text.indexOf(part)).split(/^(?=(?:export|declare|interface|type|import)\b)/m)[0];
    declarations.set(name, [...(declarations.get(name) ?? []), { file, name, text: withoutPrivateMembers(whole) }]);
  }
  const read = { declarations, imports, exports };
  readFiles.set(file, read);
  return read;
}

const keyOf = ({ file, name }: { readonly file: string; readonly name: string }) => `${file} ${name}`;

/** Follows re-exports to where a name is declared. */
function origin(file: string, name: string): { readonly file: string; readonly name: string } {
  const { exports, imports, declarations } = readDeclarations(file);
  if (declarations.has(name)) return { file, name };
  const next = exports.get(name) ?? imports.get(name);
  return next === undefined ? { file, name } : origin(next.file, next.name);
}

/** Names that an entry file exports, by where they are declared. */
export function publicNames(entry: string): Map<string, string> {
  const { exports, declarations } = readDeclarations(entry);
  const own = [...declarations.keys()].map((name) => [keyOf({ file: entry, name }), name] as const);
  const handedOn = [...exports].map(([as, { file, name }]) => [keyOf(origin(file, name)), as] as const);
  return new Map([...own, ...handedOn]);
}

/**
 * Types of the program that a public declaration names and that are not public themselves, as "NAME in DECLARATION".
 * @param opaque declarations that a user hands on without looking inside
 */
export function hiddenTypes(entry: string, opaque: readonly string[]): string[] {
  const known = publicNames(entry);
  const hidden = new Set<string>();
  for (const [key, publicName] of known) {
    if (opaque.includes(publicName)) continue;
    const [file, name] = key.split(' ');
    const { declarations } = readDeclarations(file);
    for (const { text } of declarations.get(name) ?? []) {
      const inner = readDeclarations(file);
      // A word before a colon is a member's or parameter's name.
      for (const [word] of text.replace(/[\w$]+\??:/g, ':').matchAll(/\b[A-Za-z_$][\w$]*\b/g)) {
        if (word === name || !(inner.declarations.has(word) || inner.imports.has(word))) continue;
        const isType = /^[A-Z]/.test(word) && !/^[A-Z0-9_]+$/.test(word);
        if (isType && !known.has(keyOf(origin(file, word)))) hidden.add(`${word} in ${publicName}`);
      }
    }
  }
  return [...hidden].sort();
}
