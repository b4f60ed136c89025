import fc from 'fast-check';
import { expect, test } from 'vitest';
import { textLength } from '../../src/report/format.ts';
import type { StudyEvent } from '../../src/study/events.ts';
import { initialControls } from '../../src/terminal/dashboard/controls.ts';
import { type DashboardViewProps, dashboardLines } from '../../src/terminal/dashboard/dashboard-view.ts';
import { hostLines } from '../../src/terminal/dashboard/hosts-table.ts';
import { islandLines } from '../../src/terminal/dashboard/islands-table.ts';
import { summaryText } from '../../src/terminal/dashboard/summary.ts';
import { initialDashboardState, reduceDashboard } from '../../src/terminal/dashboard-state.ts';
import { paintLine } from '../../src/terminal/lines.ts';
import { anyEvent } from './random-events.ts';
import { scriptedStudy } from './scripted-study.ts';

const script = scriptedStudy();
const stateAfter = (events: readonly StudyEvent[]) => events.reduce(reduceDashboard, initialDashboardState);
const midSearch = stateAfter(script.slice(0, 40));
const midTraining = stateAfter(script.slice(0, 310));
const ended = stateAfter(script);
const plain = { color: false, unicode: true };

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours
const withoutColor = (text: string) => text.replace(/\u001b\[[\d;]*m/g, '');

function viewProps(change: Partial<DashboardViewProps>): DashboardViewProps {
  const base = {
    state: midSearch,
    columns: 80,
    rows: 24,
    theme: plain,
    controls: initialControls,
    keys: true,
    elapsedMs: 83_000,
  };
  return { ...base, ...change };
}

/** The frame as the terminal gets it, without blanks at the ends of lines. */
function frame(change: Partial<DashboardViewProps>): string[] {
  const props = viewProps(change);
  return dashboardLines(props).map((line) => paintLine(line, props.columns, props.theme).trimEnd());
}

const sizes = [
  [80, 24],
  [40, 24],
  [40, 20],
  [200, 50],
  [100, 30],
  [20, 8],
  [1, 1],
] as const;

test.each(
  sizes.flatMap(([columns, rows]) => [midSearch, midTraining, ended].map((state) => ({ columns, rows, state }))),
)('at $columns×$rows no line is too wide, and there are no more lines than rows', ({ columns, rows, state }) => {
  for (const theme of [plain, { color: false, unicode: false }]) {
    const lines = frame({ columns, rows, state, theme });
    expect(lines.length).toBeLessThanOrEqual(rows);
    for (const line of lines) expect(textLength(line)).toBeLessThanOrEqual(columns);
  }
});

test('at 80×24 a search shows its progress, islands, best and leaderboard', () => {
  const lines = frame({});
  expect(lines).toHaveLength(24);
  expect(lines[0]).toMatch(/^Scattershot · morse-demo-7 · 64-1024-64 \(128,8\) +1:23$/);
  expect(lines[1]).toBe('indicator · seed 7 · 2 workers · budget 120 candidates');
  expect(lines[2]).toBe('▸ search  4 islands, 120 candidates');
  expect(lines[3]).toMatch(/^Search {2}█+░+ +60 % {2}72 of 120 candidates$/);
  expect(lines[4]).toMatch(/^ +4–6 s left · 10 candidates\/s · 54\.0 k swaps\/s · 1 duplicate$/);
  expect(lines[5]).toMatch(/^Best so far: S 0\.9791 of at most 1\.0000, #8 permutation-grid ─+$/);
  expect(lines.join('\n')).toMatch(/2:2 forward +0\.9791 █+░ ◂ S +2:2 backward +1\.0000 █+/);
  expect(lines.join('\n')).toMatch(/^ +3 {2}local +18 {2}0\.2720 {2}▁+$/m);
  expect(lines.join('\n')).toMatch(/^ +#8 {2}permutation-grid {2}0\.9791 {2}908d7c47$/m);
  expect(lines.at(-3)).toBe('! no GPU was found: training runs on the CPU; see scattershot doctor');
  expect(lines.at(-1)).toBe('q end  ? keys');
});

test('at 80×24 a training shows its curves, the accuracies so far and what it runs on', () => {
  const text = frame({ state: midTraining }).join('\n');
  expect(text).toContain('✓ search  ✓ select  ✓ data  ▸ train');
  expect(text).toContain('tfjs on wasm');
  expect(text).toMatch(/^Train +█+░+ +\d+ % {2}16 of 24 trainings$/m);
  expect(text).toMatch(/^#79 seed 1 ▂▄▅ +36\.6 % {2}epoch 3\/12$/m);
  expect(text).toMatch(/^#70 seed 2 [▁-█]{12} +49\.3 % {2}test 49\.7 %$/m);
  expect(frame({ state: midTraining, rows: 40 }).join('\n')).toMatch(
    /^ +#16 {2}permutation-grid {2}0\.9024 {4}47\.5 %/m,
  );
});

const hostEvents = Array.from({ length: 5 }, (_, index) => {
  const runner = {
    worker: `w${index}`,
    host: `lab-${index + 1}`,
    device: index === 0 ? 'NVIDIA H200' : '8 × EPYC (native)',
  };
  return [
    { kind: 'joined', ...runner },
    { kind: 'pulse', ...runner, jobs: 4 * index, samplesPerSecond: index === 0 ? null : 1000 * index },
    { kind: 'done', ...runner, job: 'a' },
    ...(index === 2 ? [{ kind: 'returned', runner, job: 'b', why: 'given back by its worker' } as const] : []),
  ] as const;
}).flat();
const withHosts = (state: typeof midTraining) =>
  hostEvents.reduce((next, event) => reduceDashboard(next, { kind: 'host', atMs: state.atMs, event }), state);

test('other machines are a line on a small screen and a table on a large one, and nothing without a queue', () => {
  for (const state of [midSearch, midTraining, ended]) {
    expect(frame({ state, columns: 200, rows: 50 }).join('\n')).not.toMatch(/Host/);
    for (const [columns, rows] of [
      [80, 24],
      [40, 24],
    ] as const) {
      const lines = frame({ state: withHosts(state), columns, rows });
      expect(lines.find((line) => line.startsWith('Hosts'))).toMatch(/^Hosts {3}5 hosts · 39 jobs · 10\.0 k samp/);
    }
    const wide = frame({ state: withHosts(state), columns: 200, rows: 50 }).join('\n');
    expect(wide).toMatch(/^Host +device +jobs +samples\/s +done +returned/m);
    expect(wide).toMatch(/^lab-1 +NVIDIA H200 +0 +- +1 +0/m);
    expect(wide).toMatch(/^lab-3 +8 × EPYC \(native\) +7 +2\.00 k +1 +1/m);
  }
});

test('where there are more machines than lines, the busiest are shown and the others summed up', () => {
  const { hosts, returned } = withHosts(midTraining).hosts ?? { hosts: [], returned: 0 };
  const shown = (height: number) =>
    hostLines({ hosts, returned, width: 80, height, theme: plain }).map((line) => paintLine(line, 80, plain).trimEnd());
  expect(shown(6)).toHaveLength(6);
  expect(shown(4).slice(1)).toEqual([
    'lab-5  8 × EPYC (native)    16     4.00 k     1         0',
    'lab-4  8 × EPYC (native)    12     3.00 k     1         0',
    '3 more: 11 jobs · 3.00 k samples/s · 3 done · 1 returned',
  ]);
  for (const height of [1, 2, 3]) {
    expect(shown(height)).toEqual(['Hosts   5 hosts · 39 jobs · 10.0 k samples/s · 5 done · 1 returned']);
  }
  expect(hostLines({ hosts: [], returned, width: 80, height: 5, theme: plain })).toHaveLength(1);
});

test('the summary says what each machine did', () => {
  const props = { state: withHosts(ended), elapsedMs: 1, width: 200, theme: plain };
  expect(summaryText(props)).toContain('Hosts: lab-1 did 1 job, lab-2 did 1 job,');
  expect(summaryText({ ...props, state: ended })).not.toContain('Hosts');
});

test('a diverged training says so, with its reason', () => {
  const text = frame({ state: midTraining, columns: 200, rows: 60 }).join('\n');
  expect(text).toMatch(/#16 seed 2 .* diverged: the loss is no longer finite/);
});

test('from 160 columns on, results stand beside the search', () => {
  expect(frame({ columns: 160, rows: 40 }).some((line) => /^Search .* By scatter /.test(line))).toBe(true);
  expect(frame({ columns: 159, rows: 40 }).some((line) => /^Search .* By scatter /.test(line))).toBe(false);
});

test('where a certain S is wanted the leaderboard says so, and lists the nearest', () => {
  const settings = { ...midSearch.study?.settings, target: 0.82 };
  const events = script.slice(0, 40).map((event) => ('settings' in event ? { ...event, settings } : event));
  const lines = frame({ state: stateAfter(events as StudyEvent[]), columns: 100 });
  const heading = lines.findIndex((line) => line.includes('Nearest 0.82'));
  const [first] = /0\.\d{4}/.exec(lines[heading + 1]) ?? [];
  expect(Math.abs(Number(first) - 0.82)).toBeLessThan(0.01);
});

test('the verdict is shown with its meaning, whole', () => {
  const lines = frame({ state: ended });
  const start = lines.findIndex((line) => line.startsWith('Verdict: no link found'));
  expect(lines.slice(start + 1, start + 4).join(' ')).toBe(ended.verdict?.meaning);
});

test('the footer asks, tells what was set going, or the keys', () => {
  const footer = (change: Partial<DashboardViewProps>) => frame(change).at(-1);
  const stopping = { ...initialControls, stopping: true };
  expect(footer({ controls: stopping })).toBe('stopping, everything is stored; q: at once');
  expect(footer({ controls: stopping, keys: false })).toBe('stopping, everything is stored');
  expect(footer({ controls: { ...stopping, told: 'waiting for #3' } })).toBe('waiting for #3');
  expect(footer({ controls: { ...initialControls, watching: true } })).toBe('q leave  ? keys');
  expect(footer({ controls: { ...initialControls, question: 'end' } })).toBe('End the study? Everything is kept. y/n');
  expect(footer({ keys: false })).toBe('Ctrl-C ends it, and keeps everything');
  expect(footer({ state: ended })).toBe('the study has ended');
  const narrow = frame({ controls: { ...stopping, question: 'end-at-once' }, columns: 40 });
  expect(narrow.at(-1)).toBe('End at once? What is stored stays. y/n');
});

test('the help tells the keys of this view, whatever the width', () => {
  const controls = { ...initialControls, help: true };
  expect(frame({ controls, columns: 40, rows: 10 })[0]).toMatch(/^Dashboard · keys ─+$/);
  expect(frame({ controls }).join('\n')).toContain('q Q     end the study after a question, keeping all');
});

test('before the first event there is something to see', () => {
  const lines = frame({ state: initialDashboardState, elapsedMs: 0 });
  expect(lines[0]).toMatch(/^Scattershot +0:00$/);
  expect(lines.join('\n')).toContain('waiting');
});

test('without unicode every character is ASCII', () => {
  for (const state of [midSearch, midTraining, ended]) {
    for (const line of frame({ state, theme: { color: false, unicode: false } }))
      expect(line).toMatch(/^[\x20-\x7e]*$/);
  }
});

test('colour adds escape codes and nothing else; without it there is none', () => {
  for (const state of [midSearch, midTraining, ended]) {
    const bare = frame({ state }).join('\n');
    const colored = frame({ state, theme: { color: true, unicode: true } }).join('\n');
    expect(bare).not.toContain('\u001b');
    expect(colored).toContain('\u001b[');
    expect(withoutColor(colored)).toBe(bare);
  }
});

test('the summary says how it ended, what was done, where it is, and what to beware of', () => {
  const text = summaryText({ state: ended, elapsedMs: ended.atMs, width: 100, theme: plain });
  expect(text.trimEnd().split('\n')).toEqual([
    'morse-demo-7 finished after 1:24 · 64-1024-64 (128,8) · indicator · seed 7',
    'Searched 120 candidates; best S 0.9791, #8 permutation-grid',
    'Trained by tfjs on wasm (2 × Intel Xeon (wasm, SIMD)): 23 of 24 trainings finished',
    'Stored in cache/scattershot.db',
    'Verdict: no link found',
    '! no GPU was found: training runs on the CPU; see scattershot doctor',
    '! radix sits out: needs layers whose sizes share a product of radices',
  ]);
});

test('property: no events at any size make a frame that throws or overflows', () => {
  const size = fc.record({ columns: fc.integer({ min: 1, max: 210 }), rows: fc.integer({ min: 1, max: 60 }) });
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 30 }), size, fc.boolean(), (events, { columns, rows }, unicode) => {
      const theme = { color: false, unicode };
      const state = stateAfter(events);
      const lines = frame({ state, columns, rows, theme }).map(withoutColor);
      expect(lines.length).toBeLessThanOrEqual(Math.max(1, rows));
      for (const line of lines) expect(textLength(line)).toBeLessThanOrEqual(columns);
      expect(summaryText({ state, elapsedMs: 0, width: columns, theme })).toMatch(/\n$/);
    }),
    { numRuns: 80 },
  );
});

test('where not all islands have room, the best are shown', () => {
  const islands = [0.2, null, 0.9, 0.5].map((best, index) => ({
    ...{ strategy: `strategy-${index}`, target: null as number | null, evaluated: 3, best, course: [] },
  }));
  const shown = (height: number, target: number | null = null) => {
    const wanting = islands.map((island) => ({ ...island, target }));
    const lines = islandLines({ islands: wanting, width: 60, height, theme: plain });
    return lines
      .map((line) => paintLine(line, 60, plain))
      .join('\n')
      .match(/strategy-\d/g);
  };
  expect(shown(3)).toEqual(['strategy-2', 'strategy-3']);
  expect(shown(5)).toEqual(['strategy-0', 'strategy-1', 'strategy-2', 'strategy-3']);
  expect(shown(3, 0.25)).toEqual(['strategy-0', 'strategy-3']);
});

test('where a certain S is wanted the best is the nearest, and nothing is certified', () => {
  const settings = { ...midSearch.study?.settings, target: 0.82 };
  const events = script.slice(0, 40).map((event) => ('settings' in event ? { ...event, settings } : event));
  const text = frame({ state: stateAfter(events as StudyEvent[]) }).join('\n');
  expect(text).toMatch(/^Nearest to 0\.82 so far: S 0\.\d{4}, 0\.\d{4} off, #/m);
  expect(text).not.toMatch(/certified|at most/);
});

test('a best at its bound is certified', () => {
  const levels = midSearch.study?.entryLevels?.map((each) => ({ ...each, bound: 0.979 })) ?? [];
  const study = midSearch.study === null ? null : { ...midSearch.study, entryLevels: levels };
  expect(frame({ state: { ...midSearch, study } }).join('\n')).toContain('S 0.9791, certified: none has more, #8');
});

test('trainings make the plot point by point, with the correlation so far and the most accurate candidate', () => {
  const text = frame({ state: midTraining, columns: 200, rows: 50 }).join('\n');
  expect(text).toMatch(/Accuracy by scatter: \d+ candidates, rank correlation -?[01]\.\d\d so far ─/);
  expect(text).toMatch(/Most accurate so far: #25, mean test 60\.08 %/);
  expect(text).toMatch(/Last events ─/);
  const first = script.findIndex((event) => event.kind === 'training' && event.event.kind === 'result');
  const few = frame({ state: stateAfter(script.slice(0, first + 1)), columns: 200, rows: 50 }).join('\n');
  expect(few).not.toContain('Accuracy by scatter');
});

test('islands that made nothing, as those of a validation, are not shown once it trains', () => {
  const evaluated = midTraining.islands.islands.map((island) => ({ ...island, evaluated: 0, best: null, course: [] }));
  const without = { ...midTraining, islands: { ...midTraining.islands, islands: evaluated } };
  const size = { columns: 120, rows: 60 };
  expect(frame({ state: midTraining, ...size }).join('\n')).toMatch(/^Island +strategy/m);
  expect(frame({ state: without, ...size }).join('\n')).not.toMatch(/Island +strategy/);
});

test('trainings that a pause stopped wait; those that the end of the study stopped are stopped', () => {
  const [job] = midTraining.training.jobs.filter(({ status }) => status === 'running');
  const stopped = { ...job, status: 'stopped' as const, reason: 'it was stopped in epoch 1 of 2' };
  const state = { ...midTraining, training: { ...midTraining.training, jobs: [stopped] } };
  const paused = frame({ state, controls: { ...initialControls, paused: true } }).join('\n');
  expect(paused).toMatch(/1 waiting/);
  expect(paused).not.toMatch(/stopped/);
  const stopping = frame({ state, controls: { ...initialControls, stopping: true } }).join('\n');
  expect(stopping).toMatch(/stopped: it was stopped in epoch 1 of 2/);
});

test('the help is whole on 40 columns and 15 lines', () => {
  const controls = { ...initialControls, controlled: true, browsable: true, help: true };
  const lines = frame({ controls, columns: 40, rows: 15 });
  expect(lines.join('\n')).not.toContain('…');
  expect(lines.at(-1)).toBe('Ctrl-L   paint the screen anew');
});
