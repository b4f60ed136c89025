import { EventEmitter } from 'node:events';
import { afterEach, expect, test, vi } from 'vitest';
import { type Dashboard, type DashboardOptions, renderDashboard } from '../../src/terminal/dashboard.tsx';
import { EmulatedTerminal } from './screen-emulator.ts';
import { scriptedStudy } from './scripted-study.ts';

/** As much of a keyboard as Ink uses. */
class Keyboard extends EventEmitter {
  readonly isTTY: boolean;
  raw = false;
  private typed: string | null = null;

  constructor(isTTY = true) {
    super();
    this.isTTY = isTTY;
  }

  type(text: string): void {
    this.typed = text;
    this.emit('readable');
  }

  read(): string | null {
    const { typed } = this;
    this.typed = null;
    return typed;
  }

  setRawMode(on: boolean): void {
    if (!this.isTTY) throw new Error('raw mode on something that is not a terminal');
    this.raw = on;
  }

  setEncoding(): void {}
  ref(): void {}
  unref(): void {}
}

const script = scriptedStudy();
const open: Dashboard[] = [];

function watched(change: Partial<DashboardOptions> = {}, keyboard = new Keyboard()) {
  const terminal = new EmulatedTerminal(80, 24);
  const interrupts: string[] = [];
  const dashboard = renderDashboard({
    ...{ color: false, unicode: true, stdout: terminal },
    stdin: keyboard as unknown as NodeJS.ReadStream,
    onInterrupt: () => void interrupts.push('asked'),
    ...change,
  });
  open.push(dashboard);
  return { terminal, keyboard, interrupts, dashboard };
}

afterEach(async () => {
  for (const dashboard of open.splice(0)) await dashboard.done();
});

const shown = (terminal: EmulatedTerminal, text: string) =>
  vi.waitFor(() => expect(terminal.lines.join('\n')).toContain(text), { timeout: 20_000, interval: 5 });

test('events that come before Ink is loaded are shown', async () => {
  const { terminal, dashboard } = watched();
  for (const event of script.slice(0, 40)) dashboard.listener(event);
  expect(terminal.writes).toBe(0);
  await shown(terminal, 'Best so far: S 0.9791');
  expect(terminal).toMatchObject({ alternate: true, cursorShown: false });
});

test('a storm of events makes few frames, and the last event is shown', async () => {
  const { terminal, dashboard } = watched();
  await shown(terminal, 'waiting');
  const before = terminal.writes;
  for (const event of script) dashboard.listener(event);
  await shown(terminal, 'the study has ended');
  expect(terminal.writes - before).toBeLessThan(script.length / 20);
});

test('q stops gently, a second time at once, and the screen says so', async () => {
  const { terminal, keyboard, interrupts } = watched();
  await shown(terminal, 'q or Ctrl-C: stop and keep everything');
  expect(keyboard.raw).toBe(true);
  keyboard.type('q');
  await shown(terminal, 'stopping, everything is stored');
  keyboard.type('x');
  keyboard.type('\u0003');
  await shown(terminal, 'stopping now');
  expect(interrupts).toHaveLength(2);
});

test('two Ctrl-C in one piece count as two', async () => {
  const { terminal, keyboard, interrupts } = watched();
  await shown(terminal, 'q or Ctrl-C');
  keyboard.type('\u0003\u0003');
  expect(interrupts).toHaveLength(2);
});

test('a stop that came by a signal is shown, and the next key still asks gently', async () => {
  const { terminal, dashboard } = watched();
  await shown(terminal, 'q or Ctrl-C');
  dashboard.showStopping();
  dashboard.showStopping();
  await shown(terminal, 'stopping, everything is stored');
});

test('without a keyboard the dashboard is shown and no raw mode asked for', async () => {
  const { terminal, keyboard } = watched({}, new Keyboard(false));
  await shown(terminal, 'Ctrl-C: stop and keep everything');
  expect(terminal.lines.join('\n')).not.toContain('q or');
  expect(keyboard.raw).toBe(false);
});

test('a resize paints a frame of the new size', async () => {
  const { terminal, dashboard } = watched();
  for (const event of script.slice(0, 40)) dashboard.listener(event);
  await shown(terminal, 'Best so far');
  terminal.resize(44, 9);
  await vi.waitFor(() => expect(terminal.lines).toHaveLength(8), { timeout: 20_000, interval: 5 });
  for (const line of terminal.lines) expect(line.length).toBeLessThanOrEqual(44);
  terminal.resize(180, 40);
  await vi.waitFor(() => expect(terminal.lines).toHaveLength(39), { timeout: 20_000, interval: 5 });
});

test('done restores the terminal, leaves the summary, and nothing is written after it', async () => {
  const { terminal, keyboard, dashboard } = watched();
  for (const event of script) dashboard.listener(event);
  await shown(terminal, 'the study has ended');
  await dashboard.done();
  expect(terminal).toMatchObject({ alternate: false, cursorShown: true });
  expect(keyboard.raw).toBe(false);
  expect(terminal.lines[0]).toMatch(/^morse-demo-7 finished after 1:21/);
  expect(terminal.lines).toContain('Stored in cache/scattershot.db');
  const before = terminal.writes;
  dashboard.listener(script[1]);
  terminal.resize(40, 10);
  await dashboard.done();
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(terminal.writes).toBe(before);
});

test('a study that ends before Ink is loaded leaves its summary alone', async () => {
  const { terminal, dashboard } = watched();
  for (const event of script) dashboard.listener(event);
  await dashboard.done();
  expect(terminal.alternate).toBe(false);
  expect(terminal.lines[0]).toMatch(/^morse-demo-7 finished/);
});

test('a closed output silences the view, and the study goes on', async () => {
  const { terminal, keyboard, dashboard } = watched();
  await shown(terminal, 'waiting');
  terminal.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
  const before = terminal.writes;
  for (const event of script) dashboard.listener(event);
  keyboard.emit('error', new Error('read EIO'));
  await dashboard.done();
  expect(terminal.writes).toBe(before);
  expect(keyboard.raw).toBe(false);
});

test('a hung-up terminal does not end the process', async () => {
  const { terminal, dashboard } = watched();
  await shown(terminal, 'waiting');
  process.emit('SIGHUP', 'SIGHUP');
  for (const event of script) dashboard.listener(event);
  await dashboard.done();
  expect(process.listeners('SIGHUP')).toHaveLength(0);
});

test('when a view fails, the events go on as plain lines', async () => {
  const written: string[] = [];
  const { terminal, dashboard } = watched({ stderr: { write: (text) => written.push(text) } });
  await shown(terminal, 'waiting');
  // No study can say this: the view has to wrap a text and finds a number.
  dashboard.listener({ kind: 'verdict', verdict: 'x', meaning: 42 as unknown as string, atMs: 0 });
  await vi.waitFor(() => expect(written.join('')).toContain('The dashboard failed'), { timeout: 20_000, interval: 5 });
  expect(terminal.alternate).toBe(false);
  dashboard.listener(script[1]);
  await dashboard.done();
  expect(written.at(-1)).toBe('[ 0:00] warning: no GPU was found: training runs on the CPU; see scattershot doctor\n');
});

test('the exit of the process brings the user’s screen back', async () => {
  const { terminal } = watched();
  await shown(terminal, 'waiting');
  const listeners = process.listeners('exit');
  for (const listener of listeners.slice(-1)) listener.call(process, 0);
  expect(terminal).toMatchObject({ alternate: false, cursorShown: true });
});
