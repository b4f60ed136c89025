import { cut, ellipsis, printable, textLength } from '../report/format.ts';
import { glyphs, type Theme } from './theme.ts';

/** What a view is made of: lines of text with a tone, measured, cleaned and coloured in one place. */

export type Tone = 'title' | 'quiet' | 'accent' | 'good' | 'alert' | 'bad';

export interface Segment {
  readonly text: string;
  readonly tone?: Tone;
  /** light on dark turned round, as for the row under the cursor */
  readonly inverse?: boolean;
}

/** One line of the screen. */
export type Line = readonly Segment[];

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Parameters of the escape sequence that selects a tone; the second one on a light background. */
const toneCodes: Readonly<Record<Tone, readonly [string, string]>> = {
  title: ['1', '1'],
  quiet: ['2', '2'],
  accent: ['36', '34'],
  good: ['32', '32'],
  alert: ['1;33', '1;35'],
  bad: ['1;31', '1;31'],
};

const RESET = '\u001b[0m';

/** The segments that fit in `width` columns, cleaned of what a terminal would act on; a cut shows as an ellipsis. */
export function fitLine(line: Line, width: number, theme: Theme): Line {
  const clean = line.map((segment) => ({ ...segment, text: printable(segment.text, theme.unicode) }));
  const length = clean.reduce((sum, { text }) => sum + textLength(text), 0);
  if (length <= width) return clean;
  const mark = ellipsis(theme.unicode);
  const fitted: Segment[] = [];
  let room = width - mark.length;
  if (room < 0) return [{ text: cut(clean.map(({ text }) => text).join(''), width) }];
  for (const segment of clean) {
    const wide = textLength(segment.text);
    if (wide > room) return [...fitted, { ...segment, text: cut(segment.text, room) + mark }];
    fitted.push(segment);
    room -= wide;
  }
  return fitted;
}

/** Columns that a line takes before it is fitted. */
export const lineLength = (line: Line, theme: Theme): number =>
  line.reduce((sum, { text }) => sum + textLength(printable(text, theme.unicode)), 0);

function codesOf({ tone, inverse }: Segment, theme: Theme): string {
  // Without colour the row under the cursor still has to be told from the others.
  const turned = inverse === true ? ['7'] : [];
  const toned = tone !== undefined && theme.color ? [toneCodes[tone][theme.light === true ? 1 : 0]] : [];
  return [...toned, ...turned].join(';');
}

/** A line as the terminal gets it, at most `width` columns. */
export function paintLine(line: Line, width: number, theme: Theme): string {
  return fitLine(line, width, theme)
    .map((segment) => {
      const codes = codesOf(segment, theme);
      return codes === '' || segment.text === '' ? segment.text : `\u001b[${codes}m${segment.text}${RESET}`;
    })
    .join('');
}

/** Exactly `width` columns: cut, or filled up with spaces. */
export function padLine(line: Line, width: number, theme: Theme): Line {
  const fitted = fitLine(line, width, theme);
  const missing = width - lineLength(fitted, theme);
  return missing > 0 ? [...fitted, { text: ' '.repeat(missing) }] : fitted;
}

/** Two blocks side by side, `gap` columns between them. */
export function beside(
  left: readonly Line[],
  right: readonly Line[],
  layout: { readonly leftWidth: number; readonly gap: number; readonly theme: Theme },
): readonly Line[] {
  const { leftWidth, gap, theme } = layout;
  return Array.from({ length: Math.max(left.length, right.length) }, (_, row) => {
    const other = right[row] ?? [];
    if (other.length === 0) return left[row] ?? [];
    return [...padLine(left[row] ?? [], leftWidth, theme), { text: ' '.repeat(gap) }, ...other];
  });
}

/** A panel's first line: its title and a rule to the edge, so that it stands out without colour. */
export function titleLine(text: string, width: number, theme: Theme): Line {
  const clean = printable(text, theme.unicode);
  const rule = glyphs(theme).rule.repeat(Math.max(0, width - textLength(clean) - 1));
  const title: Segment = { text: clean, tone: 'title' };
  return rule === '' ? [title] : [title, { text: ` ${rule}`, tone: 'quiet' }];
}

/** What every panel is given: the columns and lines that it may use, all of them or fewer. */
export interface PanelSpace {
  readonly width: number;
  readonly height: number;
  readonly theme: Theme;
}
