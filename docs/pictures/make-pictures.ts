import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DrivenTerminal } from '../../bench/terminal/driven-terminal.ts';
import { terminalPicture, terminalText } from './terminal-picture.ts';

// Makes the pictures of the README from real runs, in a minute: npm run build && node --import tsx docs/pictures/make-pictures.ts

const program = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
const [COLUMNS, ROWS] = [110, 32];

const titles = {
  dashboard: 'The dashboard while candidates are trained',
  browser: 'The leaderboard browser: candidates by accuracy',
  'browser-candidate': 'The leaderboard browser: one candidate',
  'browser-picture': 'The leaderboard browser: the edges of a junction',
} as const;

const fileOf = (name: string) => fileURLToPath(new URL(`../${name}.svg`, import.meta.url));

/** Keeps what the terminal shows as it is now. */
function keep(name: keyof typeof titles, terminal: DrivenTerminal): void {
  writeFileSync(fileOf(name), terminalPicture(titles[name], terminal.output, COLUMNS, ROWS));
  process.stdout.write(`${fileOf(name)}\n`);
}

const open = (folder: string, ...args: readonly string[]) =>
  new DrivenTerminal(
    [process.execPath, program, ...args],
    { SCATTERSHOT_HOME: folder, COLORTERM: 'truecolor' },
    COLUMNS,
    ROWS,
  );

/** Waits for the screen to show this; what is written is only what changes. */
async function waitFor(terminal: DrivenTerminal, pattern: RegExp): Promise<void> {
  const deadline = performance.now() + 180_000;
  while (!pattern.test(terminalText(terminal.output))) {
    if (performance.now() > deadline) throw new Error(`no ${pattern}:\n${terminalText(terminal.output)}`);
    await delay(200);
  }
}

/** The dashboard while candidates are trained, about half through. */
async function dashboard(folder: string): Promise<void> {
  const terminal = open(folder, 'demo');
  await waitFor(terminal, /\b[34]\d of \d\d trainings/);
  keep('dashboard', terminal);
  // Its end gives the screen back.
  await terminal.shows(/\?1049l/, 600_000);
  await delay(2000);
  await terminal.close();
}

/** Presses keys one after the other, each when the one before has been answered. */
async function press(terminal: DrivenTerminal, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) {
    await terminal.answerMs(key);
    await terminal.quiet(150);
  }
}

/** The table of the demo's candidates, one of them, and two side by side. */
async function browser(folder: string): Promise<void> {
  const terminal = open(folder, 'leaderboard', '--sort', 'accuracy');
  await waitFor(terminal, /1 of \d+.*sorted by accuracy/);
  await delay(1500);
  await press(terminal, ' ', '\u001b[B', ' ', '\u001b[B', '\u001b[B');
  keep('browser', terminal);
  await press(terminal, '\r');
  await waitFor(terminal, /Proxies\n/);
  keep('browser-candidate', terminal);
  await press(terminal, '\t', '\t', 'n', '+', '+');
  keep('browser-picture', terminal);
  await press(terminal, 'q');
  await terminal.close();
}

const folder = mkdtempSync(join(tmpdir(), 'scattershot-pictures-'));
try {
  await dashboard(folder);
  await browser(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
