import { textLength, wrapText } from '../../report/format.ts';
import { type Line, type Segment, titleLine } from '../lines.ts';
import { glyphs, type Theme } from '../theme.ts';
import type { KeyPress } from './key-reader.ts';

/** What keys do in a view: the one table from which keys are understood and the help is made. */
export interface KeyBinding<Command extends string = string> {
  /** names as in `KeyPress`; the first ones are told in the help */
  readonly keys: readonly string[];
  readonly command: Command;
  /** a short clause without a subject: "end the study, everything found is kept" */
  readonly help: string;
  /** one or two words for the line of keys; absent: only in the help */
  readonly brief?: string;
}

export type KeyTable<Command extends string = string> = readonly KeyBinding<Command>[];

export const commandOf = <Command extends string>(table: KeyTable<Command>, key: KeyPress): Command | null =>
  table.find(({ keys }) => keys.includes(key.name))?.command ?? null;

const arrows: Readonly<Record<string, string>> = { up: '↑', down: '↓', left: '←', right: '→' };

/** "↑", "Ctrl-C", "Enter", "?" */
export function keyLabel(name: string, unicode: boolean): string {
  if (unicode && Object.hasOwn(arrows, name)) return arrows[name];
  const modified = /^(ctrl|alt|shift)-(.+)$/.exec(name);
  if (modified !== null) {
    const [, modifier, rest] = modified;
    const label = keyLabel(rest, unicode);
    return `${modifier[0].toUpperCase()}${modifier.slice(1)}-${rest.length === 1 ? label.toUpperCase() : label}`;
  }
  if (name === 'pageup' || name === 'pagedown') return name === 'pageup' ? 'PgUp' : 'PgDn';
  return name.length === 1 ? name : name[0].toUpperCase() + name.slice(1);
}

const labelOf = ({ keys }: KeyBinding, theme: Theme, most: number) =>
  keys
    .slice(0, most)
    .map((key) => keyLabel(key, theme.unicode))
    .join(' ');

/** "q end  ? help …": as many as fit, the first ones first. */
export function keysLine(table: KeyTable, width: number, theme: Theme): Line {
  const segments: Segment[] = [];
  let room = width;
  for (const binding of table) {
    if (binding.brief === undefined) continue;
    const label = labelOf(binding, theme, 1);
    const gap = segments.length === 0 ? '' : '  ';
    const needed = textLength(`${gap}${label} ${binding.brief}`);
    if (needed > room) break;
    room -= needed;
    segments.push({ text: `${gap}${label}`, tone: 'accent' }, { text: ` ${binding.brief}`, tone: 'quiet' });
  }
  return segments;
}

/** What a key does has this much room at least, however long the names of keys are. */
const LEAST_HELP = 12;

/** A page that tells every key of a view; what is longer than the screen goes on in the next line. */
export function helpLines(title: string, table: KeyTable, width: number, theme: Theme): readonly Line[] {
  const labels = table.map((binding) => labelOf(binding, theme, 3));
  const wide = Math.max(...labels.map(textLength), 0);
  return [
    titleLine(`${title} ${glyphs(theme).separator} keys`, width, theme),
    ...table.flatMap(({ help }, index) =>
      wrapText(help, Math.max(LEAST_HELP, width - wide - 2)).map((text, line): Line => {
        const label = line === 0 ? labels[index] : '';
        return [{ text: `${label}${' '.repeat(wide - textLength(label))}  `, tone: 'accent' }, { text }];
      }),
    ),
  ];
}
