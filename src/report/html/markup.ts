import { cleanText } from '../../base/clean-text.ts';

/** Markup that may stand in a page as it is: made by `html`, or by `trusted` from text that our own code wrote. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text from anywhere, for a page: neither markup nor control characters get through. */
export const escaped = (text: string): string => cleanText(text).replace(/[&<>"']/g, (character) => ESCAPES[character]);

type Part = Markup | string | number | null | readonly Part[];

function written(part: Part): string {
  if (part === null) return '';
  if (part instanceof Markup) return part.text;
  if (typeof part === 'object') return part.map(written).join('');
  return escaped(String(part));
}

/** Every value is escaped, except markup; lists are joined, null is nothing. */
export const html = (pieces: TemplateStringsArray, ...parts: readonly Part[]): Markup =>
  new Markup(pieces.reduce((text, piece, index) => text + written(parts[index - 1] ?? null) + piece));

/** Only for text that holds nothing from outside. */
export const trusted = (text: string): Markup => new Markup(text);
