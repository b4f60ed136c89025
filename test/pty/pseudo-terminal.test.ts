import { expect } from 'vitest';
import { terminalTest } from './pseudo-terminal.ts';

const where = { cwd: process.cwd(), env: { NO_COLOR: '1' } };
const node = (code: string) => [process.execPath, '-e', code];

terminalTest('a program in a pseudo-terminal has its size, its keys, and its exit code told', async (open) => {
  const terminal = open(
    node(
      'console.log(process.stdout.columns, process.stdin.isTTY); process.stdin.once("data", (d) => process.exit(d.length))',
    ),
    { ...where, columns: 97 },
  );
  await terminal.shows(/97 true/);
  terminal.type('abc\r');
  expect(await terminal.ended).toEqual({ code: 4, signal: null });
});

terminalTest('a resize, Ctrl-C and a signal reach the program', async (open) => {
  const terminal = open(
    node(
      'process.stdout.on("resize", () => console.log("now", process.stdout.columns)); process.on("SIGINT", () => console.log("interrupted")); setInterval(() => {}, 1e6); console.log("up")',
    ),
    where,
  );
  await terminal.shows(/up/);
  terminal.resize(51, 10);
  await terminal.shows(/now 51/);
  terminal.type('\u0003');
  await terminal.shows(/interrupted/);
  terminal.signal('SIGTERM');
  expect(await terminal.ended).toEqual({ code: null, signal: 'SIGTERM' });
});

terminalTest('a terminal that hangs up ends a program that does not mind', async (open) => {
  const terminal = open(node('setInterval(() => {}, 1e6); console.log("up")'), where);
  await terminal.shows(/up/);
  terminal.hangUp();
  expect(await terminal.ended).toEqual({ code: null, signal: 'SIGHUP' });
});

terminalTest('a terminal that nobody reads makes a writer wait, until it is read again', async (open) => {
  const terminal = open(
    node(
      'console.log("up"); setTimeout(() => { process.stdout.write("x".repeat(200000)); console.log("written") }, 300)',
    ),
    where,
  );
  await terminal.shows(/up/);
  terminal.stopReading();
  await expect(terminal.shows(/written/, { seconds: 1.5 })).rejects.toThrow('within 1.5 s');
  terminal.startReading();
  await terminal.shows(/written/);
  expect(await terminal.ended).toEqual({ code: 0, signal: null });
});
