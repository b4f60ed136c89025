import fc from 'fast-check';
import { renderToString } from 'ink';
import { cleanup, render } from 'ink-testing-library';
import { afterEach, expect, test, vi } from 'vitest';

// Ink colours what chalk thinks the terminal can show, which it decides when it is loaded.
vi.hoisted(() => {
  process.env.FORCE_COLOR = '1';
});

import type { StudyEvent } from '../../src/study/events.ts';
import { summaryText } from '../../src/terminal/dashboard/app.tsx';
import { DashboardView, type DashboardViewProps } from '../../src/terminal/dashboard/dashboard-view.tsx';
import { StrategiesTable } from '../../src/terminal/dashboard/strategies-table.tsx';
import { initialDashboardState, reduceDashboard } from '../../src/terminal/dashboard-state.ts';
import { anyEvent } from './random-events.ts';
import { scriptedStudy } from './scripted-study.ts';

afterEach(cleanup);

const script = scriptedStudy();
const stateAfter = (events: readonly StudyEvent[]) => events.reduce(reduceDashboard, initialDashboardState);
const midSearch = stateAfter(script.slice(0, 40));
const midTraining = stateAfter(script.slice(0, 302));
const ended = stateAfter(script);
const plain = { color: false, unicode: true };

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours
const withoutColor = (text: string) => text.replace(/\u001b\[\d+m/g, '');

/** Columns on a terminal: the wide characters that the random texts hold take two, combining ones none. */
const columnsOf = (line: string) =>
  Array.from(withoutColor(line)).reduce((sum, character) => {
    if (/[漢😀]/u.test(character)) return sum + 2;
    return sum + (/\p{M}/u.test(character) ? 0 : 1);
  }, 0);

function viewProps(change: Partial<DashboardViewProps>): DashboardViewProps {
  const base = { state: midSearch, columns: 80, rows: 24, theme: plain, stopping: 0, keys: true, elapsedMs: 83_000 };
  return { ...base, ...change };
}

/** The frame as Ink lays it out on a terminal of that size. */
function frame(change: Partial<DashboardViewProps>): string[] {
  const props = viewProps(change);
  const instance = render(<DashboardView {...props} />);
  Object.defineProperty(instance.stdout, 'columns', { value: props.columns });
  instance.rerender(<DashboardView {...props} />);
  const lines = (instance.lastFrame() ?? '').split('\n');
  instance.unmount();
  return lines;
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
)('at $columns×$rows no line is too wide and the last row stays free', ({ columns, rows, state }) => {
  for (const theme of [plain, { color: false, unicode: false }]) {
    const lines = frame({ columns, rows, state, theme });
    expect(lines.length).toBeLessThanOrEqual(Math.max(1, rows - 1));
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
  }
});

test('at 80×24 a search shows its progress, strategies, best and leaderboard', () => {
  const lines = frame({});
  expect(lines).toHaveLength(23);
  expect(lines[0]).toMatch(/^Scattershot · morse-demo-7 · 64-1024-64 \(128,8\) +1:23$/);
  expect(lines[1]).toBe('indicator · seed 7 · 2 workers · budget 120 candidates');
  expect(lines[2]).toBe('▸ search  4 islands, 120 candidates');
  expect(lines[3]).toMatch(/^Search {2}█+░+ +60 % {2}72 candidates$/);
  expect(lines[4]).toMatch(/ left · 10 candidates\/s · 54\.0 k swaps\/s · 1 duplicate$/);
  expect(lines[5]).toMatch(/^Best so far: S 0\.9791, #8 permutation-grid ─+$/);
  expect(lines.join('\n')).toMatch(/2:2 forward +0\.9791 █+░ ◂ S +2:2 backward +1\.0000 █+/);
  expect(lines.join('\n')).toMatch(/^local +18 {2}0\.2720 {2}█+░+$/m);
  expect(lines.join('\n')).toMatch(/^ +#8 {2}permutation-grid {2}0\.9791 {2}908d7c47$/m);
  expect(lines.at(-3)).toBe('! no GPU was found: training runs on the CPU; see scattershot doctor');
  expect(lines.at(-1)).toBe('q or Ctrl-C: stop and keep everything');
});

test('at 80×24 a training shows its curves, the accuracies so far and what it runs on', () => {
  const text = frame({ state: midTraining }).join('\n');
  expect(text).toContain('✓ search  ✓ select  ✓ data  ▸ train');
  expect(text).toContain('tfjs on wasm');
  expect(text).toMatch(/^Train +█+░+ +\d+ % {2}16 of 24 trainings$/m);
  expect(text).toMatch(/^#79 seed 1 ▂▄▅ +36\.6 % {2}epoch 3\/12$/m);
  expect(text).toMatch(/^#70 seed 2 [▁-█]{12} +49\.3 % {2}test 49\.7 %$/m);
  expect(text).toMatch(/^ +#16 {2}permutation-grid {2}0\.9024 {4}47\.5 %/m);
});

test('a diverged training says so, with its reason', () => {
  const text = frame({ state: midTraining, columns: 200, rows: 50 }).join('\n');
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

test('the footer tells what the keys have set going', () => {
  const footer = (change: Partial<DashboardViewProps>) => frame(change).at(-1);
  expect(footer({ stopping: 1 })).toBe('stopping, everything is stored; q or Ctrl-C again: stop at once');
  expect(footer({ stopping: 1, keys: false })).toBe('stopping, everything is stored');
  expect(footer({ stopping: 2 })).toBe('stopping now');
  expect(footer({ keys: false })).toBe('Ctrl-C: stop and keep everything');
  expect(footer({ state: ended })).toBe('the study has ended');
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
    'morse-demo-7 finished after 1:21 · 64-1024-64 (128,8) · indicator · seed 7',
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
      const text = renderToString(<DashboardView {...viewProps({ state, columns, rows, theme })} />, { columns });
      const lines = text.split('\n');
      expect(lines.length).toBeLessThanOrEqual(Math.max(1, rows - 1));
      for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(columns);
      expect(summaryText({ state, elapsedMs: 0, width: columns, theme })).toMatch(/\n$/);
    }),
    { numRuns: 80 },
  );
});

test('where not all strategies have room, the best are shown', () => {
  const strategies = [0.2, null, 0.9, 0.5].map((best, index) => ({ name: `strategy-${index}`, evaluated: 3, best }));
  const shown = (height: number, target: number | null = null) => {
    const text = renderToString(<StrategiesTable {...{ strategies, target, width: 40, height, theme: plain }} />);
    return withoutColor(text).match(/strategy-\d/g);
  };
  expect(shown(3)).toEqual(['strategy-2', 'strategy-3']);
  expect(shown(5)).toEqual(['strategy-0', 'strategy-1', 'strategy-2', 'strategy-3']);
  expect(shown(3, 0.25)).toEqual(['strategy-0', 'strategy-3']);
});
