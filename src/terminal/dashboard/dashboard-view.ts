import type { DashboardState } from '../dashboard-state.ts';
import { helpLines } from '../keys/key-table.ts';
import { type Claim, shareLines } from '../layout.ts';
import { beside, type Line } from '../lines.ts';
import type { Theme } from '../theme.ts';
import { goingOn } from '../training-state.ts';
import type { Controls } from './controls.ts';
import { footerLine } from './footer.ts';
import { headerLines } from './header.ts';
import { keysOf } from './keys.ts';
import { type Panel, panelsOf } from './panels.ts';
import { warningLines } from './warnings.ts';

export interface DashboardViewProps {
  readonly state: DashboardState;
  readonly elapsedMs: number;
  /** of the terminal */
  readonly columns: number;
  readonly rows: number;
  readonly theme: Theme;
  readonly controls: Controls;
  /** whether keys can be read */
  readonly keys: boolean;
}

/** Two columns of panels from this width on. */
const WIDE = 160;
const GUTTER = 3;

/** Panels one below the other in their own order, in exactly `height` lines; a blank line between them where there is room. */
function panelColumn(panels: readonly Panel[], height: number): readonly Line[] {
  const share = shareLines(
    panels.toSorted((a, b) => a.importance - b.importance),
    height,
  );
  const shown = panels.filter(({ id }) => share.has(id));
  const used = shown.reduce((sum, { id }) => sum + (share.get(id) ?? 0), 0);
  const gap: readonly Line[] = used + shown.length - 1 <= height ? [[]] : [];
  const lines = shown.flatMap((panel, index) => {
    const most = share.get(panel.id) ?? 0;
    return [...(index > 0 ? gap : []), ...panel.render(most).slice(0, most)];
  });
  return Array.from({ length: height }, (_, row) => lines[row] ?? []);
}

function bodyLines({ state, columns, theme }: DashboardViewProps, height: number): readonly Line[] {
  if (columns < WIDE) return panelColumn(panelsOf(state, columns, theme), height);
  const width = Math.floor((columns - GUTTER) / 2);
  const panels = panelsOf(state, width, theme);
  const [left, right] = (['left', 'right'] as const).map((each) =>
    panelColumn(
      panels.filter(({ side }) => side === each),
      height,
    ),
  );
  return beside(left, right, { leftWidth: width, gap: GUTTER, theme });
}

/** What is shown of the state while it is not ending: a pause stops trainings that go on later. */
function shownState({ state, controls }: DashboardViewProps): DashboardState {
  const isEnding = state.end !== null || controls.stopping || controls.endsAfterTrainings;
  return isEnding ? state : { ...state, training: goingOn(state.training) };
}

/** The whole screen: header, panels, warnings, keys. Never more than `rows` lines. */
export function dashboardLines(props: DashboardViewProps): readonly Line[] {
  const { elapsedMs, columns, rows, theme, controls, keys } = props;
  const state = shownState(props);
  if (controls.help) return helpLines('Dashboard', keysOf(controls), columns, theme).slice(0, rows);
  const ended = state.end !== null;
  const claims: Claim<'body' | 'header' | 'footer' | 'warnings'>[] = [
    { id: 'body', main: true, least: 1, wish: 4, most: Number.POSITIVE_INFINITY },
    { id: 'footer', main: true, least: 1, wish: 1, most: 1 },
    { id: 'header', main: true, least: 1, wish: 2, most: 3 },
    { id: 'warnings', main: false, least: 1, wish: 1, most: Math.min(2, state.warnings.length) },
  ];
  const share = shareLines(claims, Math.max(1, rows));
  const heightOf = (id: 'body' | 'header' | 'footer' | 'warnings') => share.get(id) ?? 0;
  const header = share.has('header')
    ? headerLines({ state, elapsedMs, width: columns, height: heightOf('header'), theme })
    : [];
  return [
    ...header,
    ...bodyLines({ ...props, state }, heightOf('body')),
    ...warningLines({ warnings: state.warnings, height: heightOf('warnings') }),
    ...(share.has('footer') ? [footerLine({ controls, keys, ended, width: columns, theme })] : []),
  ];
}
