import type { KeyPress } from './keys/key-reader.ts';
import type { Line, Size } from './lines.ts';

/** What has the whole screen for a time: its lines, and what a key does. */
export interface ScreenView {
  /** at most `rows` lines; what is wider than `columns` is cut. No clock and no writing in it */
  lines(size: Size): readonly Line[];
  key(key: KeyPress): void;
  /** lets go of what it holds, such as timers and a database; called once */
  close(): void;
}

/** What a view may ask of the program around it. */
export interface ScreenHost {
  /** something has changed: show it soon */
  redraw(): void;
  /** the user is done with this view: back to the one before, or the end of the program */
  leave(): void;
}
