import { styleText } from 'node:util';
import { cleanText } from '../base/clean-text.ts';

/** Where a text goes: columns (Infinity for a file), and what may be used there. */
export interface TextOptions {
  readonly width: number;
  readonly color: boolean;
  /** false where the locale is not UTF-8 */
  readonly unicode: boolean;
}

/** What stands where a value is missing. */
export const MISSING = '-';

/** "0.9123". A value below 1 never reads as 1.0000, which would claim a perfect score. */
export function fraction(value: number | null, digits = 4): string {
  if (value === null || !Number.isFinite(value)) return MISSING;
  const shown = value.toFixed(digits);
  return value < 1 && Number(shown) === 1 ? (1 - 10 ** -digits).toFixed(digits) : shown;
}

/** "61.2 %" of a fraction. */
export function percent(value: number | null, digits = 1): string {
  if (value === null || !Number.isFinite(value)) return MISSING;
  return `${(100 * value).toFixed(digits)} %`;
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

/** "40 s", "12 min", "2.5 h": of a forecast, which knows no better. */
export function roughDuration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
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

/** Columns that a text takes, if no character is a wide one. */
export const textLength = (text: string): number => Array.from(text).length;

export const ellipsis = (unicode: boolean): string => (unicode ? '…' : '...');

/** At most `width` columns; what was cut off shows as an ellipsis. */
export function truncate(text: string, width: number, unicode = true): string {
  if (textLength(text) <= width) return text;
  const mark = ellipsis(unicode);
  const characters = Array.from(text);
  if (width <= mark.length) return characters.slice(0, Math.max(0, width)).join('');
  return characters.slice(0, width - mark.length).join('') + mark;
}

/** Words in lines of at most `width` columns; a longer word is broken. */
export function wrapText(text: string, width: number): string[] {
  const room = Math.max(1, Math.floor(width));
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((each) => each !== '')) {
    let rest = Array.from(word);
    if (line !== '' && textLength(line) + 1 + rest.length <= room) {
      line += ` ${word}`;
      continue;
    }
    if (line !== '') lines.push(line);
    while (rest.length > room) {
      lines.push(rest.slice(0, room).join(''));
      rest = rest.slice(room);
    }
    line = rest.join('');
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

/** "61.23 % ± 0.41", standard deviation in percentage points. */
export function meanAndSpread(mean: number | null, sd: number | null, options: TextOptions): string {
  if (mean === null) return MISSING;
  const spread = sd === null ? '' : ` ${options.unicode ? '±' : '+/-'} ${(100 * sd).toFixed(2)}`;
  return percent(mean, 2) + spread;
}
