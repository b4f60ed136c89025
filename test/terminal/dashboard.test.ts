import { EventEmitter } from 'node:events';
import { afterEach, expect, test, vi } from 'vitest';
import { type Dashboard, type DashboardOptions, renderDashboard } from '../../src/terminal/dashboard.ts';
import { EmulatedTerminal } from './screen-emulator.ts';
import { scriptedStudy } from './scripted-study.ts';

/** As much of a keyboard as the dashboard uses. */
class Keyboard extends EventEmitter {
  readonly isTTY: boolean;
  raw = false;
  paused = true;

  constructor(isTTY = true) {
    super();
    this.isTTY = isTTY;
  }

  type(text: string): void {
    if (!this.paused) this.emit('data', text);
  }

  setRawMode(on: boolean): void {
    if (!this.isTTY) throw new Error('raw mode on something that is not a terminal');
    this.raw = on;
  }

  setEncoding(): void {}
  pause(): void {
    this.paused = true;
  }
  resume(): void {
    this.paused = false;
  }
}

/** Job control as the test has it. */
class Jobs {
  foreground = true;
  stops = 0;
  readonly isInForeground = () => this.foreground;
  /** what happens while the job is stopped */
  meanwhile = () => {};
  readonly stop = () => {
    this.stops += 1;
    this.meanwhile();
  };
}

const script = scriptedStudy();
const open: Dashboard[] = [];

function watched(change: Partial<DashboardOptions> = {}, keyboard = new Keyboard()) {
  const terminal = new EmulatedTerminal(80, 24);
  const interrupts: string[] = [];
  const logged: string[] = [];
  const jobs = new Jobs();
  const dashboard = renderDashboard({
    ...{ color: false, unicode: true, stdout: terminal, output: terminal, stdin: keyboard, jobs },
    onInterrupt: () => void interrupts.push('asked'),
    onEndAtOnce: () => void interrupts.push('asked at once'),
    log: (text) => void logged.push(text),
    ...change,
  });
  open.push(dashboard);
  return { terminal, keyboard, interrupts, logged, jobs, dashboard };
}

afterEach(async () => {
  for (const dashboard of open.splice(0)) await dashboard.done();
});

const shown = (terminal: EmulatedTerminal, text: string) =>
  vi.waitFor(() => expect(terminal.lines.join('\n')).toContain(text), { timeout: 20_000, interval: 5 });

test('a storm of events makes few frames, and the last event is shown', async () => {
  const { terminal, dashboard } = watched();
  await shown(terminal, 'waiting');
  expect(terminal).toMatchObject({ alternate: true, cursorShown: false, bracketed: true });
  const before = terminal.writes;
  for (const event of script) dashboard.listener(event);
  await shown(terminal, 'the study has ended');
  expect(terminal.writes - before).toBeLessThan(script.length / 20);
});

test('q asks first, and any key except y goes back', async () => {
  const { terminal, keyboard, interrupts } = watched();
  await shown(terminal, 'q end');
  expect(keyboard.raw).toBe(true);
  for (const no of ['n', 'q', ' ', '\r', '\u001b']) {
    keyboard.type('q');
    await shown(terminal, 'End the study? Everything is kept. y/n');
    keyboard.type(no);
    await shown(terminal, 'q end');
  }
  expect(interrupts).toHaveLength(0);
});

test('y ends the study in order; a second end is asked for again, and is at once', async () => {
  const { terminal, keyboard, interrupts } = watched();
  await shown(terminal, 'q end');
  keyboard.type('qy');
  await shown(terminal, 'stopping, everything is stored');
  expect(interrupts).toHaveLength(1);
  keyboard.type('q');
  await shown(terminal, 'End at once? What is stored stays. y/n');
  keyboard.type('x');
  await shown(terminal, 'stopping, everything is stored');
  keyboard.type('qY');
  expect(interrupts).toEqual(['asked', 'asked at once']);
});

test('Ctrl-C needs no answer, and two in one piece count as two', async () => {
  const { terminal, keyboard, interrupts, dashboard } = watched();
  await shown(terminal, 'q end');
  keyboard.type('\u0003\u0003');
  expect(interrupts).toEqual(['asked', 'asked']);
  await shown(terminal, 'stopping, everything is stored');
  dashboard.tell('waiting for #3 seed 1 (epoch 2 of 9)');
  await shown(terminal, 'waiting for #3 seed 1 (epoch 2 of 9)');
});

test('what is pasted is no key, in however many pieces it comes', async () => {
  const { terminal, keyboard, interrupts } = watched();
  await shown(terminal, 'q end');
  const pasted = '\u001b[200~qy\u0003 q\ny\u001b[201~';
  keyboard.type(pasted);
  for (const character of pasted) keyboard.type(character);
  keyboard.type('?');
  await shown(terminal, 'Dashboard · keys');
  expect(interrupts).toHaveLength(0);
});

