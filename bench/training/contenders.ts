import { trainingSettings } from '../../src/training/settings.ts';
import { SparseNetwork } from '../../src/training/sparse/network.ts';
import type { Trainer } from '../../src/training/trainer.ts';
import { startWeights } from '../../src/training/weights.ts';
import type { TrainingCase } from './nets.ts';
import type { CaseFiles, Torch } from './torch.ts';

/** What can train a case: samples per second of all its threads together. */
export interface Contender {
  readonly name: string;
  /** what ours is compared with */
  readonly isPeer: boolean;
  /** null where it does not train this net */
  readonly samplesPerSecond: (item: TrainingCase, seconds: number) => Promise<number | null>;
  /** seconds that this number of trainings, of one epoch each, take */
  readonly secondsFor: (item: TrainingCase, trainings: number) => Promise<number | null>;
}

async function trainJobs(trainer: Trainer, item: TrainingCase, jobs: number, epochs: number, fastMath: boolean) {
  const settings = trainingSettings({ epochs, ...(fastMath ? { fastMath } : {}) });
  const all = Array.from({ length: jobs }, (_, i) => ({ ...item, id: String(i), seed: i + 1 }));
  let samplesPerSecond = 0;
  for await (const event of trainer.train(all, item.dataset, settings, new AbortController().signal)) {
    if (event.kind !== 'result') continue;
    if (event.status !== 'finished') throw new Error(`${item.name}: a training ${event.status}: ${event.reason}`);
    samplesPerSecond += event.samplesPerSecond;
  }
  return samplesPerSecond;
}

/** One of our engines: a training a thread. */
export function ourContender(name: string, trainer: Trainer, threads: number, fastMath = false): Contender {
  const rates = new Map<string, number>();
  return {
    ...{ name, isPeer: false },
    async samplesPerSecond(item, seconds) {
      const known = rates.get(item.name) ?? (await trainJobs(trainer, item, threads, 1, fastMath));
      const epochs = Math.max(1, Math.round((seconds * known) / threads / item.dataset.train.examples));
      const rate = await trainJobs(trainer, item, threads, epochs, fastMath);
      rates.set(item.name, rate);
      return rate;
    },
    async secondsFor(item, trainings) {
      const start = performance.now();
      await trainJobs(trainer, item, trainings, 1, fastMath);
      return (performance.now() - start) / 1000;
    },
  };
}

const CHECKED_STEPS = 4;

/** Losses of the first batches in the data's own order, from the same start weights. */
function ourLosses({ architecture, pattern, dataset }: TrainingCase): number[] {
  const settings = trainingSettings({ learningRateDecay: 0 });
  const start = startWeights(pattern, 1, { biasStart: 0.1 });
  const { features, train } = dataset;
  const network = new SparseNetwork({ architecture, pattern, start, settings, features, batch: 256, fastMath: false });
  const order = Uint32Array.from({ length: train.examples }, (_, i) => i);
  return Array.from({ length: CHECKED_STEPS }, (_, step) => {
    network.sums.loss = 0;
    network.accumulate(train, order, 256 * step, 256 * (step + 1), () => false);
    network.update();
    return network.sums.loss / 256;
  });
}

/**
 * PyTorch in one form: one training by all threads. Its first losses must be ours: else the two would not do the same job. Rates are null
 * where the form cannot be had, or is of no use for a net.
 */
export function torchContender(torch: Torch, files: CaseFiles, form: string): Contender {
  const opened = new Map<string, boolean>();
  const requestOf = ({ name, pattern }: TrainingCase) => ({
    ...{ folder: files.folderOf(name), layers: pattern.layers, form },
  });
  const open = async (item: TrainingCase): Promise<boolean> => {
    const known = opened.get(item.name);
    if (known !== undefined) return known;
    const request = { do: 'open', ...requestOf(item), steps: CHECKED_STEPS };
    const answer = await torch.ask<{ losses: number[] } | { unavailable: string }>(request);
    const available = 'losses' in answer;
    opened.set(item.name, available);
    if (!available) {
      process.stderr.write(`${item.name}: PyTorch (${form}) is left out: ${answer.unavailable}\n`);
      return false;
    }
    for (const [step, loss] of ourLosses(item).entries()) {
      if (Math.abs(answer.losses[step] / loss - 1) > 1e-3) {
        throw new Error(
          `${item.name}, step ${step}: PyTorch (${form}) has the loss ${answer.losses[step]}, not ${loss}`,
        );
      }
    }
    return true;
  };
  return {
    ...{ name: `PyTorch ${form}`, isPeer: true },
    async samplesPerSecond(item, seconds) {
      if (!(await open(item))) return null;
      const request = { do: 'measure', ...requestOf(item), seconds };
      return (await torch.ask<{ samplesPerSecond: number }>(request)).samplesPerSecond;
    },
    async secondsFor(item, trainings) {
      if (!(await open(item))) return null;
      const steps = Math.ceil(item.dataset.train.examples / 256);
      return (await torch.ask<{ seconds: number }>({ do: 'train', ...requestOf(item), trainings, steps })).seconds;
    },
  };
}
