import { InvalidValueError } from '../base/caller-errors.ts';
import { cleanText } from '../base/clean-text.ts';

export type CsvValue = string | number | null;

/** Most bytes of a field. */
const MOST_FIELD = 1000;

function csvField(value: CsvValue): string {
  if (value === null) return '';
  const text = typeof value === 'number' ? String(value) : cleanText(value, MOST_FIELD);
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * A document after RFC 4180: CRLF after every line, quotes where a field holds a comma or a quote. Control characters, line breaks
 * among them, are shown as escapes, since people print tables in terminals and many tools split them at every line break.
 * @throws RangeError when a line has not as many fields as the header
 */
export function csvDocument(header: readonly string[], lines: readonly (readonly CsvValue[])[]): string {
  const wrong = lines.findIndex((line) => line.length !== header.length);
  if (wrong >= 0) {
    throw new InvalidValueError(`line ${wrong + 1} has ${lines[wrong].length} fields; expected ${header.length}`);
  }
  return [header, ...lines].map((line) => `${line.map(csvField).join(',')}\r\n`).join('');
}