test('a study that runs elsewhere is left by q and by Ctrl-C, which end nothing', async () => {
  const left: string[] = [];
  const { terminal, keyboard, interrupts } = watched({ onLeave: () => void left.push('left') });
  await shown(terminal, 'q leave');
  keyboard.type('q\u0003');
  expect(left).toEqual(['left', 'left']);
  expect(interrupts).toEqual([]);
});

test('p pauses and goes on, s ends after the running trainings once there are any, and both ask nothing of a watched study', async () => {
  const asked: string[] = [];
  const control = {
    pause: () => void asked.push('pause'),
    goOn: () => void asked.push('go on'),
    endAfterTrainings: () => void asked.push('end after'),
    stoodStill: (durationMs: number) => void asked.push(`stood still ${durationMs >= 0}`),
  };
  const { terminal, keyboard, dashboard } = watched({ control });
  await shown(terminal, 'q end  p pause  s end after  ? keys');
  keyboard.type('p');
  await shown(terminal, 'paused; p goes on');
  keyboard.type('p');
  await shown(terminal, 'q end');
  keyboard.type('s');
  expect(terminal.lines.join()).not.toContain('y/n');
  for (const event of script.slice(0, 310)) dashboard.listener(event);
  keyboard.type('s');
  await shown(terminal, 'End after the running trainings? y/n');
  keyboard.type('y');
  await shown(terminal, 'ending after the trainings that run');
  keyboard.type('\u001a');
  expect(asked).toEqual(['pause', 'go on', 'end after', 'stood still true']);
});

test('l opens the leaderboard over the dashboard, which has the keys until it leaves, and the study goes on beneath', async () => {
  const heard: string[] = [];
  const openLeaderboard: DashboardOptions['openLeaderboard'] = async (host, study) => ({
    lines: () => [[{ text: `leaderboard of ${study}` }]],
    key: ({ name }) => {
      heard.push(name);
      if (name === 'q') host.leave();
    },
    close: () => void heard.push('closed'),
  });
  const { terminal, keyboard, dashboard, interrupts } = watched({ openLeaderboard });
  for (const event of script.slice(0, 40)) dashboard.listener(event);
  await shown(terminal, 'l leaderboard');
  keyboard.type('l');
  await shown(terminal, 'leaderboard of morse-demo-7');
  expect(terminal.lines).toHaveLength(1);
  for (const event of script.slice(40, 60)) dashboard.listener(event);
  keyboard.type('xq');
  await shown(terminal, 'Best so far');
  expect(heard).toEqual(['x', 'q', 'closed']);
  keyboard.type('l');
  await shown(terminal, 'leaderboard of');
  keyboard.type('\u0003');
  await shown(terminal, 'Best so far');
  expect(interrupts).toEqual([]);
});

test('a stop that came by a signal is shown', async () => {
  const { terminal, dashboard } = watched();
  await shown(terminal, 'q end');
  dashboard.showStopping();
  dashboard.showStopping();
  await shown(terminal, 'stopping, everything is stored');
});

test('without a keyboard the dashboard is shown and no raw mode asked for', async () => {
  const { terminal, keyboard } = watched({}, new Keyboard(false));
  await shown(terminal, 'Ctrl-C ends it');
  expect(terminal.lines.join('\n')).not.toContain('q end');
  expect(keyboard.raw).toBe(false);
});

test('Ctrl-Z gives the screen and the keys back, stops, and takes both again', async () => {
  const { terminal, keyboard, jobs, dashboard } = watched();
  for (const event of script.slice(0, 40)) dashboard.listener(event);
  await shown(terminal, 'Best so far');
  const whileStopped: object[] = [];
  jobs.meanwhile = () => {
    whileStopped.push({
      alternate: terminal.alternate,
      raw: keyboard.raw,
      paused: keyboard.paused,
      cursor: terminal.cursorShown,
    });
    terminal.columns = 60;
  };
  keyboard.type('\u001a');
  expect(whileStopped).toEqual([{ alternate: false, raw: false, paused: true, cursor: true }]);
  await shown(terminal, 'Best so far');
  expect(terminal).toMatchObject({ alternate: true, cursorShown: false });
  expect(keyboard).toMatchObject({ raw: true, paused: false });
  for (const line of terminal.lines) expect(line.length).toBeLessThanOrEqual(60);
});

test('in the background the study is told in plain lines, and keys are left to the shell', async () => {
  const jobs = new Jobs();
  jobs.foreground = false;
  const { terminal, keyboard, logged, dashboard } = watched({ jobs });
  for (const event of script.slice(0, 40)) dashboard.listener(event);
  expect(terminal.writes).toBe(0);
  expect(keyboard).toMatchObject({ raw: false, paused: true });
  expect(logged[0]).toMatch(/^In the background, the study goes on in plain lines/);
  expect(logged.join('')).toContain('new best: 4 candidates');
  jobs.foreground = true;
  await shown(terminal, 'Best so far');
  const before = logged.length;
  for (const event of script.slice(40)) dashboard.listener(event);
  expect(logged).toHaveLength(before);
});

