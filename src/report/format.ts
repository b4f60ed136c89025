import { styleText } from 'node:util';
import stringWidth from 'string-width';
import { cleanText } from '../base/clean-text.ts';
import { MISSING, scoreSpreadText, scoreValueText } from '../base/number-text.ts';
import type { MaybeScore } from '../base/score.ts';

export { fraction, MISSING, percent, scoreSpreadText, scoreValueText } from '../base/number-text.ts';

/** Where a text goes: columns (Infinity for a file), and what may be used there. */
export interface TextOptions {
  readonly width: number;
  readonly color: boolean;
  /** false where the locale is not UTF-8 */
  readonly unicode: boolean;
}

const STEPS: readonly (readonly [number, string])[] = [
  [1e9, ' G'],
  [1e6, ' M'],
  [1e3, ' k'],
];

/** Three significant digits: "7.25", "812", "12.3 k", "1.05 M". */
export function shortNumber(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return MISSING;
  for (const [size, unit] of STEPS) {
    // 999.6 would round to "1000"
    if (Math.abs(value) >= size * 0.9995) return `${(value / size).toPrecision(3)}${unit}`;
  }
  if (Number.isInteger(value)) return String(value);
  return value.toPrecision(3);
}

/** "0:07", "12:30", "1:02:03". */
export function clockTime(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (part: number) => String(part).padStart(2, '0');
  const minutes = Math.floor(seconds / 60) % 60;
  const hours = Math.floor(seconds / 3600);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** "40 s", "12 min", "2.5 h", "3.5 days": of a forecast, which knows no better. */
export function roughDuration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  const hours = seconds / 3600;
  return hours < 72 ? `${hours.toFixed(1)} h` : `${(hours / 24).toFixed(1)} days`;
}

/** "12–15 min left", "about 40 s left", "50 s to 3 min left": of a forecast that knows how sure it is. */
export function timeLeft({ low, high }: { readonly low: number; readonly high: number }): string {
  const [from, to] = [roughDuration(low), roughDuration(high)];
  if (from === to) return `about ${to} left`;
  const unit = to.slice(to.indexOf(' '));
  return from.endsWith(unit) ? `${from.slice(0, -unit.length)}–${to} left` : `${from} to ${to} left`;
}

/** What our own sentences use beyond ASCII; a lost minus would turn a statement around. */
const ASCII_FOR: Readonly<Record<string, string>> = {
  ...{ '−': '-', '–': '-', '—': '-', '×': 'x', '±': '+/-', '·': '|', '…': '...', '≤': '<=', '≥': '>=', '≈': '~' },
  ...{ '’': "'", '‘': "'", '“': '"', '”': '"', σ: 'sigma', τ: 'tau', λ: 'lambda', ρ: 'rho', '²': '^2', '→': '->' },
};

/**
 * One line of text from anywhere: a study's name or a driver's message must not move the cursor or change colours.
 * @param most bytes at most; default: any length
 */
export function printable(text: string, unicode = true, most?: number): string {
  const clean = cleanText(text, most);
  return unicode ? clean : clean.replace(/[^\x20-\x7e]/gu, (character) => ASCII_FOR[character] ?? '?');
}

/** "no-link-found" as words. */
export const words = (kebab: string): string => kebab.replaceAll('-', ' ');

/** Characters of one UTF-16 unit and one column, none of which joins another: what our own texts are made of. */
const SIMPLE =
  /^[ -~\u00a1-\u00ac\u00ae-\u02ff\u0391-\u03a9\u03b1-\u03c9\u2010-\u2026\u2190-\u2193\u2212\u2248\u2264\u2265\u2500-\u259f\u25b8\u25c2\u2713\u2800-\u28ff]*$/;

const segmenter = new Intl.Segmenter();

/** Columns that a text takes on a terminal: wide characters two, combining ones none. */
export const textLength = (text: string): number => (SIMPLE.test(text) ? text.length : stringWidth(text));

/** What a terminal shows as one: a letter with its combining marks, an emoji of several code points. */
export const graphemes = (text: string): readonly string[] =>
  SIMPLE.test(text) ? text.split('') : Array.from(segmenter.segment(text), ({ segment }) => segment);

export const ellipsis = (unicode: boolean): string => (unicode ? '…' : '...');

/** As much of the beginning as has room in `width` columns. */
export function cut(text: string, width: number): string {
  if (SIMPLE.test(text)) return text.slice(0, Math.max(0, width));
  let taken = '';
  let columns = 0;
  for (const grapheme of graphemes(text)) {
    columns += textLength(grapheme);
    if (columns > width) return taken;
    taken += grapheme;
  }
  return taken;
}

/** At most `width` columns; what was cut off shows as an ellipsis. */
export function truncate(text: string, width: number, unicode = true): string {
  if (textLength(text) <= width) return text;
  const mark = ellipsis(unicode);
  return width <= mark.length ? cut(text, width) : cut(text, width - mark.length) + mark;
}

/** Exactly `width` columns: cut with an ellipsis, or filled up with spaces. */
export function fitted(text: string, width: number, align: 'left' | 'right' = 'left', unicode = true): string {
  const shown = truncate(text, Math.max(0, width), unicode);
  const padding = ' '.repeat(Math.max(0, width - textLength(shown)));
  return align === 'right' ? padding + shown : shown + padding;
}

/** Words in lines of at most `width` columns; a longer word is broken. */
export function wrapText(text: string, width: number): string[] {
  const room = Math.max(1, Math.floor(width));
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((each) => each !== '')) {
    let rest = word;
    if (line !== '' && textLength(line) + 1 + textLength(word) <= room) {
      line += ` ${word}`;
      continue;
    }
    if (line !== '') lines.push(line);
    while (textLength(rest) > room) {
      // A wide character in one column still needs a line.
      const part = cut(rest, room) || graphemes(rest)[0];
      lines.push(part);
      rest = rest.slice(part.length);
    }
    line = rest;
  }
  if (line !== '') lines.push(line);
  return lines;
}

/** Most bytes of a paragraph. */
export const MOST_PARAGRAPH = 4000;

/** Wrapped text; a width of Infinity leaves it on one line. */
export function paragraph(text: string, { width, unicode }: TextOptions): string[] {
  const line = printable(text, unicode, MOST_PARAGRAPH);
  return Number.isFinite(width) ? wrapText(line, width) : [line];
}

// The caller has decided about colour; styleText must not look at streams and NO_COLOR again.
export const heading = (text: string, color: boolean): string =>
  color ? styleText('bold', text, { validateStream: false }) : text;

/** "61.23 % ± 0.41", standard deviation in percentage points; another score in its unit: "1.2345 nats ± 0.021". */
export function meanAndSpread(
  mean: number | null,
  sd: number | null,
  options: TextOptions,
  score: MaybeScore = null,
): string {
  if (mean === null) return MISSING;
  const spread = sd === null ? '' : ` ${options.unicode ? '±' : '+/-'} ${scoreSpreadText(sd, score)}`;
  return scoreValueText(mean, score, 2) + spread;
}
