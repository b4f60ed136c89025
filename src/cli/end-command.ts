import { type SpawnOptions, spawn } from 'node:child_process';
import type { StudyEvent } from '../study/events.ts';
import { studyNameOf } from '../study/study-name-of.ts';
import { EXIT } from './errors.ts';

type StudyState = Extract<StudyEvent, { kind: 'study-ended' }>['status'];

/** The state that an exit code stands for, where the study could not tell it itself. */
const stateOf = (exitCode: number): StudyState =>
  exitCode === EXIT.ok ? 'finished' : exitCode === EXIT.interrupted ? 'interrupted' : 'failed';

/** The command of `--on-end`: run once, when a study that has begun is over and its exit code is known. */
class EndCommand {
  #command: string | null = null;
  #study: string | null = null;
  #state: StudyState | null = null;
  #logPath: () => string | null = () => null;

  /** @param log the study's log, for the command to read */
  arm(command: string, log: () => string | null): void {
    this.#command = command;
    this.#logPath = log;
    // Where the program leaves at once, nobody waits for the command.
    process.once('exit', (code) => this.#runApart(code));
  }

  readonly listener = (event: StudyEvent): void => {
    this.#study = studyNameOf(event) ?? this.#study;
    if (event.kind === 'study-ended') this.#state = event.status;
  };

  /** Runs the command and waits for its end. What it prints goes to stderr. @param warn hears where it fails */
  async run(exitCode: number, warn: (text: string) => void): Promise<void> {
    const started = this.#start(exitCode, { stdio: ['ignore', 2, 2] });
    if (started === null) return;
    const { command, child } = started;
    const fault = await new Promise<string | null>((done) => {
      child.on('error', ({ message }) => done(message));
      child.on('close', (code, signal) => done(code === 0 ? null : `it ended with ${signal ?? `code ${code}`}`));
    });
    if (fault !== null) warn(`The command of --on-end failed (${fault}): ${command}`);
  }

  #runApart(exitCode: number): void {
    const started = this.#start(exitCode, { stdio: 'ignore', detached: true });
    started?.child.on('error', () => undefined);
    started?.child.unref();
  }

  #start(exitCode: number, options: SpawnOptions) {
    const [command, study] = [this.#command, this.#study];
    if (command === null || study === null) return null;
    this.#command = null;
    const log = this.#logPath();
    const told = {
      SCATTERSHOT_STUDY: study,
      SCATTERSHOT_STATE: this.#state ?? stateOf(exitCode),
      SCATTERSHOT_EXIT_CODE: String(exitCode),
      ...(log === null ? {} : { SCATTERSHOT_LOG: log }),
    };
    const child = spawn(command, { ...options, shell: true, env: { ...process.env, ...told } });
    return { command, child };
  }
}

/** Of this run of the program, which has one study at most. */
export const endCommand = new EndCommand();
