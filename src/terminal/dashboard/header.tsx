import { Box } from 'ink';
import { plural } from '../../base/plural.ts';
import { describeArchitecture } from '../../pattern/architecture.ts';
import { clockTime, textLength } from '../../report/format.ts';
import type { DashboardState } from '../dashboard-state.ts';
import { budgetText, endText, phaseText } from '../event-text.ts';
import { glyphs, type Theme } from '../theme.ts';
import { Line, type PanelProps, type Segment } from './line.tsx';

export interface HeaderProps extends PanelProps {
  readonly state: DashboardState;
  readonly elapsedMs: number;
}

function studySegments({ study }: DashboardState, theme: Theme): Segment[] {
  const name: Segment = { text: 'Scattershot', tone: 'accent' };
  if (study === null) return [name];
  const resumed = study.resumed ? ' (resumed)' : '';
  return [
    name,
    { text: ` ${glyphs(theme).separator} ` },
    { text: study.study, tone: 'title' },
    { text: `${resumed} ${glyphs(theme).separator} ${describeArchitecture(study.settings.architecture)}` },
  ];
}

function settingSegments({ study, engine }: DashboardState, theme: Theme): Segment[] {
  if (study === null) return [{ text: 'starting', tone: 'quiet' }];
  const { metric, seed, budget } = study.settings;
  const parts = [metric, `seed ${seed}`, plural(study.workers, 'worker'), `budget ${budgetText(budget)}`];
  if (engine !== null) parts.push(`${engine.engine} on ${engine.backend}, ${engine.device}`);
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
export function Header({ state, elapsedMs, width, height, theme }: HeaderProps) {
  const time = clockTime(elapsedMs);
  const room = Math.max(0, width - textLength(time) - 1);
  return (
    <Box flexDirection="column">
      <Box width={width}>
        <Box width={room} marginRight={1}>
          <Line segments={studySegments(state, theme)} width={room} theme={theme} />
        </Box>
        {room > 0 && <Line segments={[{ text: time }]} width={width - room} theme={theme} />}
      </Box>
      {height > 2 && <Line segments={settingSegments(state, theme)} width={width} theme={theme} />}
      {height > 1 && <Line segments={phaseSegments(state, theme)} width={width} theme={theme} />}
    </Box>
  );
}
