import { ScattershotError } from './failure.ts';

/**
 * What a reader of bytes can find wrong, whatever the bytes were meant for:
 * `damaged-content` broken, cut short or of another kind than expected; `unsupported-content` sound, and of a kind that is not read;
 * `content-too-big` more than memory or a format allows; `out-of-proportion` packed so tightly that it is taken for a trap.
 */
export type ContentReason = 'damaged-content' | 'unsupported-content' | 'content-too-big' | 'out-of-proportion';

/**
 * Thrown by the readers of `base` (zip, npy, JSON, gzip), which do not know what a file is for. The message is a clause about the
 * content ("junction1 is cut short"); whoever opened the file puts its path before it and a next step of its own after it
 * (`wordContentErrors`). Unworded it still says something true.
 */
export class ContentError extends ScattershotError {
  declare readonly reason: ContentReason;

  constructor(reason: ContentReason, message: string, nextStep = 'Save the file again, or fetch it again.') {
    super({ reason, message, nextStep });
  }
}

/** @throws ContentError */
export function refuseContent(reason: ContentReason, message: string, nextStep?: string): never {
  throw new ContentError(reason, message, nextStep);
}

/** Runs a reader; what it finds wrong with the content is handed to `word`, which throws it in the words of its own room. */
export function wordContentErrors<T>(read: () => T, word: (error: ContentError) => never): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ContentError) return word(error);
    throw error;
  }
}

/** A value from a file, short enough for a message; never looks inside a list, which may be nested without end. */
export function showValue(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value !== 'string') return String(value);
  return JSON.stringify(value.length > 40 ? `${value.slice(0, 37)}…` : value);
}

/** "3.2 MiB" */
export function sizeText(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)));
  return `${Number((bytes / 1024 ** power).toPrecision(3))} ${units[power]}`;
}
