import type { ApiItem } from './api-model.ts';

/** The parts of the page, each with the folders of the sources that it shows; an export belongs to the first that fits. */
const parts: readonly (readonly [title: string, folders: RegExp])[] = [
  ['Functions of the package itself', /^src\/index\.d\.ts$/],
  ['Patterns', /^src\/pattern\//],
  ['Scatter', /^src\/scatter\//],
  ['Proxies', /^src\/proxies\//],
  ['Searching and strategies', /^src\/search\//],
  ['Studies', /^src\/(study|report|paper)\//],
  ['Training', /^src\/training\//],
  ['Validation', /^src\/validation\//],
  ['The paper', /^src\/paper\//],
  ['The store', /^src\/store\//],
  ['Errors and the rest', /./],
];

/** Types after what can be called. */
const kinds = ['Function', 'Class', 'Variable', 'Interface', 'TypeAlias', 'Enum', 'Namespace'];

/** A comment as text: without stars, tags as words. */
function textOf(docComment: string): string {
  return docComment
    .replace(/^\/\*\*|\*\/\s*$/g, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''))
    .join('\n')
    .replace(/\n*@param (\w+) - /g, '\n@item`$1`: ')
    .replace(/\n@item/, '\n\n- ')
    .replace(/\n@item/g, '\n- ')
    .replace(/\n*(```ts)/g, '\n\n$1')
    .replace(/@returns\s*/g, '\nGives ')
    .replace(/@throws\s*/g, '\nThrows ')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

const declaration = ({ excerptTokens }: ApiItem) =>
  excerptTokens
    .map(({ text }) => text)
    .join('')
    .replace(/^export declare /, '')
    .replace(/^export /, '')
    // The entry's own functions name types by the module that they are imported from.
    .replace(/\b[a-z]\w*\.(?=[A-Z])/g, '')
    .trim();

/** Members with their comments, in the order of their names, as TypeScript. */
function memberLines({ members = [] }: ApiItem): string[] {
  return members.flatMap((member) => {
    const about = textOf(member.docComment).replace(/\s*\n\s*/g, ' ');
    return [
      ...(about === '' ? [] : [`  /** ${about} */`]),
      ...declaration(member)
        .split('\n')
        .map((line) => `  ${line}`),
    ];
  });
}

function sectionOf(name: string, overloads: readonly ApiItem[]): string {
  const about = overloads.map(({ docComment }) => textOf(docComment)).find((text) => text !== '') ?? '';
  const code = overloads.map((item) => {
    const members = memberLines(item);
    return members.length === 0 ? declaration(item) : `${declaration(item)} {\n${members.join('\n')}\n}`;
  });
  return `### ${name}\n\n${about}\n\n\`\`\`ts\n${code.join('\n')}\n\`\`\`\n`;
}

const partOf = ({ fileUrlPath = '' }: ApiItem) =>
  parts.find(([, folders]) => folders.test(fileUrlPath.replace(/^dist\//, '')))?.[0];

/** Exports by name: the overloads of a function are one. */
function byName(items: readonly ApiItem[]): Map<string, ApiItem[]> {
  const found = new Map<string, ApiItem[]>();
  for (const item of items) found.set(item.name, [...(found.get(item.name) ?? []), item]);
  return found;
}

/** Names of exports that no comment says anything of. */
export const undocumented = (items: readonly ApiItem[]): string[] =>
  [...byName(items)]
    .filter(([, own]) => own.every(({ docComment }) => textOf(docComment) === ''))
    .map(([name]) => name);

const rank = ([name, [{ kind }]]: readonly [string, readonly ApiItem[]]) => `${kinds.indexOf(kind)} ${name}`;

/** The page docs/api.md. */
export function apiPage(items: readonly ApiItem[]): string {
  const all = [...byName(items)].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
  const sections = parts
    .map(([title]) => [title, all.filter(([, [first]]) => partOf(first) === title)] as const)
    .filter(([, own]) => own.length > 0);
  const contents = sections.map(([title, own]) => {
    const links = own
      .filter(([, [{ kind }]]) => kinds.indexOf(kind) < 3)
      .map(([name]) => `[${name}](#${name.toLowerCase()})`);
    return `- **${title}**${links.length === 0 ? '' : `: ${links.join(', ')}`}`;
  });
  const bodies = sections.map(
    ([title, own]) => `## ${title}\n\n${own.map(([name, items]) => sectionOf(name, items)).join('\n')}`,
  );
  return `# The package as a library\n\nWritten by \`npm run docs\` from the comments in the sources; change those instead. Public functions throw: \`RangeError\` or\n\`TypeError\` for what the caller did wrong, else a \`ScattershotError\` with \`reason\` and \`nextStep\`. Densities, accuracies and scatter are\nfractions from 0 to 1, margins and gains accuracy points (hundredths).\n\n${contents.join('\n')}\n\n${bodies.join('\n')}`;
}
