import { plural } from '../../base/plural.ts';
import { describeArchitecture } from '../../pattern/architecture.ts';
import { clockTime, textLength } from '../../report/format.ts';
import type { DashboardState } from '../dashboard-state.ts';
import { budgetText, endText, phaseText } from '../event-text.ts';
import { type Line, type PanelSpace, padLine, type Segment } from '../lines.ts';
import { glyphs, type Theme } from '../theme.ts';

export interface HeaderProps extends PanelSpace {
  readonly state: DashboardState;
  readonly elapsedMs: number;
}

/** Of a training of one candidate alone, which is no study of its own. */
function trainedSegments({ phase }: DashboardState, theme: Theme): Segment[] {
  if (phase?.phase !== 'train') return [];
  const what = phase.study === null ? 'a pattern' : `candidate ${phase.candidates.join(', ')} of ${phase.study}`;
  const { separator } = glyphs(theme);
  return [
    { text: ` ${separator} ` },
    { text: what, tone: 'title' },
    { text: ` ${separator} ${describeArchitecture(phase.architecture)}` },
  ];
}

function studySegments(state: DashboardState, theme: Theme): Segment[] {
  const { study } = state;
  const name: Segment = { text: 'Scattershot', tone: 'accent' };
  if (study === null) return [name, ...trainedSegments(state, theme)];
  const resumed = study.resumed ? ' (resumed)' : '';
  return [
    name,
    { text: ` ${glyphs(theme).separator} ` },
    { text: study.study, tone: 'title' },
    { text: `${resumed} ${glyphs(theme).separator} ${describeArchitecture(study.settings.architecture)}` },
  ];
}

const engineText = ({ engine, backend, device }: NonNullable<DashboardState['engine']>) =>
  `${engine} on ${backend}, ${device}`;

function settingSegments({ study, engine }: DashboardState, theme: Theme): Segment[] {
  if (study === null) return [{ text: engine === null ? 'starting' : engineText(engine), tone: 'quiet' }];
  const { metric, seed, budget } = study.settings;
  const workers = study.workers === null ? [] : [plural(study.workers, 'worker')];
  const parts = [metric, `seed ${seed}`, ...workers, `budget ${budgetText(budget)}`];
  if (engine !== null) parts.push(engineText(engine));
  return [{ text: parts.join(` ${glyphs(theme).separator} `), tone: 'quiet' }];
}

function phaseSegments(state: DashboardState, theme: Theme): Segment[] {
  const { done, current } = glyphs(theme);
  const ended = state.end !== null;
  const past = ended ? state.phases : state.phases.slice(0, -1);
  const segments: Segment[] = past.map((phase) => ({ text: `${done} ${phase}  `, tone: 'quiet' }));
  if (!ended && state.phase !== null) {
    segments.push({ text: `${current} ${state.phase.phase}`, tone: 'title' }, { text: `  ${phaseText(state.phase)}` });
  }
  return [...segments, ...endSegments(state)];
}

function endSegments({ end, searchEnd, study }: DashboardState): Segment[] {
  if (end === null) return [];
  const reason = endText(end, searchEnd, study?.settings ?? null);
  const tone = end.status === 'finished' ? 'good' : 'alert';
  return [{ text: end.status, tone }, { text: reason === null ? '' : `: ${reason}` }];
}

/** Which study, how it was set, where it is: one to three lines, the first with the time since the start. */
export function headerLines({ state, elapsedMs, width, height, theme }: HeaderProps): readonly Line[] {
  const time = clockTime(elapsedMs);
  const room = Math.max(0, width - textLength(time) - 1);
  const first =
    room > 0 ? [...padLine(studySegments(state, theme), room, theme), { text: ` ${time}` }] : [{ text: time }];
  return [
    first,
    ...(height > 2 ? [settingSegments(state, theme)] : []),
    ...(height > 1 ? [phaseSegments(state, theme)] : []),
  ];
}
