import { Box } from 'ink';
import type { ReactNode } from 'react';
import type { DashboardState } from '../dashboard-state.ts';
import { type Claim, shareLines } from '../layout.ts';
import type { Theme } from '../theme.ts';
import { Footer } from './footer.tsx';
import { Header } from './header.tsx';
import { type Panel, panelsOf } from './panels.tsx';
import { Warnings } from './warnings.tsx';

export interface DashboardViewProps {
  readonly state: DashboardState;
  readonly elapsedMs: number;
  /** of the terminal; the view leaves its last line free */
  readonly columns: number;
  readonly rows: number;
  readonly theme: Theme;
  readonly stopping: number;
  readonly keys: boolean;
}

/** Two columns of panels from this width on. */
const WIDE = 160;
const GUTTER = 3;

/** Panels one below the other in their own order, in exactly `height` lines; a blank line between them where there is room. */
function PanelColumn({ panels, height, width }: { panels: readonly Panel[]; height: number; width: number }) {
  const lines = shareLines(
    panels.toSorted((a, b) => a.importance - b.importance),
    height,
  );
  const shown = panels.filter(({ id }) => lines.has(id));
  const used = shown.reduce((sum, { id }) => sum + (lines.get(id) ?? 0), 0);
  const gap = used + shown.length - 1 <= height ? 1 : 0;
  return (
    <Box flexDirection="column" width={width} height={height} gap={gap} overflow="hidden">
      {shown.map((panel) => (
        <Box key={panel.id} flexShrink={0}>
          {panel.render(lines.get(panel.id) ?? 0)}
        </Box>
      ))}
    </Box>
  );
}

function Body({ state, columns, height, theme }: DashboardViewProps & { height: number }): ReactNode {
  if (columns < WIDE) {
    return <PanelColumn panels={panelsOf(state, columns, theme)} height={height} width={columns} />;
  }
  const width = Math.floor((columns - GUTTER) / 2);
  const panels = panelsOf(state, width, theme);
  return (
    <Box gap={GUTTER} height={height}>
      <PanelColumn panels={panels.filter(({ side }) => side === 'left')} height={height} width={width} />
      <PanelColumn panels={panels.filter(({ side }) => side === 'right')} height={height} width={width} />
    </Box>
  );
}

/** The whole screen except its last line: header, panels, warnings, keys. Never wider than `columns`, never higher than `rows` − 1. */
export function DashboardView(props: DashboardViewProps) {
  const { state, elapsedMs, columns, rows, theme, stopping, keys } = props;
  const height = Math.max(1, rows - 1);
  const claims: Claim<'body' | 'header' | 'footer' | 'warnings'>[] = [
    { id: 'body', main: true, least: 1, wish: 4, most: Number.POSITIVE_INFINITY },
    { id: 'footer', main: true, least: 1, wish: 1, most: 1 },
    { id: 'header', main: true, least: 1, wish: 2, most: 3 },
    { id: 'warnings', main: false, least: 1, wish: 1, most: Math.min(2, state.warnings.length) },
  ];
  const lines = shareLines(claims, height);
  const heightOf = (id: 'body' | 'header' | 'footer' | 'warnings') => lines.get(id) ?? 0;
  const shared = { width: columns, theme };
  return (
    <Box flexDirection="column" width={columns} height={height} overflow="hidden">
      {lines.has('header') && <Header state={state} elapsedMs={elapsedMs} height={heightOf('header')} {...shared} />}
      <Body {...props} height={heightOf('body')} />
      {lines.has('warnings') && <Warnings warnings={state.warnings} height={heightOf('warnings')} {...shared} />}
      {lines.has('footer') && (
        <Footer stopping={stopping} keys={keys} ended={state.end !== null} height={1} {...shared} />
      )}
    </Box>
  );
}
