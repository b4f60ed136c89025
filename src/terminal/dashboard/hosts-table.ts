import { plural } from '../../base/plural.ts';
import { shortNumber } from '../../report/format.ts';
import type { Column } from '../../report/table.ts';
import type { HostState } from '../hosts-state.ts';
import type { Line, PanelSpace } from '../lines.ts';
import { glyphs, type Theme } from '../theme.ts';
import { panelTable } from './panel-table.ts';

export interface HostsTableProps extends PanelSpace {
  readonly hosts: readonly HostState[];
  /** jobs that were done anew, of all hosts and of none */
  readonly returned: number;
}

const right = { align: 'right' } as const;

const columns: readonly Column<HostState>[] = [
  { title: 'Host', align: 'left', priority: 0, least: 10, text: ({ host }) => host },
  { title: 'device', align: 'left', priority: 2, least: 12, text: ({ device }) => device },
  { ...right, title: 'jobs', priority: 0, text: ({ jobs }) => String(jobs) },
  { ...right, title: 'samples/s', priority: 1, text: ({ samplesPerSecond }) => shortNumber(samplesPerSecond) },
  { ...right, title: 'done', priority: 0, text: ({ done }) => String(done) },
  { ...right, title: 'returned', priority: 1, text: ({ returned }) => String(returned) },
];

const sumOf = (hosts: readonly HostState[], value: (host: HostState) => number | null) =>
  hosts.reduce((sum, host) => sum + (value(host) ?? 0), 0);

/** What they do and did together: "12 jobs · 8.1 k samples/s · 120 done · 2 returned". */
function sumText(hosts: readonly HostState[], returned: number, theme: Theme): string {
  const rate = sumOf(hosts, ({ samplesPerSecond }) => samplesPerSecond);
  const parts = [
    plural(
      sumOf(hosts, ({ jobs }) => jobs),
      'job',
    ),
    ...(rate > 0 ? [`${shortNumber(rate)} samples/s`] : []),
    `${sumOf(hosts, ({ done }) => done)} done`,
    `${returned} returned`,
  ];
  return parts.join(` ${glyphs(theme).separator} `);
}

/** Fewer lines hold no table. */
const LEAST_TABLE = 4;

/** All in one line. */
function sumLine({ hosts, returned, theme }: HostsTableProps): Line {
  const text = `${plural(hosts.length, 'host')} ${glyphs(theme).separator} ${sumText(hosts, returned, theme)}`;
  return [{ text: 'Hosts   ', tone: 'title' }, { text }];
}

/** Who works for the study, and what each does and did; where there are more than lines, the busiest and the sum of the others. */
export function hostLines(props: HostsTableProps): readonly Line[] {
  const { hosts, width, height, theme } = props;
  const fit = hosts.length < height;
  if (hosts.length === 0 || (!fit && height < LEAST_TABLE)) return [sumLine(props)].slice(0, height);
  // In the order they came in, which does not jump.
  if (fit) return panelTable({ columns, rows: hosts, width, height, theme });
  const busiest = hosts.toSorted((a, b) => b.jobs - a.jobs || b.done - a.done);
  const others = busiest.slice(height - 2);
  const returned = sumOf(others, (host) => host.returned);
  const more = `${others.length} more: ${sumText(others, returned, theme)}`;
  return [...panelTable({ columns, rows: busiest, width, height: height - 1, theme }), [{ text: more, tone: 'quiet' }]];
}
