import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { makeBoard } from '../../bench/terminal/make-board.ts';
import { unwrap } from '../../src/base/failure.ts';
import { Random } from '../../src/base/random.ts';
import { provenance } from '../../src/base/version.ts';
import { scatterEntries } from '../../src/pattern/entries.ts';
import { fingerprint } from '../../src/pattern/pattern.ts';
import { openStore } from '../../src/store/index.ts';
import { rankingKeyOf } from '../../src/study/leaderboard.ts';
import { uniformRandomPattern } from '../../strategies/uniform-random.ts';
import { type OpenTerminal, terminalTest } from '../pty/pseudo-terminal.ts';
import { WatchedScreen } from '../pty/watched-screen.ts';
import { inFolder, program, runProgram } from './program.ts';

const [DOWN, ESC, ENTER, PAGE_DOWN, END] = ['\u001b[B', '\u001b', '\r', '\u001b[6~', '\u001b[F'];

interface BrowseRun {
  readonly columns?: number;
  readonly rows?: number;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

function openBrowser(
  open: OpenTerminal,
  folder: string,
  { columns = 80, rows = 24, args = [], env = {} }: BrowseRun = {},
) {
  const terminal = open([process.execPath, program, 'leaderboard', '--db', join(folder, 'board.db'), ...args], {
    ...{ cwd: folder, columns, rows },
    env: { SCATTERSHOT_HOME: folder, LANG: 'C.UTF-8', ...env },
  });
  return new WatchedScreen(terminal, columns, rows);
}

/** Works in a folder with a board of these many candidates. */
const withBoard = (candidates: number, work: (folder: string) => Promise<void>) =>
  inFolder(async (folder) => {
    await makeBoard({
      output: join(folder, 'board.db'),
      candidates,
      trained: Math.min(40, candidates),
      seeds: 3,
      seed: 1,
    });
    await work(folder);
  });

for (const [columns, rows] of [
  [40, 15],
  [80, 24],
  [120, 40],
  [200, 50],
  [300, 60],
] as const) {
  terminalTest(`every level fits ${columns} × ${rows}, and q gives the screen back`, async (open) => {
    await withBoard(300, async (folder) => {
      const screen = openBrowser(open, folder, { columns, rows });
      const first = await screen.until(/1 of 300/);
      expect(first[0]).toContain('long-board');
      expect(first.join('\n')).toMatch(/▸ +\d+ /);
      screen.type(DOWN);
      await screen.until(/2 of 300/);
      screen.type(ENTER);
      await screen.until(/\[scatter\][\s\S]*1:1 forward/);
      for (const page of ['trainings', 'pictures', 'origin']) {
        screen.type('\t');
        await screen.until(new RegExp(`\\[${page}\\]`));
      }
      screen.type(ESC);
      await screen.until(/2 of 300/);
      screen.type(ESC);
      await screen.until(/\[family\] +candidates/);
      screen.type('?');
      await screen.until(/Families.*keys/);
      screen.type('x');
      await screen.until(/1 of \d/);
      screen.type('q');
      expect(await screen.terminal.ended).toEqual({ code: 0, signal: null });
      expect(screen.text).toMatch(/This table again: scattershot leaderboard long-board/);
    });
  });
}

terminalTest('it sorts, finds and filters as it is typed, and tells what is wrong under the line', async (open) => {
  await withBoard(300, async (folder) => {
    const screen = openBrowser(open, folder, { columns: 120, rows: 40 });
    await screen.until(/1 of 300/);
    screen.type('o');
    await screen.until(/sort by:/);
    screen.type(`accuracy${ENTER}`);
    await screen.until(/1 of 300.*sorted by accuracy[\s\S]*▸ +\d+ .* %/);
    screen.type('f');
    await screen.until(/filter:/);
    screen.type('quality>1');
    await screen.until(/filter: quality>1[\s\S]*no column "quality"/);
    screen.type(`\u0015seeds>0 scatter>0.1${ENTER}`);
    await screen.until(/1 of \d\d .*filter: seeds>0 scatter>0.1/);
    screen.type(`u/exact${ENTER}`);
    const found = await screen.until(/1 of \d+ .*find: \/exact/);
    expect(found.filter((line) => /^[▸ ].*\d+ +\w+.*0\.\d+/.test(line)).every((line) => line.includes('exact'))).toBe(
      true,
    );
    screen.type('q');
    await screen.terminal.ended;
  });
});

terminalTest('a resize in between shows the same row, on more and on fewer lines', async (open) => {
  await withBoard(300, async (folder) => {
    const screen = openBrowser(open, folder, { columns: 120, rows: 40 });
    await screen.until(/1 of 300/);
    screen.type(PAGE_DOWN + PAGE_DOWN);
    const rowIn = (shown: readonly string[]) =>
      shown
        .find((line) => line.startsWith('▸'))
        ?.slice(0, 16)
        .trim()
        .split(/\s+/)
        .slice(0, 2);
    // A frame comes in pieces: the marked row may come after the count.
    let row = rowIn(await screen.until(/71 of 300/));
    const settled = async () => {
      const before = row;
      row = rowIn(await screen.until(/71 of 300/));
      return row?.length === 2 && row.join(' ') === before?.join(' ');
    };
    await expect.poll(settled, { timeout: 20_000, interval: 300 }).toBe(true);
    for (const [columns, rows] of [
      [60, 12],
      [200, 50],
      [40, 15],
    ] as const) {
      screen.resize(columns, rows);
      // What stood there before may still stand there, in part.
      await expect.poll(async () => rowIn(await screen.until(/71 of 300/)), { timeout: 20_000 }).toEqual(row);
    }
    screen.type('q');
    await screen.terminal.ended;
  });
});

/** Adds candidates as another process that searches does. */
function addCandidates(folder: string, from: number, count: number): void {
  const store = unwrap(openStore(join(folder, 'board.db'), { mode: 'write', madeBy: provenance }));
  try {
    const study = unwrap(store.claimStudy(unwrap(store.getStudy(null)).id, 'add'));
    const entries = scatterEntries(study.architecture, {}, 'indicator');
    const problem = { architecture: study.architecture, entries, metric: 'indicator', target: null } as const;
    const added = Array.from({ length: count }, (_, at) => {
      const pattern = uniformRandomPattern(problem, Random.fromSeed(from + at));
      return {
        ...{ number: from + at, fingerprint: fingerprint(pattern), pattern, strategy: 'exact', family: 'exact' },
        ...{ island: 0, round: 1, scatter: 1, vector: entries.map(() => 1), otherScatter: 1, otherVector: null },
        ...{ ties: {}, audit: 'whole' as const },
      };
    });
    const rankingKey = rankingKeyOf(study);
    store.recordRound(study.id, { added, evaluated: from + count, seconds: 1, checkpoint: null, rankingKey });
    store.releaseStudy(study.id);
  } finally {
    store.close();
  }
}

terminalTest('what another process writes appears, and the cursor stays on its row', async (open) => {
  await withBoard(300, async (folder) => {
    const screen = openBrowser(open, folder, { columns: 100, rows: 30 });
    await screen.until(/1 of 300/);
    screen.type(DOWN.repeat(4));
    const before = await screen.until(/5 of 300/);
    const number = (lines: readonly string[]) => lines.find((line) => line.startsWith('▸'))?.split(/\s+/)[1];
    addCandidates(folder, 1000, 3);
    expect(number(await screen.until(/8 of 303/))).toBe(number(before));
    addCandidates(folder, 2000, 50);
    expect(number(await screen.until(/58 of 353/))).toBe(number(before));
    screen.type('q');
    await screen.terminal.ended;
  });
});

terminalTest(
  'marked candidates are compared side by side: vectors, differing edges, differing settings',
  async (open) => {
    await withBoard(60, async (folder) => {
      const screen = openBrowser(open, folder, { columns: 120, rows: 40 });
      await screen.until(/1 of 60/);
      screen.type('   =');
      await screen.until(/3 compared[\s\S]*bound +#\d+ +#\d+ +#\d+[\s\S]*1:1 forward/);
      screen.type('\t');
      await screen.until(/\[edges\][\s\S]*junction 1 +\d+ +\d+ +\d+[\s\S]*alone/);
      screen.type('\t');
      await screen.until(/\[settings\][\s\S]*fingerprint/);
      screen.type('q');
      expect(await screen.terminal.ended).toEqual({ code: 0, signal: null });
      expect(screen.text).toMatch(/Marked: \d+, \d+, \d+; again with: scattershot leaderboard long-board --filter/);
    });
  },
);

terminalTest('columns that were chosen are there the next time; a damaged file is a warning', async (open) => {
  await withBoard(20, async (folder) => {
    const first = openBrowser(open, folder);
    await first.until(/1 of 20/);
    first.type('c');
    await first.until(/\[x\] family/);
    first.type(`${DOWN} ${ENTER}`);
    await first.until(/\[#\] +S /);
    first.type('q');
    await first.terminal.ended;
    const kept = JSON.parse(readFileSync(join(folder, 'config', 'leaderboard.json'), 'utf8'));
    expect(kept.columns.candidates).not.toContain('family');
    const second = openBrowser(open, folder);
    await second.until(/\[#\] +S /);
    second.type('q');
    await second.terminal.ended;
    writeFileSync(join(folder, 'config', 'leaderboard.json'), '{"version": 7');
    const third = openBrowser(open, folder, { columns: 200 });
    await third.until(/\[#\] +family[\s\S]*leaderboard\.json is damaged/);
    third.type('q');
    await third.terminal.ended;
  });
});

terminalTest('a copy goes to the terminal’s clipboard and into a file', async (open) => {
  await withBoard(20, async (folder) => {
    const screen = openBrowser(open, folder, { columns: 120 });
    await screen.until(/1 of 20/);
    screen.type('y');
    await screen.until(/Copied the command/);
    const command = readFileSync(join(folder, 'config', 'copied.txt'), 'utf8');
    expect(command).toMatch(/^scattershot export \d+ --study long-board --output long-board-\d+\.npz --db /);
    expect(screen.terminal.output).toContain(`\u001b]52;c;${Buffer.from(command).toString('base64')}\u0007`);
    screen.type('T');
    await screen.until(/Copied what is shown/);
    expect(readFileSync(join(folder, 'config', 'copied.txt'), 'utf8')).toMatch(/family[\s\S]*\n.*0\.\d{4}/);
    screen.type('q');
    await screen.terminal.ended;
  });
});

terminalTest('an export runs beside the browser, and q waits for it', async (open) => {
  await withBoard(20, async (folder) => {
    const screen = openBrowser(open, folder, { columns: 150 });
    await screen.until(/1 of 20/);
    screen.type('e');
    await screen.until(/export to: long-board-\d+\.npz[\s\S]*Enter runs/);
    screen.type(`\u0015mine.json${ENTER}q`);
    expect(await screen.terminal.ended).toEqual({ code: 0, signal: null });
    expect(JSON.parse(readFileSync(join(folder, 'mine.json'), 'utf8')).format).toBe('scattershot/pattern');
  });
});

terminalTest(
  'without colour and beyond ASCII nothing is lost: the cursor, the marks and the bars are signs',
  async (open) => {
    await withBoard(20, async (folder) => {
      const screen = openBrowser(open, folder, { columns: 100, args: ['--ascii'], env: { NO_COLOR: '1' } });
      await screen.until(/1 of 20/);
      screen.type(' ');
      await screen.until(/^ \* +\d+ /m);
      screen.type(ENTER);
      await screen.until(/1:1 forward.*\[#+\.*\]/);
      screen.type('\t\t');
      await screen.until(/\[pictures\][\s\S]*[@#%]/);
      screen.type('q');
      await screen.terminal.ended;
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII
      expect(screen.terminal.output).toMatch(/^[\x00-\x7f]*$/);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: sequences that choose a colour
      expect(screen.terminal.output).not.toMatch(/\u001b\[[\d;]*3[0-7]m/);
    });
  },
);

for (const [how, end, expected] of [
  ['Ctrl-C', (screen: WatchedScreen) => screen.type('\u0003'), { code: 0, signal: null }],
  ['SIGTERM', (screen: WatchedScreen) => screen.terminal.signal('SIGTERM'), { code: 0, signal: null }],
] as const) {
  terminalTest(`${how} leaves the screen as it was found`, async (open) => {
    await withBoard(20, async (folder) => {
      const screen = openBrowser(open, folder);
      await screen.until(/1 of 20/);
      end(screen);
      expect(await screen.terminal.ended).toEqual(expected);
      const { output } = screen.terminal;
      expect(output.lastIndexOf('\u001b[?1049l')).toBeGreaterThan(output.lastIndexOf('\u001b[?1049h'));
      expect(output.lastIndexOf('\u001b[?25h')).toBeGreaterThan(output.lastIndexOf('\u001b[?25l'));
    });
  });
}

terminalTest('Ctrl-Z gives the screen back, and fg brings the browser back on its row', async (open) => {
  await withBoard(100, async (folder) => {
    const shell = new WatchedScreen(
      open(['bash', '--norc', '-i'], {
        cwd: folder,
        columns: 90,
        rows: 24,
        env: { SCATTERSHOT_HOME: folder, LANG: 'C.UTF-8' },
      }),
      90,
      24,
    );
    await shell.terminal.shows(/[$#] $/);
    shell.type(`${process.execPath} ${program} leaderboard --db board.db\r`);
    await shell.until(/1 of 100/);
    shell.type(END);
    await shell.until(/100 of 100/);
    shell.type('\u001a');
    await shell.until(/Stopped/);
    expect(shell.terminal.output).toContain('\u001b[?1049l');
    const from = shell.terminal.output.length;
    shell.type('fg\r');
    await shell.terminal.shows(/100 of 100/, { from });
    await shell.until(/100 of 100/);
    shell.type('q');
    await shell.until(/This table again/);
  });
});

terminalTest('a name with control characters reaches the terminal as escapes', async (open) => {
  await withBoard(5, async (folder) => {
    const { openDatabase } = await import('../../src/store/sqlite.ts');
    const database = openDatabase(join(folder, 'board.db'));
    database.prepare("UPDATE candidates SET family = 'x' || char(27) || '[31m' || char(7)").run();
    database.close();
    const screen = openBrowser(open, folder, { columns: 100 });
    await screen.until(/x\\x1b\[31m\\x07/);
    screen.type('q');
    await screen.terminal.ended;
    expect(screen.terminal.output).not.toContain('\u001b[31m');
  });
});

terminalTest('--once, --limit and --plain print the table in a terminal too', async (open) => {
  await withBoard(5, async (folder) => {
    for (const args of [['--once'], ['--limit', '3'], ['--plain']]) {
      const screen = openBrowser(open, folder, { args });
      await screen.terminal.ended;
      expect(screen.terminal.output).not.toContain('\u001b[?1049h');
      expect(screen.terminal.output).toMatch(/strategy/);
    }
  });
});

terminalTest(
  'a training started from the browser goes on by itself, and its seeds appear in the table',
  async (open) => {
    await inFolder(async (folder) => {
      const run = (...args: readonly string[]) => runProgram(args, { cwd: folder, env: { SCATTERSHOT_HOME: folder } });
      await run(
        'search',
        '--layers',
        '64,16,64',
        '--fan-out',
        '4,16',
        '--strategy',
        'uniform-random',
        '--budget',
        '3',
        '--quiet',
      );
      const trained = await run(
        'train',
        'best',
        '--data',
        'morse:examples=10/5/5',
        '--epochs',
        '1',
        '--seeds',
        '1',
        '--quiet',
      );
      expect(trained.code).toBe(0);
      const terminal = open([process.execPath, program, 'leaderboard', '--sort', 'accuracy'], {
        ...{ cwd: folder, columns: 160, rows: 24 },
        env: { SCATTERSHOT_HOME: folder, LANG: 'C.UTF-8' },
      });
      const screen = new WatchedScreen(terminal, 160, 24);
      await screen.until(/▸ +\d+ .* % +1 +trained/);
      screen.type('t');
      await screen.until(
        /seeds in all: 3[\s\S]*Enter runs.*scattershot train [\w-]+ \d+ --seeds 3 .*--data morse:examples=10\/5\/5/,
      );
      screen.type(ENTER);
      await screen.until(/▸ +\d+ .* % ± [\d.]+ +3 +trained/, 40);
      screen.type('q');
      expect(await terminal.ended).toEqual({ code: 0, signal: null });
    });
  },
);