test('a job that goes on in the background after a stop shows plain lines', async () => {
  const { terminal, keyboard, jobs, logged, dashboard } = watched();
  await shown(terminal, 'q end');
  jobs.meanwhile = () => {
    jobs.foreground = false;
  };
  keyboard.type('\u001a');
  expect(terminal.alternate).toBe(false);
  expect(keyboard.paused).toBe(true);
  for (const event of script.slice(0, 40)) dashboard.listener(event);
  expect(logged.join('')).toContain('new best');
});

test('a terminal that takes nothing gets no frames, and the latest one when it takes again', async () => {
  const { terminal, dashboard } = watched();
  await shown(terminal, 'waiting');
  terminal.waitingBytes = 1000;
  const before = terminal.writes;
  for (const event of script.slice(0, 40)) dashboard.listener(event);
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(terminal.writes).toBe(before);
  terminal.waitingBytes = 0;
  await shown(terminal, 'Best so far');
});

test('a resize paints a frame of the new size', async () => {
  const { terminal, dashboard } = watched();
  for (const event of script.slice(0, 40)) dashboard.listener(event);
  await shown(terminal, 'Best so far');
  terminal.resize(44, 9);
  await vi.waitFor(() => expect(terminal.lines).toHaveLength(9), { timeout: 20_000, interval: 5 });
  for (const line of terminal.lines) expect(line.length).toBeLessThanOrEqual(44);
  terminal.resize(180, 40);
  await vi.waitFor(() => expect(terminal.lines).toHaveLength(40), { timeout: 20_000, interval: 5 });
});

test('done restores the terminal, leaves the summary, and nothing is written after it', async () => {
  const { terminal, keyboard, dashboard } = watched();
  for (const event of script) dashboard.listener(event);
  await shown(terminal, 'the study has ended');
  await dashboard.done();
  expect(terminal).toMatchObject({ alternate: false, cursorShown: true });
  expect(keyboard.raw).toBe(false);
  expect(terminal.lines[0]).toMatch(/^morse-demo-7 finished after 1:24/);
  expect(terminal.lines).toContain('Stored in cache/scattershot.db');
  const before = terminal.writes;
  dashboard.listener(script[1]);
  terminal.resize(40, 10);
  await dashboard.done();
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(terminal.writes).toBe(before);
});

test('a study that ends before the first frame leaves its summary', async () => {
  const { terminal, dashboard } = watched();
  for (const event of script) dashboard.listener(event);
  await dashboard.done();
  expect(terminal.alternate).toBe(false);
  expect(terminal.lines[0]).toMatch(/^morse-demo-7 finished/);
});

test('an output that goes away silences the view, and the study goes on in plain lines', async () => {
  const { terminal, keyboard, logged, dashboard } = watched();
  await shown(terminal, 'waiting');
  terminal.goAway();
  for (const event of script) dashboard.listener(event);
  keyboard.emit('error', new Error('read EIO'));
  expect(logged.join('')).toContain('finished');
  await dashboard.done();
  expect(keyboard.raw).toBe(false);
});

test('a hang-up gives back the screen of a terminal that lives after all, and the study goes on in plain lines', async () => {
  const { terminal, keyboard, logged, dashboard } = watched();
  await shown(terminal, 'waiting');
  dashboard.hangUp();
  expect(terminal).toMatchObject({ alternate: false, cursorShown: true, bracketed: false });
  expect(keyboard).toMatchObject({ raw: false, paused: true });
  for (const event of script) dashboard.listener(event);
  expect(logged.join('')).toContain('finished');
});

test('when a view fails, the events go on as plain lines', async () => {
  const { terminal, logged, dashboard } = watched();
  await shown(terminal, 'waiting');
  // No study can say this: the view has to wrap a text and finds a number.
  dashboard.listener({ kind: 'verdict', verdict: 'x', meaning: 42 as unknown as string, atMs: 0 });
  await vi.waitFor(() => expect(logged.join('')).toContain('The dashboard failed'), { timeout: 20_000, interval: 5 });
  expect(terminal.alternate).toBe(false);
  dashboard.listener(script[1]);
  await dashboard.done();
  expect(logged.at(-1)).toBe('[ 0:00] warning: no GPU was found: training runs on the CPU; see scattershot doctor\n');
});

test('the exit of the process brings the user’s screen back', async () => {
  const { terminal } = watched();
  await shown(terminal, 'waiting');
  const listeners = process.listeners('exit');
  for (const listener of listeners) if (String(listener).includes('#release')) listener.call(process, 0);
  expect(terminal).toMatchObject({ alternate: false, cursorShown: true });
});
