import { fraction, printable } from '../../report/format.ts';
import type { Column } from '../../report/table.ts';
import { shortfall } from '../../search/ranking.ts';
import type { IslandState } from '../island-state.ts';
import type { Line, PanelSpace } from '../lines.ts';
import { commonScale, type Scale, sparkline } from '../sparkline.ts';
import type { Theme } from '../theme.ts';
import { panelTable } from './panel-table.ts';

export interface IslandsTableProps extends PanelSpace {
  readonly islands: readonly IslandState[];
}

type NumberedIsland = IslandState & { readonly number: number };

const COURSE_WIDTH = 24;

function islandColumns(scale: Scale, theme: Theme): Column<NumberedIsland>[] {
  return [
    { title: 'Island', align: 'right', priority: 1, text: ({ number }) => String(number) },
    { title: 'strategy', align: 'left', priority: 0, least: 8, text: (row) => strategyText(row, theme) },
    { title: 'candidates', align: 'right', priority: 2, text: ({ evaluated }) => String(evaluated) },
    { title: 'best S', align: 'right', priority: 0, text: ({ best }) => fraction(best) },
    {
      title: 'so far',
      align: 'left',
      priority: 3,
      text: ({ course }) => sparkline(course, COURSE_WIDTH, scale, theme),
    },
  ];
}

const strategyText = ({ strategy, target }: IslandState, theme: Theme) =>
  printable(target === null ? strategy : `${strategy} to ${target}`, theme.unicode);

/** In their own order, which does not jump; where some must be left out, the best. */
function shownIslands({ islands, height }: IslandsTableProps): readonly NumberedIsland[] {
  const numbered = islands.map((island, number) => ({ ...island, number }));
  if (islands.length < height) return numbered;
  const lack = ({ best, target }: IslandState) => (best === null ? Number.POSITIVE_INFINITY : shortfall(best, target));
  return numbered.toSorted((a, b) => lack(a) - lack(b) || a.number - b.number);
}

/** What every island has made so far, the best S among it, and how that came to be, all courses on one scale. */
export function islandLines(props: IslandsTableProps): readonly Line[] {
  const { islands, width, height, theme } = props;
  const scale = commonScale(islands.map(({ course }) => course)) ?? { low: 0, high: 1 };
  return panelTable({ columns: islandColumns(scale, theme), rows: shownIslands(props), width, height, theme });
}
