import { plural } from '../../base/plural.ts';
import { describeArchitecture } from '../../pattern/architecture.ts';
import { clockTime, fraction, MOST_PARAGRAPH, printable, words, wrapText } from '../../report/format.ts';
import type { DashboardState } from '../dashboard-state.ts';
import { endText } from '../event-text.ts';
import { hostsText } from '../hosts-state.ts';
import { type Line, paintLine, type Segment } from '../lines.ts';
import { glyphs, type Theme } from '../theme.ts';

export interface SummaryProps {
  readonly state: DashboardState;
  readonly elapsedMs: number;
  readonly width: number;
  readonly theme: Theme;
}

const WARNINGS_SHOWN = 5;

function endLine({ state, elapsedMs, theme }: SummaryProps): Segment[] {
  const { end, study, searchEnd } = state;
  const settings = study?.settings ?? null;
  const status = end?.status ?? 'interrupted';
  const why = end === null ? null : endText(end, searchEnd, settings);
  const separator = ` ${glyphs(theme).separator} `;
  const setting =
    settings === null ? [] : [describeArchitecture(settings.architecture), settings.metric, `seed ${settings.seed}`];
  return [
    { text: `${study?.study ?? 'Scattershot'} `, tone: 'title' },
    { text: status, tone: status === 'finished' ? 'good' : 'alert' },
    { text: ` after ${clockTime(elapsedMs)}${why === null ? '' : `: ${why}`}` },
    { text: setting.map((part) => separator + part).join('') },
  ];
}

function factLines({ search, best, training, engine, study, hosts }: DashboardState): string[] {
  const lines: string[] = [];
  if (search.progress !== null) {
    const top = best === null ? '' : `; best S ${fraction(best.scatter)}, #${best.number} ${best.strategy}`;
    lines.push(`Searched ${plural(search.progress.evaluated, 'candidate')}${top}`);
  }
  if (training.jobs.length > 0) {
    const finished = training.jobs.filter((job) => job.status === 'finished').length;
    const on = engine === null ? '' : ` by ${engine.engine} on ${engine.backend} (${engine.device})`;
    lines.push(`Trained${on}: ${finished} of ${training.jobs.length} trainings finished`);
  }
  if (hosts !== null) lines.push(`Hosts: ${hostsText(hosts)}`);
  if (typeof study?.database === 'string') lines.push(`Stored in ${study.database}`);
  return lines;
}

/** What stays on the screen when the dashboard is gone: how it ended, what was done, where it is, and the warnings. */
function summaryLines(props: SummaryProps): readonly Line[] {
  const { state, width, theme } = props;
  const wrap = (text: string) => wrapText(printable(text, theme.unicode, MOST_PARAGRAPH), width);
  const verdict = state.verdict === null ? [] : [`Verdict: ${words(state.verdict.verdict)}`];
  const warnings = state.warnings.slice(-WARNINGS_SHOWN).map((warning) => `! ${warning}`);
  const lines = [...factLines(state), ...verdict, ...warnings].flatMap(wrap);
  return [endLine(props), ...lines.map((text): Line => [{ text }])];
}

/** The summary as text, each line ended by a newline. */
export const summaryText = (props: SummaryProps): string =>
  summaryLines(props)
    .map((line) => `${paintLine(line, props.width, props.theme)}\n`)
    .join('');
