import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { inFolder, program, runProgram } from '../cli/program.ts';
import { type OpenTerminal, terminalTest } from '../pty/pseudo-terminal.ts';
import { TerminalScreen } from '../pty/terminal-screen.ts';

const search = ['search', '--layers', '32,64,32', '--fan-out', '8,4', '--workers', '1', '--name', 'tiny'];
const endless = [...search, '--budget', '1h'];
const shell = ['bash', '--norc', '--noprofile', '-i'];
const env = { LANG: 'C.UTF-8', NO_COLOR: '1' };
const prompt = /bash-[\d.]+[#$]/;
const asCommand = (words: readonly string[]) =>
  [process.execPath, program, ...words].map((word) => `'${word}'`).join(' ');

function start(open: OpenTerminal, command: readonly string[], cwd: string, columns = 80, rows = 24) {
  const terminal = open(command, { cwd, env, columns, rows });
  return { terminal, screen: new TerminalScreen(terminal, columns || 80, rows || 24) };
}

async function study(cwd: string): Promise<{ status: string; evaluated: number }> {
  const run = await runProgram(['studies', '--json'], { cwd });
  // Before the first study there is no database.
  return run.code === 0 ? JSON.parse(run.stdout)[0] : { status: 'not begun', evaluated: 0 };
}

/** Waits until the study is in that state, told by another process. */
async function becomes(cwd: string, status: string, seconds = 30): Promise<void> {
  const deadline = performance.now() + 1000 * seconds;
  for (;;) {
    const found = await study(cwd);
    if (found.status === status) return;
    expect(performance.now(), `the study is ${found.status}`).toBeLessThan(deadline);
    await delay(200);
  }
}

terminalTest('a dashboard that nobody reads does not hold its study, and Ctrl-C ends it', async (open) => {
  await inFolder(async (cwd) => {
    const { terminal, screen } = start(open, [process.execPath, program, ...endless], cwd, 200, 50);
    await screen.shows(/q end/);
    terminal.stopReading();
    await delay(4000);
    const before = (await study(cwd)).evaluated;
    await delay(2000);
    expect((await study(cwd)).evaluated).toBeGreaterThan(before);
    terminal.signal('SIGINT');
    await becomes(cwd, 'interrupted');
    // Read again, the terminal gets its own screen back, and the result.
    terminal.startReading();
    expect(await terminal.ended).toEqual({ code: 130, signal: null });
    // What fits into the terminal itself lets the program end before it is read.
    await terminal.shows(/Interrupted; everything found so far is stored\./);
    expect(await screen.isAlternate()).toBe(false);
  });
});

terminalTest('plain lines for which a terminal has no room do not hold a study', async (open) => {
  await inFolder(async (cwd) => {
    // Somebody else fills the terminal, which is not read.
    const filled = `yes filler & filler=$!; sleep 1; ${asCommand([...search, '--plain', '--budget', '40'])} & wait $!; echo "study $?" >code; kill $filler; sleep 3`;
    const { terminal } = start(open, ['bash', '-c', filled], cwd);
    terminal.stopReading();
    await delay(1500);
    await becomes(cwd, 'finished');
    // It waits two seconds for a reader and no longer: whether this one comes in time for the last line depends on the machine.
    terminal.startReading();
    await terminal.ended;
    expect(readFileSync(join(cwd, 'code'), 'utf8')).toBe('study 0\n');
  });
});

terminalTest('a pipe that nobody reads does not hold a study, and its data on stdout are whole', async (open) => {
  await inFolder(async (cwd) => {
    const filled = `mkfifo full; exec 9<>full; head -c 65536 /dev/zero >&9; ${asCommand([...search, '--plain', '--json', '--budget', '40'])} 2>full >result.json; echo "code $?"; cat result.json`;
    const { terminal } = start(open, ['bash', '-c', filled], cwd);
    await terminal.shows(/code 0/);
    const result = /\{[\s\S]*\}/.exec((await terminal.ended.then(() => terminal.output)).replaceAll('\r', ''));
    expect(JSON.parse(result?.[0] ?? '').evaluated).toBe(40);
  });
});

terminalTest(
  'Ctrl-Z gives the shell its screen, the study stops and goes on, and fg brings the dashboard with its keys',
  async (open) => {
    await inFolder(async (cwd) => {
      const { terminal, screen } = start(open, shell, cwd);
      await screen.shows(prompt);
      terminal.type(`${asCommand(endless)}\r`);
      await screen.shows(/q end/);
      terminal.type('\u001a');
      await screen.shows(/Stopped/);
      expect(await screen.isAlternate()).toBe(false);
      expect(await screen.isBracketed()).toBe(true); // the shell's own
      const before = (await study(cwd)).evaluated;
      await delay(1000);
      expect((await study(cwd)).evaluated).toBe(before);
      terminal.type('echo "typed $((40 + 2))"\r');
      await screen.shows(/typed 42/);
      screen.resize(60, 20);
      terminal.type('fg\r');
      await screen.shows(/^Scattershot · tiny/m);
      await screen.shows(/q end/);
      expect((await screen.text()).includes('typed 42')).toBe(false);
      terminal.type('?');
      await screen.shows(/Dashboard · keys/);
      terminal.type('xq');
      await screen.shows(/End the study\? Everything is kept\. y\/n/);
      terminal.type('y');
      await screen.shows(/Interrupted; everything found so far is stored/);
      await screen.shows(/Go on with[^#$]*bash-[\d.]+[#$]\s*$/);
      terminal.type('stty -a | grep -o " icanon"; echo done\r');
      await screen.shows(/icanon\s+done/);
    });
  },
);

terminalTest(
  'in the background a study goes on in plain lines and leaves the shell alone; fg brings the dashboard',
  async (open) => {
    await inFolder(async (cwd) => {
      const { terminal, screen } = start(open, shell, cwd);
      await screen.shows(prompt);
      terminal.type(`${asCommand(endless)} &\r`);
      await screen.shows(/In the background, the study goes on in plain lines/);
      await screen.shows(/new best/);
      terminal.type('echo "typed $((40 + 2))"; jobs\r');
      await screen.shows(/typed 42[\s\S]*Running/);
      terminal.type('fg\r');
      await screen.shows(/^Scattershot · tiny/m);
      terminal.type('\u0003');
      await screen.shows(/Interrupted; everything found so far is stored/);
    });
  },
);

terminalTest('a study that ends in the background leaves the modes of the terminal to whoever has it', async (open) => {
  await inFolder(async (cwd) => {
    const { terminal, screen } = start(open, shell, cwd);
    await screen.shows(prompt);
    const quick = [...search, '--budget', '40'];
    terminal.type(
      `${asCommand(quick)} > /dev/null 2>&1 & sleep 0.1; stty -echo; wait; stty -a | grep -o -- "-echo "; stty echo\r`,
    );
    await screen.shows(/^-echo/m, 30);
  });
});

terminalTest('what is pasted ends no study, and neither do keys without a yes', async (open) => {
  await inFolder(async (cwd) => {
    const { terminal, screen } = start(open, [process.execPath, program, ...endless], cwd);
    await screen.shows(/q end/);
    expect(await screen.isBracketed()).toBe(true);
    terminal.type('\u001b[200~quality: y, q, y and \u0003 too\nqy\u001b[201~');
    terminal.type('qqqqqqn');
    await delay(500);
    await screen.shows(/q end/);
    expect((await study(cwd)).status).toBe('running');
    terminal.signal('SIGTERM');
    expect(await terminal.ended).toEqual({ code: 130, signal: null });
    expect(await screen.isAlternate()).toBe(false);
    expect(await screen.isBracketed()).toBe(false);
  });
});

terminalTest('a terminal of 0 columns is one of 80', async (open) => {
  await inFolder(async (cwd) => {
    const { terminal, screen } = start(open, [process.execPath, program, ...endless], cwd, 0, 0);
    const text = await screen.shows(/Best so far[\s\S]*q end/);
    const [first] = text.split('\n');
    expect(first).toHaveLength(80);
    terminal.type('\u0003');
    expect(await terminal.ended).toEqual({ code: 130, signal: null });
    // The result, too, is laid out for 80 columns.
    expect(terminal.output).toMatch(/rank|certificate|optimal/);
  });
});

const sizes = [
  [40, 15],
  [80, 24],
  [120, 40],
  [200, 50],
] as const;

terminalTest(
  'a study is watched at 40×15, 80×24, 120×40 and 200×50, resized in between, with its keys and its leaderboard',
  async (open) => {
    await inFolder(async (cwd) => {
      const { terminal, screen } = start(open, [process.execPath, program, ...endless], cwd, ...sizes[0]);
      await screen.shows(/Best so far/);
      for (const [columns, rows] of [...sizes, ...sizes.toReversed()]) {
        screen.resize(columns, rows);
        // The first line, with the time at its end, is as wide as the terminal.
        await screen.shows(new RegExp(`^Scattershot[^\\n]{${columns - 11}}\\n`));
        const text = await screen.shows(/\nq end/);
        const lines = text.split('\n');
        expect(lines).toHaveLength(rows);
        expect(lines[0]).toMatch(/^Scattershot · tiny.* \d+:\d\d$/);
        expect(lines[0]).toHaveLength(columns);
        expect(lines.at(-1)).toMatch(/^q end {2}p pause/);
        expect(text).toContain('Best so far: S');
        if (rows >= 24) expect(text).toMatch(/Island +strategy/);
        if (rows >= 40) expect(text).toContain('Last events');
      }
      screen.resize(120, 40);
      terminal.type('p');
      await screen.shows(/paused; p goes on/);
      terminal.type('pl');
      await screen.shows(/^(?![\s\S]*Last events)[\s\S]*tiny/);
      terminal.type('q');
      await screen.shows(/Last events/);
      expect((await study(cwd)).status).toBe('running');
      terminal.type('qy');
      expect(await terminal.ended).toEqual({ code: 130, signal: null });
      expect(await screen.isAlternate()).toBe(false);
    });
  },
  120_000,
);
