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
 * Lines of a document after RFC 4180: CRLF after every line, quotes where a field holds a comma or a quote. Control characters, line
 * breaks among them, are shown as escapes, since people print tables in terminals and many tools split them at every line break.
 * @throws RangeError when a line has not as many fields as the header
 */
export function* csvLines(header: readonly string[], lines: Iterable<readonly CsvValue[]>): Generator<string, void> {
  const text = (line: readonly CsvValue[]) => `${line.map(csvField).join(',')}\r\n`;
  yield text(header);
  let count = 0;
  for (const line of lines) {
    count++;
    if (line.length !== header.length) {
      throw new InvalidValueError(`line ${count} has ${line.length} fields; expected ${header.length}`);
    }
    yield text(line);
  }
}

/** The same at once. */
export const csvDocument = (header: readonly string[], lines: readonly (readonly CsvValue[])[]): string =>
  [...csvLines(header, lines)].join('');
