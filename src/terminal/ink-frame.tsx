import { EventEmitter } from 'node:events';
import { Box, type Instance, render, Text } from 'ink';
import type { Size } from './lines.ts';

interface RowsProps {
  /** painted lines: with escape sequences of colour */
  readonly lines: readonly string[];
  readonly columns: number;
}

/** A column of rows, each as wide as the terminal at most. */
function Rows({ lines, columns }: RowsProps) {
  return (
    <Box flexDirection="column" width={columns}>
      {lines.map((text, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity except their place
        <Text key={row} wrap="truncate">
          {text === '' ? ' ' : text}
        </Text>
      ))}
    </Box>
  );
}

/** What Ink takes for the terminal: it keeps the last frame instead of writing it. */
class FrameStream extends EventEmitter {
  readonly isTTY = false;
  columns = 0;
  frame = '';

  write(text: string): boolean {
    this.frame = text;
    return true;
  }
}

/**
 * Lays rows out with Ink, and gives them back instead of writing them: Ink's own writing waits for a terminal that does not read, and writes
 * whole frames. Its log of the console, its keys and its signals are not used either. Only rows that the last frame did not have are laid
 * out: a whole frame of 200 × 50 costs 15 ms, which at ten frames a second would be a seventh of a core.
 */
export class InkFrames {
  #stream = new FrameStream();
  #instance: Instance | null = null;
  /** what Ink made of the lines of the last frame */
  #known: ReadonlyMap<string, string> = new Map();

  /** The rows that the terminal should show, one string each. */
  layOut(lines: readonly string[], { columns, rows }: Size): readonly string[] {
    if (columns !== this.#stream.columns) this.#known = new Map();
    const shown = lines.slice(0, rows);
    const fresh = [...new Set(shown.filter((line) => !this.#known.has(line)))];
    const made = new Map(this.#render(fresh, columns).map((row, index) => [fresh[index], row]));
    const laidOut = shown.map((line): [string, string] => [line, made.get(line) ?? this.#known.get(line) ?? '']);
    this.#known = new Map(laidOut);
    return laidOut.map(([, row]) => row);
  }

  close(): void {
    this.#instance?.unmount();
    this.#instance = null;
    this.#known = new Map();
  }

  #render(lines: readonly string[], columns: number): readonly string[] {
    if (lines.length === 0) return [];
    this.#stream.columns = columns;
    const node = <Rows lines={lines} columns={columns} />;
    if (this.#instance === null) {
      const stream = this.#stream as unknown as NodeJS.WriteStream;
      // `debug`: every rendering is written at once and whole, without sequences that move a cursor.
      const options = { stdout: stream, stderr: stream, debug: true, patchConsole: false, exitOnCtrlC: false };
      this.#instance = render(node, options);
    } else this.#instance.rerender(node);
    return this.#stream.frame.split('\n').map((row) => row.trimEnd());
  }
}
