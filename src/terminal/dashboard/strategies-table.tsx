import { fraction, printable } from '../../report/format.ts';
import type { Column } from '../../report/table.ts';
import type { DashboardState } from '../dashboard-state.ts';
import { bar } from '../sparkline.ts';
import type { Theme } from '../theme.ts';
import type { PanelProps } from './line.tsx';
import { PanelTable } from './panel-table.tsx';

export type StrategyRow = NonNullable<DashboardState['search']['progress']>['strategies'][number];

export interface StrategiesTableProps extends PanelProps {
  readonly strategies: readonly StrategyRow[];
}

function strategyColumns(theme: Theme): Column<StrategyRow>[] {
  return [
    { title: 'Strategy', align: 'left', priority: 0, least: 8, text: ({ name }) => printable(name, theme.unicode) },
    { title: 'candidates', align: 'right', priority: 1, text: ({ evaluated }) => String(evaluated) },
    { title: 'best S', align: 'right', priority: 0, text: ({ best }) => fraction(best) },
    { title: '', align: 'left', priority: 2, text: ({ best }) => (best === null ? '' : bar(best, 20, theme)) },
  ];
}

/** In their own order, which does not jump; where some must be left out, the best. */
function shownStrategies(strategies: readonly StrategyRow[], height: number): readonly StrategyRow[] {
  if (strategies.length < height) return strategies;
  return strategies.toSorted((a, b) => (b.best ?? -1) - (a.best ?? -1));
}

/** What every strategy has made so far, and the highest S among it. */
export function StrategiesTable({ strategies, width, height, theme }: StrategiesTableProps) {
  const rows = shownStrategies(strategies, height);
  return <PanelTable columns={strategyColumns(theme)} rows={rows} width={width} height={height} theme={theme} />;
}
