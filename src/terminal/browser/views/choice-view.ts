import type { Line } from '../../lines.ts';
import type { Theme } from '../../theme.ts';
import { plainLine } from '../cells.ts';
import type { ColumnChoice } from '../state.ts';

/** The columns to choose from, `height` lines at most. */
export function choiceLines({ index, shown, names }: ColumnChoice, height: number, theme: Theme): readonly Line[] {
  const room = Math.max(1, height - 1);
  const top = Math.min(Math.max(0, index - Math.floor(room / 2)), Math.max(0, names.length - room));
  const cursor = theme.unicode ? '▸' : '>';
  return [
    plainLine('Columns', 'title'),
    ...names.slice(top, top + room).map((name, at): Line => {
      const isCurrent = top + at === index;
      return [
        { text: `${isCurrent ? cursor : ' '} [${shown.includes(name) ? 'x' : ' '}] ${name}`, inverse: isCurrent },
      ];
    }),
  ];
}
