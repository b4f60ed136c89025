/**
 * Cleans text from outside (a file's name, an argument, a row of the database, a driver's message) for a terminal. Characters that
 * could move the cursor, change colours, or reverse or hide other text are shown as a programmer would escape them.
 */

/** Control characters (C0, DEL, C1), format characters (bidi overrides, zero width), lone surrogates, line separators, blanks without a width. */
const UNSAFE = /\u034f|[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]/gu;
const UNSAFE_EXCEPT_LINE_FEED = new RegExp(`(?!\\n)(?:${UNSAFE.source})`, 'gu');

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** "\x1b", "\u202e", "\u{e0041}" */
function visible(character: string): string {
  const code = character.codePointAt(0) as number;
  if (Object.hasOwn(NAMED, character)) return NAMED[character];
  const hex = code.toString(16);
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`;
}

const CUT = ' [... shortened ...] ';

/** Whether this is a byte of UTF-8 after the first one of its character. */
const continues = (byte: number | undefined) => byte !== undefined && (byte & 0xc0) === 0x80;

/** Beginning and end of a text, at most `most` bytes of UTF-8 with the mark between them. */
function shorten(text: string, most: number): string {
  if (3 * text.length <= most) return text;
  const bytes = Buffer.from(text);
  if (bytes.length <= most) return text;
  const room = Math.max(0, most - CUT.length);
  let head = Math.ceil((2 * room) / 3);
  let tail = bytes.length - (room - head);
  while (continues(bytes[head])) head -= 1;
  while (continues(bytes[tail])) tail += 1;
  return bytes.toString('utf8', 0, head) + CUT + bytes.toString('utf8', tail);
}

function cleaned(text: string, most: number, unsafe: RegExp): string {
  // Neither end can give more than `most` bytes; the middle of a text of megabytes is not looked at.
  const ends = text.length > 2 * most + 2 ? text.slice(0, most + 1) + text.slice(-most - 1) : text;
  return shorten(ends.replace(unsafe, visible), most);
}

/** One line that is safe to show. @param most bytes of UTF-8 at most; what is longer loses its middle. Default: any length */
export const cleanText = (text: string, most = Number.POSITIVE_INFINITY): string => cleaned(text, most, UNSAFE);

/** The same for text of several lines, which stay lines. */
export const cleanLines = (text: string, most = Number.POSITIVE_INFINITY): string =>
  cleaned(text, most, UNSAFE_EXCEPT_LINE_FEED);

// biome-ignore lint/suspicious/noControlCharactersInRegex: the colours that our own tables use
const COLOURS = /(\u001b\[\d{1,2}(?:;\d{1,2})*m)/;

/** Cleans lines that our own code has coloured: colours stay. Whatever came from outside must be clean before it is coloured. */
export const cleanColoredLines = (text: string): string =>
  text
    .split(COLOURS)
    .map((part, index) => (index % 2 === 1 ? part : cleanLines(part)))
    .join('');

/** The same value as JSON, with every character escaped that a terminal could act on; `JSON.stringify` leaves DEL, C1 and bidi as they are. */
export function safeJson(value: unknown, indent = 0): string {
  const units = (character: string) => Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  const escaped = (character: string) => units(character).map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`);
  return JSON.stringify(value, null, indent).replace(UNSAFE_EXCEPT_LINE_FEED, (character) =>
    escaped(character).join(''),
  );
}
