import { InvalidValueError } from '../base/caller-errors.ts';

export type CsvValue = string | number | null;

function csvField(value: CsvValue): string {
  if (value === null) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * A document after RFC 4180: CRLF after every line, quotes where a field holds a comma, a quote or a line break.
 * @throws RangeError when a line has not as many fields as the header
 */
export function csvDocument(header: readonly string[], lines: readonly (readonly CsvValue[])[]): string {
  const wrong = lines.findIndex((line) => line.length !== header.length);
  if (wrong >= 0) {
    throw new InvalidValueError(`line ${wrong + 1} has ${lines[wrong].length} fields; expected ${header.length}`);
  }
  return [header, ...lines].map((line) => `${line.map(csvField).join(',')}\r\n`).join('');
}
