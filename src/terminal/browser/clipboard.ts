import { join } from 'node:path';
import { messageOf } from '../../base/failure.ts';
import { makeFolders, writeWhole } from '../../base/file-access.ts';
import type { Notice } from './state.ts';

/** Terminals drop a longer sequence, and some what comes after it. */
const MOST_BASE64 = 74_994;

/** The sequence that puts a text on the clipboard of the terminal, also over ssh (OSC 52); null where it is too long for that. */
function clipboardSequence(text: string): string | null {
  const base64 = Buffer.from(text).toString('base64');
  return base64.length > MOST_BASE64 ? null : `\u001b]52;c;${base64}\u0007`;
}

/** Terminals that are known to have no clipboard; the Linux console prints what it does not know. */
const hasClipboard = (term: string | undefined): boolean => term !== undefined && !/^(linux|dumb|vt\d+)/.test(term);

export interface CopyOptions {
  /** for a copy of what is copied */
  readonly folder: string;
  readonly term: string | undefined;
  write(sequence: string): void;
}

/**
 * Copies a text. No terminal answers whether it took it (tmux, for one, drops it unless told otherwise), so the text is in a file as well.
 * @param what "the command"
 */
export async function copyText(what: string, text: string, { folder, term, write }: CopyOptions): Promise<Notice> {
  const sequence = hasClipboard(term) ? clipboardSequence(text) : null;
  if (sequence !== null) write(sequence);
  const file = join(folder, 'copied.txt');
  try {
    makeFolders(folder);
    const written = await writeWhole(file, [text]);
    if (!written.ok) throw new Error(written.message);
  } catch (error) {
    if (sequence === null) return { text: `Could not copy ${what}: ${messageOf(error)}`, tone: 'alert' };
    return { text: `Copied ${what} to the terminal's clipboard.`, tone: 'good' };
  }
  const where = sequence === null ? `The terminal takes no copy, so ${what} is in` : `Copied ${what}; it is also in`;
  return { text: `${where} ${file}`, tone: 'good' };
}
