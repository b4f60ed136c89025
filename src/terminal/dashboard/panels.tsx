import type { ReactNode } from 'react';
import type { DashboardState } from '../dashboard-state.ts';
import type { Claim } from '../layout.ts';
import type { Theme } from '../theme.ts';
import { BestSoFar, bestSoFarHeight } from './best-so-far.tsx';
import { LeaderboardExcerpt, leaderboardRows } from './leaderboard-excerpt.tsx';
import { Progress, progressHeight } from './progress.tsx';
import { StrategiesTable } from './strategies-table.tsx';
import { TrainingCurves } from './training-curves.tsx';
import { VerdictPanel, verdictHeight } from './verdict-panel.tsx';

type PanelId = 'progress' | 'best' | 'strategies' | 'training' | 'leaderboard' | 'verdict';

export interface Panel extends Claim<PanelId> {
  /** column on a wide screen */
  readonly side: 'left' | 'right';
  /** place in the present phase's order of importance, 0 first */
  readonly importance: number;
  render(height: number): ReactNode;
}

/** The panels of a time by importance; the first `main` of them are what that time is about. */
interface Emphasis {
  readonly main: number;
  readonly order: readonly PanelId[];
}

const searching: Emphasis = {
  main: 3,
  order: ['progress', 'best', 'strategies', 'leaderboard', 'training', 'verdict'],
};
const training: Emphasis = {
  main: 3,
  order: ['progress', 'training', 'leaderboard', 'best', 'strategies', 'verdict'],
};
const concluding: Emphasis = {
  main: 3,
  order: ['verdict', 'progress', 'leaderboard', 'training', 'best', 'strategies'],
};

function emphasis(state: DashboardState): Emphasis {
  if (state.verdict !== null) return concluding;
  return state.training.jobs.length > 0 ? training : searching;
}

type Description = Omit<Panel, 'importance' | 'main'>;

/** Enough of a long list to be worth its heading. */
const LIST_WISH = 6;

/** A panel that is of use with one line and wants all of its own. */
const whole = (most: number) => ({ least: 1, wish: most, most });

/** A heading and as many rows of a list as there is room for. */
const list = (rows: number) => ({ least: 2, wish: LIST_WISH, most: 1 + rows });

function searchPanels(state: DashboardState, width: number, theme: Theme): Description[] {
  const { best, search, study } = state;
  const entryKeys = study?.entryKeys ?? [];
  const target = study?.settings.target ?? null;
  const strategies = search.progress?.strategies ?? [];
  const progress: Description = {
    ...{ id: 'progress', side: 'left', ...whole(progressHeight(state, theme)) },
    render: (height) => <Progress state={state} width={width} height={height} theme={theme} />,
  };
  const panels = [progress];
  if (best !== null) {
    panels.push({
      ...{ id: 'best', side: 'left', ...whole(bestSoFarHeight(best, width)) },
      render: (height) => <BestSoFar best={best} entryKeys={entryKeys} width={width} height={height} theme={theme} />,
    });
  }
  if (strategies.length > 0) {
    panels.push({
      ...{ id: 'strategies', side: 'left', ...list(strategies.length) },
      render: (height) => <StrategiesTable {...{ strategies, target, width, height, theme }} />,
    });
  }
  return panels;
}

function resultPanels(state: DashboardState, width: number, theme: Theme): Description[] {
  const { verdict, selection, study } = state;
  const { jobs } = state.training;
  const { rows, accuracies } = leaderboardRows(state);
  const panels: Description[] = [];
  if (jobs.length > 0) {
    const epochs = selection?.epochs ?? null;
    panels.push({
      ...{ id: 'training', side: 'right', ...list(jobs.length) },
      render: (height) => <TrainingCurves jobs={jobs} epochs={epochs} width={width} height={height} theme={theme} />,
    });
  }
  if (rows.length > 0) {
    const target = study?.settings.target ?? null;
    const shared = { rows, accuracies, target, entryKeys: study?.entryKeys ?? [], width, theme };
    panels.push({
      ...{ id: 'leaderboard', side: 'right', ...list(rows.length) },
      render: (height) => <LeaderboardExcerpt {...shared} height={height} />,
    });
  }
  if (verdict !== null) {
    panels.push({
      ...{ id: 'verdict', side: 'left', ...whole(verdictHeight(verdict, width, theme)) },
      render: (height) => <VerdictPanel verdict={verdict} width={width} height={height} theme={theme} />,
    });
  }
  return panels;
}

/** The panels that have something to show, from top to bottom. */
export function panelsOf(state: DashboardState, width: number, theme: Theme): readonly Panel[] {
  const { main, order } = emphasis(state);
  return [...searchPanels(state, width, theme), ...resultPanels(state, width, theme)].map((panel) => {
    const importance = order.indexOf(panel.id);
    return { ...panel, importance, main: importance < main };
  });
}
