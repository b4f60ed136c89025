import type { DashboardState } from '../dashboard-state.ts';
import { heardHosts } from '../hosts-state.ts';
import type { Claim } from '../layout.ts';
import type { Line } from '../lines.ts';
import type { Theme } from '../theme.ts';
import { bestSoFarHeight, bestSoFarLines, mostAccurate } from './best-so-far.ts';
import { hostLines } from './hosts-table.ts';
import { islandLines } from './islands-table.ts';
import { leaderboardLines, leaderboardRows } from './leaderboard-excerpt.ts';
import { progressHeight, progressLines } from './progress.ts';
import { recentLines } from './recent-list.ts';
import { accuracyPoints, scatterPlotLines } from './scatter-plot.ts';
import { trainingLines } from './training-curves.ts';
import { verdictHeight, verdictLines } from './verdict-panel.ts';

type PanelId = 'progress' | 'best' | 'islands' | 'training' | 'plot' | 'leaderboard' | 'verdict' | 'recent' | 'hosts';

export interface Panel extends Claim<PanelId> {
  /** column on a wide screen */
  readonly side: 'left' | 'right';
  /** place in the present phase's order of importance, 0 first */
  readonly importance: number;
  /** @param height lines that it may use */
  render(height: number): readonly Line[];
}

/** The panels of a time by importance; the first `main` of them are what that time is about. */
interface Emphasis {
  readonly main: number;
  readonly order: readonly PanelId[];
}

const searching: Emphasis = {
  main: 3,
  order: ['progress', 'best', 'islands', 'hosts', 'leaderboard', 'recent', 'training', 'plot', 'verdict'],
};
const training: Emphasis = {
  main: 3,
  order: ['progress', 'training', 'plot', 'hosts', 'leaderboard', 'recent', 'best', 'islands', 'verdict'],
};
const concluding: Emphasis = {
  main: 3,
  order: ['verdict', 'progress', 'plot', 'leaderboard', 'hosts', 'training', 'recent', 'best', 'islands'],
};

function emphasis(state: DashboardState): Emphasis {
  if (state.verdict !== null) return concluding;
  return state.training.jobs.length > 0 ? training : searching;
}

type Description = Omit<Panel, 'importance' | 'main'>;

/** Enough of a long list to be worth its heading. */
const LIST_WISH = 6;
const PLOT_LEAST = 5;
const PLOT_WISH = 8;
const PLOT_MOST = 20;

/** A panel that is of use with one line and wants all of its own. */
const whole = (most: number) => ({ least: 1, wish: most, most });

/** A heading and as many rows of a list as there is room for. */
const list = (rows: number, wish = LIST_WISH) => ({ least: 2, wish, most: 1 + rows });

function searchPanels(state: DashboardState, width: number, theme: Theme): Description[] {
  const { best, study, recent } = state;
  const { islands } = state.islands;
  const progress: Description = {
    ...{ id: 'progress', side: 'left', ...whole(progressHeight(state, theme)) },
    render: (height) => progressLines({ state, width, height, theme }),
  };
  const panels = [progress];
  if (best !== null) {
    const accurate = mostAccurate(state);
    const told = { entryKeys: study?.entryKeys ?? [], levels: study?.entryLevels ?? null, mostAccurate: accurate };
    const target = study?.settings.target ?? null;
    panels.push({
      ...{ id: 'best', side: 'left', ...whole(bestSoFarHeight(best, width, accurate)) },
      render: (height) => bestSoFarLines({ best, target, ...told, width, height, theme }),
    });
  }
  // A validation makes no candidates on islands: once it trains there is nothing to tell of them.
  if (islands.length > 0 && (state.training.jobs.length === 0 || islands.some(({ evaluated }) => evaluated > 0))) {
    panels.push({
      ...{ id: 'islands', side: 'left', ...list(islands.length) },
      render: (height) => islandLines({ islands, width, height, theme }),
    });
  }
  if (state.hosts !== null) {
    const { returned } = state.hosts;
    const hosts = heardHosts(state.hosts, state.atMs);
    panels.push({
      ...{ id: 'hosts', side: 'left', least: 1, wish: 1, most: 1 + hosts.length },
      render: (height) => hostLines({ hosts, returned, width, height, theme }),
    });
  }
  if (recent.length > 0) {
    panels.push({
      ...{ id: 'recent', side: 'left', ...list(recent.length, 4) },
      render: (height) => recentLines({ recent, width, height, theme }),
    });
  }
  return panels;
}

function resultPanels(state: DashboardState, width: number, theme: Theme): Description[] {
  const { verdict, selection, study } = state;
  const { jobs, score } = state.training;
  const { rows, accuracies } = leaderboardRows(state);
  const points = accuracyPoints(state);
  const panels: Description[] = [];
  if (jobs.length > 0) {
    const epochs = selection?.epochs ?? (state.phase?.phase === 'train' ? state.phase.epochs : null);
    panels.push({
      ...{ id: 'training', side: 'right', ...list(jobs.length) },
      render: (height) => trainingLines({ jobs, epochs, score, width, height, theme }),
    });
  }
  // A single point is in the table; a picture of it says nothing.
  if (points.length > 1) {
    panels.push({
      ...{ id: 'plot', side: 'right', least: PLOT_LEAST, wish: PLOT_WISH, most: PLOT_MOST },
      render: (height) => scatterPlotLines({ points, score, width, height, theme }),
    });
  }
  if (rows.length > 0) {
    const target = study?.settings.target ?? null;
    const shared = { rows, accuracies, score, target, entryKeys: study?.entryKeys ?? [], width, theme };
    panels.push({
      ...{ id: 'leaderboard', side: 'right', ...list(rows.length) },
      render: (height) => leaderboardLines({ ...shared, height }),
    });
  }
  if (verdict !== null) {
    panels.push({
      ...{ id: 'verdict', side: 'left', ...whole(verdictHeight(verdict, width, theme)) },
      render: (height) => verdictLines({ verdict, width, height, theme }),
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
