import { plural } from '../../base/plural.ts';
import { shortNumber } from '../../report/format.ts';
import type { Column } from '../../report/table.ts';
import type { HostState } from '../hosts-state.ts';
import type { Line, PanelSpace } from '../lines.ts';
import { glyphs } from '../theme.ts';
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

/** All of them in a line: "2 hosts · 12 jobs · 8.1 k samples/s · 120 done · 2 returned". */
function sumLine({ hosts, returned, theme }: HostsTableProps): Line {
  const rate = sumOf(hosts, ({ samplesPerSecond }) => samplesPerSecond);
  const parts = [
    plural(hosts.length, 'host'),
    plural(
      sumOf(hosts, ({ jobs }) => jobs),
      'job',
    ),
    ...(rate > 0 ? [`${shortNumber(rate)} samples/s`] : []),
    `${sumOf(hosts, ({ done }) => done)} done`,
    `${returned} returned`,
  ];
  return [{ text: 'Hosts   ', tone: 'title' }, { text: parts.join(` ${glyphs(theme).separator} `) }];
}

/** In the order they came in, which does not jump; where some must be left out, those with most work. */
const shownHosts = ({ hosts, height }: HostsTableProps): readonly HostState[] =>
  hosts.length < height ? hosts : hosts.toSorted((a, b) => b.jobs - a.jobs || b.done - a.done);

/** Who works for the study, and what each does and did; in a single line, or where there are none yet, their sums. */
export function hostLines(props: HostsTableProps): readonly Line[] {
  const { hosts, width, height, theme } = props;
  if (height < 3 || hosts.length === 0) return [sumLine(props)].slice(0, height);
  return panelTable({ columns, rows: shownHosts(props), width, height, theme });
}
