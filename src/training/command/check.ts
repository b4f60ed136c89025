import { resolve } from 'node:path';
import { messageOf, unwrap } from '../../base/failure.ts';
import { isDoneWithin } from '../../base/time-limit.ts';
import { trainingSettings } from '../settings.ts';
import { createSparseTrainer } from '../sparse/index.ts';
import type { Trainer, TrainingEvent, TrainingJob, TrainingScore } from '../trainer.ts';
import { tinyDataset, tinyJob } from './check-samples.ts';
import { commandDigest, parseCommand } from './command-line.ts';
import type { CommandTrainer } from './command-trainer.ts';
import { CANCEL_SECONDS, type CommandOptions, startCommandTrainer } from './index.ts';

/** One thing that a trainer was asked for. */
export interface TrainerCheckStep {
  readonly asked: string;
  readonly ok: boolean;
  /** what it did, a sentence without a full stop */
  readonly detail: string;
}

/** What a trainer did when it was tried. */
export interface TrainerCheck {
  readonly command: string;
  /** null where it said no hello */
  readonly device: string | null;
  /** null: accuracy */
  readonly score: TrainingScore | null;
  readonly ok: boolean;
  readonly steps: readonly TrainerCheckStep[];
}

const settings = trainingSettings({ epochs: 2, batchSize: 20, learningRate: 0.01 });
/** No trainer ends this before it is cancelled. */
const endless = { ...settings, epochs: 1_000_000 };

/** Tiny trainings take no longer. */
const SILENCE_SECONDS = 60;
/** A trainer that tells no epochs is cancelled after this long. */
const CANCEL_AFTER_MS = 3000;
/** Losses of the same start weights and batches differ by float32 alone. */
const LOSS_TOLERANCE = 1e-5;

type TriedStep = Omit<TrainerCheckStep, 'asked'>;

const fine = (detail: string): TriedStep => ({ ok: true, detail });
const wrong = (detail: string): TriedStep => ({ ok: false, detail });

async function eventsOf(trainer: Trainer, job: TrainingJob): Promise<TrainingEvent[]> {
  const events: TrainingEvent[] = [];
  for await (const event of trainer.train([job], tinyDataset(), settings, new AbortController().signal))
    events.push(event);
  return events;
}

const lossesOf = (events: readonly TrainingEvent[]): number[] =>
  events.flatMap((event) => (event.kind === 'epoch' && Number.isFinite(event.loss) ? [event.loss] : []));

const resultOf = (events: readonly TrainingEvent[]) =>
  events.flatMap((event) => (event.kind === 'result' ? [event] : []))[0];

async function tryJob(trainer: Trainer): Promise<TriedStep> {
  const events = await eventsOf(trainer, tinyJob(1));
  const { status, reason, testAccuracy } = resultOf(events);
  if (status !== 'finished') return wrong(`it ended as ${status}: ${reason}`);
  const epochs = events.filter(({ kind }) => kind === 'epoch').length;
  const told = epochs === 0 ? 'without a word of its epochs' : `${epochs} epochs told`;
  return fine(`finished with ${trainer.runsOn.score?.name ?? 'accuracy'} ${testAccuracy} on the test split, ${told}`);
}

async function trySeeds(trainer: Trainer): Promise<TriedStep> {
  const results: (number | null)[] = [];
  for (const _ of [1, 2]) results.push(resultOf(await eventsOf(trainer, tinyJob(2))).testAccuracy);
  if (results[0] === results[1]) return fine('the same result twice');
  return fine(`not the same result twice (${results.join(' and ')}): what it gives cannot be repeated`);
}

/** Told, not asked for: a trainer need not begin from given weights. */
async function compareLosses(trainer: Trainer): Promise<TriedStep | null> {
  const losses = lossesOf(await eventsOf(trainer, tinyJob(3)));
  if (trainer.runsOn.score !== undefined || losses.length < settings.epochs) return null;
  const sparse = unwrap(await createSparseTrainer({ threads: 1 }));
  try {
    const ours = lossesOf(await eventsOf(sparse, tinyJob(3)));
    const largest = Math.max(...ours.map((loss, epoch) => Math.abs(loss - losses[epoch])));
    const equal = largest <= LOSS_TOLERANCE;
    return fine(
      `${equal ? 'equal' : 'not equal'} to the sparse engine's from the same weights and batches (largest difference ${largest.toExponential(1)})`,
    );
  } finally {
    await sparse.close();
  }
}

