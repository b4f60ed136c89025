import { printable, words, wrapText } from '../../report/format.ts';
import type { DashboardState } from '../dashboard-state.ts';
import { type Line, type PanelSpace, titleLine } from '../lines.ts';
import type { Theme } from '../theme.ts';

export type Verdict = NonNullable<DashboardState['verdict']>;

export interface VerdictPanelProps extends PanelSpace {
  readonly verdict: Verdict;
}

const meaningLines = (verdict: Verdict, width: number, theme: Theme) =>
  wrapText(printable(verdict.meaning, theme.unicode), width);

/** Lines that the panel would like. */
export const verdictHeight = (verdict: Verdict, width: number, theme: Theme): number =>
  1 + meaningLines(verdict, width, theme).length;

/** The answer, and the sentence that says what it means. */
export function verdictLines({ verdict, width, height, theme }: VerdictPanelProps): readonly Line[] {
  const lines = meaningLines(verdict, width, theme);
  const room = Math.max(0, height - 1);
  // What has to be left out shows as an ellipsis at the end of the last line.
  const shown = lines.length <= room ? lines : [...lines.slice(0, room - 1), lines.slice(room - 1).join(' ')];
  const title = titleLine(`Verdict: ${words(verdict.verdict)}`, width, theme);
  return [title, ...(room > 0 ? shown.map((text): Line => [{ text }]) : [])];
}
