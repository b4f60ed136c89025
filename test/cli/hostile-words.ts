/** Texts that try to act on a terminal, to hide or reverse other text, or to drown it. */
export const hostileWords: Readonly<Record<string, string>> = {
  'a cleared screen': 'a\u001b[2J\u001b[Hb',
  colours: '\u001b[31;1mred\u001b[0m',
  'a window title': '\u001b]0;owned\u0007',
  'a hyperlink': '\u001b]8;;http://example.com\u001b\\click\u001b]8;;\u001b\\',
  'a clipboard': '\u001b]52;c;Y3VybA==\u0007',
  'a device control string': '\u001bPq#0;2;0;0;0\u001b\\',
  'a report of the cursor': '\u001b[6n',
  'C1 sequences': '\u009b2J\u009d0;owned\u009c\u0085',
  'a bell and backspaces': 'ok\u0007\b\b\b\bno',
  'a line that is written over': 'ok\rscattershot: all is well',
  'a second line': 'x\nscattershot: all is well.\nTrust me.',
  'tabs and feeds': '\t\v\f',
  'delete characters': '\u007f\u007f',
  'reversed text': 'file\u202egnp.exe',
  isolates: '\u2066a\u2069\u2067b\u2069\u061c',
  'zero width': 'pay\u200bpal\u200d\u2060\ufeff\u00ad',
  'line separators': 'a\u2028b\u2029c',
  'a lone surrogate': 'a\ud800b\udc00',
  tags: 'a\u{e0041}\u{e007f}',
  'blanks without width': 'a\u3164\u115f\u034fb',
  'quotes and backslashes': '"\'`\\"$(x)%s%n',
  'a long line': 'x'.repeat(100_000),
  'many escapes': '\u001b[2J'.repeat(20_000),
  'wide and long': '日本'.repeat(20_000),
};

const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u115f\u3164]|\u034f/u;
const MOST = 4096;

/** What is wrong with an output for a terminal; null where nothing is. @param data documents for programs may be long */
export function outputFault(text: string, data = false): string | null {
  const found = UNSAFE.exec(text.replaceAll(/\r?\n/g, ''));
  if (found !== null) return `holds U+${found[0].codePointAt(0)?.toString(16)}`;
  const longest = Math.max(...text.split('\n').map((line) => Buffer.byteLength(line)));
  return data || longest <= MOST ? null : `has a line of ${longest} bytes`;
}

/** The same of a message, which may not be longer as a whole either. */
export const messageFault = (text: string): string | null =>
  outputFault(text) ?? (Buffer.byteLength(text) <= MOST ? null : `has ${Buffer.byteLength(text)} bytes`);
