import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { failure, type Outcome, ScattershotError, unwrap } from '../../base/failure.ts';
import type { Architecture } from '../../pattern/architecture.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { checkJobs } from '../jobs.ts';
import { EventQueue } from '../pool/event-queue.ts';
import { trainingSettings } from '../settings.ts';
import type { RunsOn, SnapshotKeeper, Trainer, TrainingEvent, TrainingJob, TrainingSettings } from '../trainer.ts';
import { CommandRun, type CommandRunHost } from './command-run.ts';
import { writeDataset } from './job-files.ts';
import { type ProgramSpec, TrainerProgram } from './program.ts';
import type { SplitFiles } from './protocol.ts';

/** What the program said of itself, and what becomes of it. */
export interface CommandTrainerParts {
  readonly spec: ProgramSpec;
  /** the first program; others follow where it ends */
  readonly program: TrainerProgram;
  readonly runsOn: RunsOn;
  readonly warnings: readonly string[];
  readonly exactStart: boolean;
  /** Failure 'trainer-changed' where files of the trainer are no longer what they were */
  readonly stillSame: () => Promise<Outcome<void>>;
}

export const BEGIN_AGAIN =
  'Run the same command again: what the changed trainer gives is stored apart. A file that the trainer writes must not stand in its command.';

type DatasetFiles = Readonly<Record<'train' | 'validation' | 'test', SplitFiles>>;

/** Trains by a program of the user's own, which gets jobs by messages and data by files. */
export class CommandTrainer implements Trainer, CommandRunHost {
  readonly runsOn: RunsOn;
  readonly warnings: readonly string[];
  readonly exactStart: boolean;
  readonly filesFolder: string;
  readonly #spec: ProgramSpec;
  readonly #stillSame: () => Promise<Outcome<void>>;
  readonly #concurrent: number;
  readonly #datasets = new Map<string, Promise<DatasetFiles>>();
  #program: TrainerProgram;
  /** data that the program was told of */
  #told = new Set<string>();
  #jobs = 0;
  #before: Promise<void> = Promise.resolve();
  readonly #runs = new Set<CommandRun>();
  #closed = false;

  constructor({ spec, program, runsOn, warnings, exactStart, stillSame }: CommandTrainerParts) {
    this.#spec = spec;
    this.#stillSame = stillSame;
    this.#program = program;
    this.#concurrent = program.hello.concurrent;
    this.filesFolder = spec.filesFolder;
    this.runsOn = runsOn;
    this.warnings = warnings;
    this.exactStart = exactStart;
  }

  capacity(_: Architecture): number {
    return this.#concurrent;
  }

  nextId(): string {
    this.#jobs += 1;
    return String(this.#jobs);
  }

  deviceText(device: string | null): string {
    return device === null ? this.runsOn.device : `${this.#program.hello.name} on ${device}`;
  }

  /** Whether what it was given has ended; false where that took the program with it. */
  async isSettled(): Promise<boolean> {
    const program = this.#program;
    await program.settled();
    return program.isRunning;
  }

  async program(signal: AbortSignal): Promise<TrainerProgram> {
    if (this.#program.isRunning) return this.#program;
    await this.#program.end();
    unwrap(await this.#stillSame());
    const next = unwrap(await TrainerProgram.start(this.#spec, signal));
    if (JSON.stringify(next.hello.score) !== JSON.stringify(this.#program.hello.score)) {
      await next.end();
      throw new ScattershotError(
        failure('trainer-changed', 'the trainer names another score than before', BEGIN_AGAIN),
      );
    }
    this.#told = new Set();
    this.#program = next;
    return next;
  }

  async sendData(program: TrainerProgram, dataset: Dataset): Promise<void> {
    const { digest, name, features, classes } = dataset;
    let files = this.#datasets.get(digest);
    if (files === undefined) {
      const folder = join(this.filesFolder, `data-${this.#datasets.size + 1}`);
      mkdirSync(folder);
      files = writeDataset(folder, dataset);
      this.#datasets.set(digest, files);
    }
    const splits = await files;
    if (program !== this.#program || this.#told.has(digest)) return;
    this.#told.add(digest);
    program.send({ type: 'dataset', id: digest, name, features, classes, splits });
  }

  train(
    jobs: readonly TrainingJob[],
    dataset: Dataset,
    settings: TrainingSettings,
    signal: AbortSignal,
    _keeper: SnapshotKeeper | null = null,
    beginsMore: () => boolean = () => true,
  ): AsyncIterable<TrainingEvent> {
    const checked = trainingSettings(settings);
    checkJobs(jobs, dataset);
    const queue = new EventQueue<TrainingEvent>();
    const emit = (event: TrainingEvent) => queue.push(event);
    const run = new CommandRun(this, { jobs, dataset, settings: checked, beginsMore, emit });
    return this.#events(run, queue, signal);
  }

  async *#events(
    run: CommandRun,
    queue: EventQueue<TrainingEvent>,
    signal: AbortSignal,
  ): AsyncGenerator<TrainingEvent, void, undefined> {
    const stop = () => run.stop();
    if (signal.aborted || this.#closed) stop();
    signal.addEventListener('abort', stop);
    this.#runs.add(run);
    // One after the other: a program hears of one run's jobs alone.
    const finished = this.#before.then(() => run.work()).finally(() => queue.close());
    this.#before = finished.catch(() => {});
    try {
      yield* queue;
      await finished;
    } finally {
      // Also when the reader walks away.
      stop();
      signal.removeEventListener('abort', stop);
      await finished.catch(() => {});
      this.#runs.delete(run);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const run of this.#runs) run.stop();
    await this.#before;
    await this.#program.end();
    await Promise.allSettled(this.#datasets.values());
    await rm(this.filesFolder, { recursive: true, force: true });
  }
}