async function tryCancel(trainer: CommandTrainer): Promise<TriedStep> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  let timer: NodeJS.Timeout | null = null;
  let last: TrainingEvent | null = null;
  for await (const event of trainer.train([tinyJob(4)], tinyDataset(), endless, controller.signal)) {
    if (event.kind === 'started') timer = setTimeout(abort, CANCEL_AFTER_MS);
    if (event.kind === 'epoch') abort();
    last = event;
  }
  if (timer !== null) clearTimeout(timer);
  if (last?.kind === 'result' && last.status !== 'stopped') return wrong(`it ended as ${last.status}: ${last.reason}`);
  const begun = performance.now();
  if (!(await trainer.isSettled())) return wrong(`it did not answer within ${CANCEL_SECONDS} s`);
  return fine(`answered within ${Math.max(0.1, (performance.now() - begun) / 1000).toFixed(1)} s`);
}

async function tryUnknown(trainer: CommandTrainer): Promise<TriedStep> {
  const program = await trainer.program(new AbortController().signal);
  program.sendLine('{"type":"of-a-later-version","id":"1"}');
  const { status, reason } = resultOf(await eventsOf(trainer, tinyJob(5)));
  return status === 'finished' && program.isRunning
    ? fine('ignored')
    : wrong(`the next job ended as ${status}: ${reason}`);
}

async function tryEnd(trainer: CommandTrainer): Promise<TriedStep> {
  const program = await trainer.program(new AbortController().signal);
  await program.end();
  return program.status === 'ended with status 0' ? fine('it ended with status 0') : wrong(`it ${program.status}`);
}

async function tryGarbage(trainer: CommandTrainer): Promise<TriedStep> {
  const program = await trainer.program(new AbortController().signal);
  let heard: string | null = null;
  const ended = new Promise<void>((resolve) => {
    program.listen({
      message: () => {},
      ended: ({ kind, reason }) => {
        if (kind === 'fault') heard = reason;
        resolve();
      },
    });
  });
  program.sendLine('garbage {');
  const left = await isDoneWithin(CANCEL_SECONDS / 2, ended);
  await program.end();
  if (heard !== null) return wrong(heard);
  return fine(left ? `it ${program.status}` : 'ignored');
}

/**
 * Tries a trainer before a study does: hello, tiny trainings, a cancelled one, words of a later version, an end, garbage. Ends where a
 * step cannot follow another.
 * @throws RangeError for a command that cannot be; ScattershotError for a file of it that cannot be read, before anything starts
 */
export async function checkTrainer(options: CommandOptions): Promise<TrainerCheck> {
  const { command, trainerFiles = [], trainerFolder = '.' } = options;
  // What cannot be read says nothing of the trainer.
  unwrap(await commandDigest(parseCommand(command), trainerFiles, resolve(trainerFolder)));
  const started = await startCommandTrainer({ silenceSeconds: SILENCE_SECONDS, ...options, exactStart: true });
  if (!started.ok) {
    const steps = [{ asked: 'hello', ...wrong(started.message) }];
    return { command, device: null, score: null, ok: false, steps };
  }
  const trainer = started.value;
  const { device, score = null } = trainer.runsOn;
  const steps: TrainerCheckStep[] = [{ asked: 'hello', ...fine(device) }];
  try {
    for (const [asked, attempt] of attempts) {
      const step = await attempt(trainer);
      if (step !== null) steps.push({ asked, ...step });
      if (step?.ok === false) break;
    }
  } catch (error) {
    steps.push({ asked: attempts[Math.min(steps.length, attempts.length) - 1][0], ...wrong(messageOf(error)) });
  } finally {
    await trainer.close();
  }
  return { command, device, score, ok: steps.every(({ ok }) => ok), steps };
}

const attempts: readonly (readonly [string, (trainer: CommandTrainer) => Promise<TriedStep | null>])[] = [
  ['a tiny training', tryJob],
  ['the same seed twice', trySeeds],
  ['losses', compareLosses],
  ['a cancelled training', tryCancel],
  ['a message of a later version', tryUnknown],
  ['the end', tryEnd],
  ['garbage', tryGarbage],
];
