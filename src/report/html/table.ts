import { html, type Markup } from './markup.ts';

/** One column of a table in a page. */
export interface HtmlColumn<T> {
  readonly title: string;
  /** words stand left, numbers right; 'wrap' is words that may take several lines */
  readonly kind: 'text' | 'number' | 'wrap';
  readonly text: (row: T) => string | Markup;
}

const classOf = (kind: HtmlColumn<unknown>['kind']) =>
  kind === 'number' ? '' : kind === 'text' ? 'text' : 'text wrap';

/** A table that is scrolled where the page is too narrow. Null without rows. */
export function htmlTable<T>(rows: readonly T[], columns: readonly HtmlColumn<T>[]): Markup | null {
  if (rows.length === 0) return null;
  const heads = columns.map(({ title, kind }) => html`<th scope="col" class="${classOf(kind)}">${title}</th>`);
  const lines = rows.map(
    (row) => html`<tr>${columns.map(({ kind, text }) => html`<td class="${classOf(kind)}">${text(row)}</td>`)}</tr>\n`,
  );
  return html`<div class="scroll" tabindex="0"><table><thead><tr>${heads}</tr></thead><tbody>\n${lines}</tbody></table></div>`;
}

/** Names and what they stand for. */
export function factsTable(facts: readonly (readonly [string, string])[]): Markup | null {
  return htmlTable(facts, [
    { title: 'what', kind: 'text', text: ([name]) => name },
    { title: 'value', kind: 'wrap', text: ([, value]) => value },
  ]);
}
