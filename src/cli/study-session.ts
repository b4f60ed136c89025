import { unwrap } from '../base/failure.ts';
import { shellWord } from '../base/shell-word.ts';
import type { Store } from '../store/index.ts';
import type { StudyEvent, StudyListener } from '../study/events.ts';
import type { StudyHost } from '../study/host.ts';
import { StudyControl } from '../study/study-control.ts';
import { studyNameOf } from '../study/study-name-of.ts';
import { WaitedFor } from '../terminal/waited-for.ts';
import type { Context } from './context.ts';
import { detached } from './detached.ts';
import { endCommand } from './end-command.ts';
import { Interrupt } from './interrupt.ts';
import { createJsonLines } from './json-lines.ts';
import { StudyHosts } from './study-hosts.ts';
import { ownLogPath, StudyLog } from './study-log.ts';
import { redirectAll, TerminalLoss } from './terminal-loss.ts';
import { noView, openView, type StudyView } from './watch.ts';

/**
 * Everything around a study that runs in this process: who watches it, its log, how it is asked to end, and what happens when the
 * terminal goes away.
 */
export class StudySession {
  readonly #context: Context;
  readonly #store: Store;
  readonly #log: StudyLog;
  readonly #waited = new WaitedFor();
  readonly #interrupt: Interrupt;
  readonly #signal: AbortSignal;
  /** pauses and the like, asked for by keys */
  readonly control = new StudyControl();
  readonly #jsonLines: StudyListener | null;
  readonly #terminalLoss = new TerminalLoss(() => this.#loseTerminal());
  readonly #hosts: StudyHosts | null;
  #view: StudyView = noView;
  #study: string | null = null;
  #isLost = false;

  /** @throws ScattershotError where the log of `--log` cannot be written, or the queue of `--queue` does not answer */
  static async open(context: Context, store: Store, lines = false): Promise<StudySession> {
    const session = new StudySession(context, store, await StudyHosts.open(context));
    if (detached !== null) return session;
    const { trigger: onInterrupt } = session.#interrupt;
    const { control } = session;
    session.#view = await openView(context, { onInterrupt, onGone: session.#terminalLoss.tell, lines, control });
    return session;
  }

  private constructor(context: Context, store: Store, hosts: StudyHosts | null) {
    this.#context = context;
    this.#store = store;
    this.#hosts = hosts;
    hosts?.tell((event) => this.#show(event));
    this.#log = new StudyLog(context.warn);
    this.#jsonLines = context.run.jsonLines === true && detached === null ? createJsonLines() : null;
    if (context.run.log !== undefined) this.#log.open(context.run.log);
    if (context.run.onEnd !== undefined) endCommand.arm(context.run.onEnd, () => this.#log.path);
    this.#interrupt = new Interrupt({
      onFirst: () => {
        this.#view.showStopping();
        this.#log.note('Stopping, as a signal or a key asked for.');
      },
      onSecond: () => this.#tellWaiting(),
    });
    this.#signal = AbortSignal.any([this.#interrupt.signal, this.control.ended]);
    detached?.onAbandoned(this.#interrupt.trigger);
  }

  /** what a study in this process runs on and is watched by */
  get host(): StudyHost {
    const { cacheFolder, workers } = this.#context;
    const { signal, control, listener } = this;
    const queue = this.#hosts === null ? {} : { queue: this.#hosts.queue };
    return { store: this.#store, cacheFolder, workers, listener, signal, control, ...queue };
  }

  /** ` --queue URL` for a command that goes on with the study; empty without one */
  get queueWords(): string {
    return this.#hosts === null ? '' : ` --queue ${shellWord(this.#hosts.queue.shown)}`;
  }

  /** what each machine did; null without `--queue` */
  get hostsText(): string | null {
    return this.#hosts?.text ?? null;
  }

  /** an end that was asked for, at once or after the trainings that ran */
  get signal(): AbortSignal {
    return this.#signal;
  }

  /** name of the study, once it exists */
  get study(): string | null {
    return this.#study;
  }

  readonly listener: StudyListener = (event: StudyEvent) => {
    const begun = studyNameOf(event);
    if (begun !== null && this.#study === null) this.#begin(begun);
    this.#hosts?.follow(event);
    this.#show(event);
  };

  #show(event: StudyEvent): void {
    this.#waited.listener(event);
    endCommand.listener(event);
    this.#log.listener(event);
    this.#view.listener(event);
    this.#jsonLines?.(event);
  }

  /** Takes the view down; afterwards stdout is free for the result. */
  async done(): Promise<void> {
    await this.#view.done();
    await this.#hosts?.close();
    this.#interrupt.release();
  }

  #begin(study: string): void {
    this.#study = study;
    if (detached !== null) this.#goToBackground(study);
    else if (this.#isLost) this.#openOwnLog(study);
  }

  #goToBackground(study: string): void {
    const own = ownLogPath(this.#context.cacheFolder, study);
    detached?.becomeLog(own);
    this.#log.open(own);
    redirectAll((text) => this.#log.append(text));
    const { id } = unwrap(this.#store.getStudy(study));
    detached?.tellStarted({ study, id, pid: process.pid, log: this.#log.path ?? own });
  }

  #tellWaiting(): void {
    const text = `Still waiting for ${this.#waited.text}. (Once more leaves at once; what is stored stays.)`;
    this.#view.tell(text);
    this.#log.note(text);
  }

  #loseTerminal(): void {
    this.#isLost = true;
    this.#view.hangUp();
    this.#terminalLoss.redirect((text) => this.#log.append(text));
    if (this.#study !== null) this.#openOwnLog(this.#study);
    this.#log.note('The terminal is gone; the study goes on without a view.');
  }

  /** Unless there is a log already. A place that cannot be written costs the lines alone. */
  #openOwnLog(study: string): void {
    if (this.#log.path !== null) return;
    try {
      this.#log.open(ownLogPath(this.#context.cacheFolder, study));
    } catch {
      // Nobody is left to be told.
    }
  }
}
