import { cleanText } from '../../base/clean-text.ts';
import { failure, type Outcome, success } from '../../base/failure.ts';
import { plural } from '../../base/plural.ts';
import { version } from '../../base/version.ts';
import {
  type Hello,
  type JobMessage,
  PROTOCOL_VERSION,
  readHello,
  readTrainerMessage,
  type StudyMessage,
  type TrainerMessage,
} from './protocol.ts';
import { type ProcessSpec, TrainerProcess } from './trainer-process.ts';

/** The command, and how long one waits for what it does. */
export interface ProgramSpec extends ProcessSpec {
  readonly helloMs: number;
  readonly silenceMs: number;
  readonly cancelMs: number;
}

/** How a program ended that was not asked to. */
export interface TrainerEnd {
  /** 'fault': it broke the protocol; 'lost': anything else */
  readonly kind: 'fault' | 'lost';
  /** a sentence without a full stop, "the trainer …" */
  readonly reason: string;
}

/** Hears a program after its hello. */
export interface ProgramListener {
  message(message: Exclude<TrainerMessage, { type: 'alive' }>): void;
  /** once; nothing comes after it */
  ended(end: TrainerEnd): void;
}

/** A job that the program has. */
interface KnownJob {
  epoch: number;
  readonly epochs: number;
  cancelled: NodeJS.Timeout | null;
}

const MOST_QUOTED = 300;
const KILL_AFTER_MS = 2000;

const noListener: ProgramListener = { message: () => {}, ended: () => {} };

/** One process of a trainer of the user's own, spoken to in the protocol. */
export class TrainerProgram {
  readonly #spec: ProgramSpec;
  readonly #process: TrainerProcess;
  readonly #jobs = new Map<string, KnownJob>();
  #hello: Hello | null = null;
  #onHello: (outcome: Outcome<Hello>) => void = () => {};
  #onSettled: () => void = () => {};
  #listener = noListener;
  #silence: NodeJS.Timeout | null = null;
  /** how it ended, once that is known; 'asked' after `end` */
  #end: TrainerEnd | 'asked' | null = null;

