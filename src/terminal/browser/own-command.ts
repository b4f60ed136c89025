import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { shownCommand } from './command-lines.ts';
import type { Notice, RunPurpose } from './state.ts';

/** How this program is started again. */
export interface ProgramPath {
  readonly node: string;
  readonly script: string;
}

/** Bytes of a command's output that are kept. */
const MOST_OUTPUT = 20_000;

interface CommandEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command of this program beside the browser, without a terminal. */
function runOwn({ node, script }: ProgramPath, words: readonly string[]): Promise<CommandEnd> {
  return new Promise((resolve) => {
    const child = spawn(node, [script, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout = (stdout + text).slice(-MOST_OUTPUT);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-MOST_OUTPUT);
    });
    child.on('error', (error) => resolve({ code: 1, stdout, stderr: error.message }));
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** What opens a file for the user; null on a machine without a screen, as over ssh. */
function openerOf(env: NodeJS.ProcessEnv): string | null {
  if (process.platform === 'darwin') return 'open';
  return env.DISPLAY || env.WAYLAND_DISPLAY ? 'xdg-open' : null;
}

/** Shows a page in the user's own browser, where there is one. @returns whether something was started */
function showPage(page: string): boolean {
  const opener = openerOf(process.env);
  if (opener === null || !existsSync(page)) return false;
  const child = spawn(opener, [page], { stdio: 'ignore', detached: true });
  // A machine without the opener has the path on the screen.
  child.on('error', () => undefined);
  child.unref();
  return true;
}

/** The end of what a command said, in one line. */
const lastWords = (text: string): string => text.trim().split('\n').slice(-2).join(' ').trim();

const began: Readonly<Record<RunPurpose, string>> = {
  export: 'Exporting',
  train: 'Starting the training',
  report: 'Writing the report',
};

export const beginning = (purpose: RunPurpose, words: readonly string[]): Notice => ({
  text: `${began[purpose]}: ${shownCommand(words)}`,
  tone: 'quiet',
});

/** Runs a command and says what came of it. */
export async function runCommand(program: ProgramPath, purpose: RunPurpose, words: readonly string[]): Promise<Notice> {
  const { code, stdout, stderr } = await runOwn(program, words);
  if (code !== 0) return { text: lastWords(stderr) || `${shownCommand(words)} failed`, tone: 'alert' };
  if (purpose === 'report') {
    const page = stdout.trim();
    return { text: showPage(page) ? `Opened ${page}` : `The report is in ${page}`, tone: 'good' };
  }
  return { text: lastWords(stderr) || lastWords(stdout) || `${shownCommand(words)} is done`, tone: 'good' };
}
