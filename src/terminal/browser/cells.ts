import { fitted, printable } from '../../report/format.ts';
import { type Line, padLine, type Tone } from '../lines.ts';
import type { Theme } from '../theme.ts';

export const plainLine = (text: string, tone?: Tone): Line => [tone === undefined ? { text } : { text, tone }];

/** Exactly `width` columns, cleaned of what a terminal would act on. */
export const cell = (text: string, width: number, align: 'left' | 'right', { unicode }: Theme): string =>
  fitted(printable(text, unicode), width, align, unicode);

/** Blocks of lines beside each other, each as wide as it says. */
export function besides(
  blocks: readonly { readonly lines: readonly Line[]; readonly width: number }[],
  gap: number,
  theme: Theme,
): readonly Line[] {
  const height = Math.max(0, ...blocks.map(({ lines }) => lines.length));
  return Array.from({ length: height }, (_, row) =>
    blocks.flatMap(({ lines, width }, index) => [
      ...(index === 0 ? [] : [{ text: ' '.repeat(gap) }]),
      ...padLine(lines[row] ?? [], width, theme),
    ]),
  );
}