  private constructor(spec: ProgramSpec) {
    this.#spec = spec;
    this.#process = new TrainerProcess(spec, {
      line: (line) => this.#hear(line),
      tooLong: (start) => this.#fault('it is longer than 1 MiB', start),
      gone: (lastWords) => this.#gone(lastWords),
    });
  }

  /**
   * Starts the program and waits for its hello.
   * @returns Failure 'no-trainer' where there is no such program, 'trainer-failed' where it says no proper hello
   */
  static async start(spec: ProgramSpec, signal?: AbortSignal): Promise<Outcome<TrainerProgram>> {
    const program = new TrainerProgram(spec);
    const said = await program.#sayHello(signal);
    if (said.ok) return success(program);
    program.#process.signal('SIGKILL');
    await program.#process.exited;
    return said;
  }

  get hello(): Hello {
    if (this.#hello === null) throw new Error('the trainer has not said hello');
    return this.#hello;
  }

  /** Whether it can be given jobs. */
  get isRunning(): boolean {
    return this.#end === null && this.status === null;
  }

  /** How the process ended, in words: "ended with status 1"; null while it runs. */
  get status(): string | null {
    return this.#process.status;
  }

  /** Resolves when it has no jobs, or is gone. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#onSettled = resolve;
      this.#tellSettled();
    });
  }

  #tellSettled(): void {
    if (this.#jobs.size === 0 || this.status !== null) this.#onSettled();
  }

  listen(listener: ProgramListener): void {
    this.#listener = listener;
  }

  send(message: Exclude<StudyMessage, JobMessage>): void {
    this.sendLine(JSON.stringify(message));
  }

  /** A line as it is, of the protocol or not. */
  sendLine(line: string): void {
    this.#process.writeLine(line);
  }

  give(job: JobMessage): void {
    this.#jobs.set(job.id, { epoch: 0, epochs: job.settings.epochs, cancelled: null });
    this.sendLine(JSON.stringify(job));
    this.#watchSilence();
  }

  /** Where its result does not come in time, the program is ended. Whoever asks need not wait for it. */
  cancel(id: string): void {
    const job = this.#jobs.get(id);
    if (job === undefined || job.cancelled !== null || !this.isRunning) return;
    this.send({ type: 'cancel', id });
    const { cancelMs } = this.#spec;
    const kill = () => this.#lose(`the trainer did not answer a cancel within ${cancelMs / 1000} s`);
    job.cancelled = setTimeout(kill, cancelMs);
    job.cancelled.unref();
  }

  /** Asks it to end, and sees to it. */
  async end(): Promise<void> {
    if (this.#end === null) this.#end = 'asked';
    this.#forgetTimers();
    if (this.status === null) {
      this.send({ type: 'end' });
      this.#process.endInput();
      const terminate = setTimeout(() => this.#process.signal('SIGTERM'), this.#spec.endMs);
      const kill = setTimeout(() => this.#process.signal('SIGKILL'), this.#spec.endMs + KILL_AFTER_MS);
      await this.#process.exited;
      clearTimeout(terminate);
      clearTimeout(kill);
    }
    await this.#process.exited;
  }

  #sayHello(signal: AbortSignal | undefined): Promise<Outcome<Hello>> {
    return new Promise((resolve) => {
      const { helloMs } = this.#spec;
      const late = setTimeout(() => {
        this.#lose(`the trainer said no hello within ${helloMs / 1000} s${this.#process.lastWords()}`);
      }, helloMs);
      const stop = () => this.#lose('the trainer was stopped before it said hello');
      this.#onHello = (outcome) => {
        clearTimeout(late);
        signal?.removeEventListener('abort', stop);
        resolve(outcome);
      };
      signal?.addEventListener('abort', stop);
      if (signal?.aborted) stop();
      this.send({ type: 'hello', protocol: PROTOCOL_VERSION, program: `scattershot ${version}` });
    });
  }

  #hear(line: string): void {
    if (this.#end !== null || line.trim() === '') return;
    if (this.#hello === null) this.#hearHello(line);
    else this.#hearMessage(line, this.#hello);
  }

  #hearHello(line: string): void {
    const read = readHello(line);
    if (!read.ok) this.#fault(read.why, line);
    else if (read.value.protocol !== PROTOCOL_VERSION) {
      const { protocol } = read.value;
      this.#fault(`it speaks version ${protocol} of the protocol, and this program ${PROTOCOL_VERSION}`, line);
    } else {
      this.#hello = read.value;
      this.#onHello(success(read.value));
    }
  }

  #hearMessage(line: string, { score }: Hello): void {
    const read = readTrainerMessage(line, score);
    if (!read.ok) {
      this.#fault(read.why, line);
      return;
    }
    const message = read.value;
    if (message.type !== 'alive') {
      const wrong = this.#faultOf(message);
      if (wrong !== null) {
        this.#fault(wrong, line);
        return;
      }
      if (message.type === 'result') this.#forget(message.id);
      this.#listener.message(message);
    }
    this.#watchSilence();
  }

  /** What is wrong with a message where the jobs are as they are. */
  #faultOf(message: Exclude<TrainerMessage, { type: 'alive' }>): string | null {
    const job = this.#jobs.get(message.id);
    if (job === undefined) return `it has no job ${JSON.stringify(message.id)}`;
    if (message.type !== 'epoch') return null;
    if (message.epoch !== job.epoch + 1) return `epoch ${job.epoch + 1} of this job was to come`;
    if (message.epoch > job.epochs) return `this job has ${plural(job.epochs, 'epoch')}`;
    job.epoch = message.epoch;
    return null;
  }

  #forget(id: string): void {
    const cancelled = this.#jobs.get(id)?.cancelled ?? null;
    if (cancelled !== null) clearTimeout(cancelled);
    this.#jobs.delete(id);
    this.#tellSettled();
  }

  #forgetTimers(): void {
    for (const id of [...this.#jobs.keys()]) this.#forget(id);
    if (this.#silence !== null) clearTimeout(this.#silence);
    this.#silence = null;
  }

  #watchSilence(): void {
    if (this.#silence !== null) clearTimeout(this.#silence);
    this.#silence = null;
    if (this.#jobs.size === 0 || !this.isRunning) return;
    const { silenceMs } = this.#spec;
    const lose = () => this.#lose(`the trainer was silent for ${silenceMs / 1000} s while it had jobs`);
    this.#silence = setTimeout(lose, silenceMs);
  }

  #fault(why: string, line: string): void {
    const quoted = cleanText(line.trim(), MOST_QUOTED);
    this.#stop({
      kind: 'fault',
      reason: `the trainer wrote a line that is no message of the protocol (${why}): ${quoted}`,
    });
  }

  #lose(reason: string): void {
    this.#stop({ kind: 'lost', reason });
  }

  #stop(end: TrainerEnd): void {
    this.#end ??= end;
    this.#process.signal('SIGKILL');
  }

  /** The process is gone, and all that it wrote is read. */
  #gone(lastWords: string): void {
    const had = this.#jobs.size;
    this.#forgetTimers();
    const words = this.#hello === null ? ' before it said hello' : had > 0 ? ` while it had ${plural(had, 'job')}` : '';
    this.#end ??= { kind: 'lost', reason: `the trainer ${this.status}${words}${lastWords}` };
    if (this.#hello === null) this.#onHello(this.#noHello());
    else if (this.#end !== 'asked') this.#listener.ended(this.#end);
  }

  #noHello(): Outcome<Hello> {
    if (this.status === 'could not be found') {
      const [program] = this.#spec.words;
      const message = `the trainer's program ${cleanText(program, MOST_QUOTED)} could not be found`;
      return failure('no-trainer', message, 'Check the command of --trainer, and the folder it is started in.');
    }
    const reason = this.#end === null || this.#end === 'asked' ? 'the trainer said no hello' : this.#end.reason;
    return failure('trainer-failed', reason, TRAINER_STEP);
  }
}

/** The next step where a trainer is at fault. */
export const TRAINER_STEP =
  'Try it alone with: scattershot trainer check "COMMAND" (docs/trainers.md says what it must do).';
