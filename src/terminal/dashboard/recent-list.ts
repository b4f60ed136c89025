import { clockTime } from '../../report/format.ts';
import { type Line, type PanelSpace, titleLine } from '../lines.ts';
import type { RecentEvent } from '../recent-events.ts';

export interface RecentListProps extends PanelSpace {
  /** oldest first */
  readonly recent: readonly RecentEvent[];
}

/** What happened of late, the latest last. */
export function recentLines({ recent, width, height, theme }: RecentListProps): readonly Line[] {
  const shown = height > 1 ? recent.slice(1 - height) : [];
  return [
    titleLine('Last events', width, theme),
    ...shown.map(
      ({ atMs, text, tone }): Line => [
        { text: `${clockTime(atMs).padStart(7)}  `, tone: 'quiet' },
        { text, ...(tone === undefined ? {} : { tone }) },
      ],
    ),
  ];
}
