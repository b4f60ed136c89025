/** A word as a POSIX shell reads it. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** What a shell would do more than split words for. */
const SHELL_ONLY = /[|&;<>()$`*?[\]#!{}]/;

/**
 * The words of a command, as a POSIX shell splits them: by blanks, quotes and backslashes. Nothing is expanded, except a leading `~/`,
 * which a shell would not have seen inside quotes.
 * @param home stands for `~`
 * @throws ShellSyntaxError for an open quote, and for what only a shell does (pipes, variables, patterns)
 */
export function shellWords(text: string, home: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (/\s/.test(sign)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (sign === "'" || sign === '"') {
      const { inside, end } = quoted(text, at);
      word = (word ?? '') + inside;
      at = end;
    } else if (sign === '\\' && at + 1 < text.length) {
      at += 1;
      word = (word ?? '') + text[at];
    } else if (SHELL_ONLY.test(sign)) throw new ShellSyntaxError(`"${sign}" means something to a shell only`);
    else if (sign === '~' && word === null && text[at + 1] === '/') word = home;
    else word = (word ?? '') + sign;
  }
  return word === null ? words : [...words, word];
}

/** What makes a text no plain list of words. */
export class ShellSyntaxError extends Error {}

/** What stands between quotes, and where the closing one is. */
function quoted(text: string, start: number): { readonly inside: string; readonly end: number } {
  const quote = text[start];
  let inside = '';
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === quote) return { inside, end: at };
    const escapes = quote === '"' && text[at] === '\\' && /["\\$`]/.test(text[at + 1] ?? '');
    if (escapes) at += 1;
    else if (quote === '"' && /[$`]/.test(text[at])) {
      throw new ShellSyntaxError(`"${text[at]}" means something to a shell only`);
    }
    inside += text[at];
  }
  throw new ShellSyntaxError(`a quote ${quote} is not closed`);
}
