import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { quantile } from 'simple-statistics';
import { type DashboardFigures, measureDashboard } from './dashboard.ts';
import { DrivenTerminal } from './driven-terminal.ts';
import { makeBoard } from './make-board.ts';

const usage = `usage: npm run bench -- terminal [--candidates 100000] [--runs 5] [--keys 200] [--board FILE] [--visidata PATH] [--json]
  The leaderboard browser on a generated board, in a pseudo-terminal of 120 × 40: process start to first frame, key to frame, memory.
  --dashboard SECONDS measures the dashboard instead: share of a core and bytes a second at ten updates a second.
  --board keeps the generated database, and uses it again; --visidata names a vd program, which opens the same table beside it.
`;

const program = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));

interface Contender {
  readonly name: string;
  readonly command: readonly string[];
  /** keys that open the table, once something is shown */
  readonly open: readonly string[];
  /** what the first frame with rows has */
  readonly shows: RegExp;
  readonly env: Readonly<Record<string, string>>;
}

interface Figures {
  readonly name: string;
  /** process start to the first frame with rows, milliseconds */
  readonly firstFrameMs: {
    readonly median: number;
    readonly worst: number /** of the processor, which a busy machine does not change */;
    readonly processor: number;
  };
  /** a key to the first output after it */
  readonly keyMs: { readonly median: number; readonly p99: number; readonly worst: number; readonly keys: number };
  readonly peakMegabytes: number;
}

const DOWN = '\u001b[B';
const UP = '\u001b[A';
const PAGE_DOWN = '\u001b[6~';
const PAGE_UP = '\u001b[5~';

/** What someone who looks through a table presses: mostly lines, some pages. */
const keyAt = (index: number): string =>
  index % 10 === 9 ? (index % 40 === 39 ? PAGE_UP : PAGE_DOWN) : index % 7 === 6 ? UP : DOWN;

async function opened({ command, open, shows, env }: Contender): Promise<{ terminal: DrivenTerminal; ms: number }> {
  const terminal = new DrivenTerminal(command, env, 120, 40);
  for (const key of open) {
    await terminal.shows(/candidates/, 20_000);
    await terminal.quiet(50);
    terminal.type(key);
  }
  const at = await terminal.shows(shows, 60_000);
  if (at === null)
    throw new Error(`${command[0]} never showed ${shows}; it wrote ${JSON.stringify(terminal.output.slice(-500))}`);
  return { terminal, ms: at - terminal.startedAt };
}

async function measure(contender: Contender, runs: number, keys: number): Promise<Figures> {
  const first: number[] = [];
  const processor: number[] = [];
  const answers: number[] = [];
  let peakMegabytes = 0;
  for (let run = 0; run < runs; run++) {
    const { terminal, ms } = await opened(contender);
    first.push(ms);
    processor.push(terminal.processorMs);
    if (run === runs - 1) {
      await delay(1500);
      for (let index = 0; index < keys; index++) {
        const answer = await terminal.answerMs(keyAt(index));
        answers.push(answer ?? 1000);
        await terminal.quiet(30);
      }
    }
    peakMegabytes = Math.max(peakMegabytes, terminal.peakMegabytes);
    await terminal.close();
  }
  return {
    name: contender.name,
    firstFrameMs: { median: quantile(first, 0.5), worst: Math.max(...first), processor: quantile(processor, 0.5) },
    keyMs: {
      median: quantile(answers, 0.5),
      p99: quantile(answers, 0.99),
      worst: Math.max(...answers),
      keys: answers.length,
    },
    peakMegabytes,
  };
}

const round = (value: number) => value.toFixed(value < 10 ? 1 : 0);

function line({ name, firstFrameMs, keyMs, peakMegabytes }: Figures): string {
  return [
    name.padEnd(12),
    `first frame ${round(firstFrameMs.median)} ms (at most ${round(firstFrameMs.worst)}; ${round(firstFrameMs.processor)} ms of the processor)`,
    `key to frame ${round(keyMs.median)} ms, p99 ${round(keyMs.p99)}, at most ${round(keyMs.worst)} (${keyMs.keys} keys)`,
    `memory ${round(peakMegabytes)} MB`,
  ].join('   ');
}

/** The dashboard at ten updates a second, on two sizes of terminal. */
async function dashboards(seconds: number, json: boolean): Promise<void> {
  const results: DashboardFigures[] = [];
  for (const [columns, rows] of [[80, 24] as const, [200, 50] as const]) {
    const figures = await measureDashboard(columns, rows, seconds);
    results.push(figures);
    const { cpuShare, bytesPerSecond, updatesPerSecond } = figures;
    const cost = `${(100 * cpuShare).toFixed(2)} % of a core, ${round(bytesPerSecond)} bytes/s`;
    if (!json) process.stdout.write(`dashboard ${columns}×${rows}: ${cost} at ${round(updatesPerSecond)} updates/s\n`);
  }
  if (json) process.stdout.write(`${JSON.stringify({ results }, null, 2)}\n`);
}

export async function main(parameters: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...parameters],
    options: {
      candidates: { type: 'string', default: '100000' },
      runs: { type: 'string', default: '5' },
      keys: { type: 'string', default: '200' },
      board: { type: 'string' },
      visidata: { type: 'string' },
      dashboard: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(usage);
  if (values.dashboard !== undefined) return dashboards(Number(values.dashboard), values.json);
  const folder = mkdtempSync(join(tmpdir(), 'scattershot-bench-'));
  try {
    const board = values.board ?? join(folder, 'board.db');
    const candidates = Number(values.candidates);
    if (!existsSync(board)) await makeBoard({ output: board, candidates, trained: 3000, seeds: 3, seed: 1 });
    const contenders: Contender[] = [
      {
        name: 'scattershot',
        command: [process.execPath, program, 'leaderboard', '--db', board],
        open: [],
        shows: new RegExp(`1 of ${candidates}[\\s\\S]*▸`),
        env: { SCATTERSHOT_HOME: folder },
      },
    ];
    if (values.visidata !== undefined) {
      contenders.push({
        name: 'visidata',
        command: [values.visidata, board, '+:candidates::'],
        open: [],
        shows: /fingerprint[\s\S]*[0-9a-f]{8}/,
        env: { HOME: folder },
      });
    }
    const results: Figures[] = [];
    for (const contender of contenders) {
      results.push(await measure(contender, Number(values.runs), Number(values.keys)));
      if (!values.json) process.stdout.write(`${line(results[results.length - 1])}\n`);
    }
    if (values.json) process.stdout.write(`${JSON.stringify({ candidates, results }, null, 2)}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
