import type { Grouping } from '../pool/pool-trainer.ts';
import { planPopulations } from '../pool/population-plan.ts';
import type { TrainingJob, TrainingSettings } from '../trainer.ts';
import { layOut } from './layout.ts';

/** Trainings at the same time, at most: more no longer pay. */
const MOST_TOGETHER = 8;

/**
 * Bytes that they take together, at most, beside the inputs that they share: they are to stay in a processor's third cache, of which
 * other threads have their part. It is also so little that all of them can be stored soon where they are stopped.
 */
const MOST_BYTES = 10.5 * 2 ** 20;

/** Edges for each input from which on trainings beside one another cost more than loading the examples once saves. */
const MOST_EDGES = 16;

/** Products of so many edges an input cost as much as to load it (docs/findings/training.md). */
const EDGES_OF_LOADING = 2.2;

/** What is known of trainings that differ in their patterns alone. */
interface Kind {
  /** that can be together */
  readonly most: number;
  /** of one training's time what goes into loading examples */
  readonly loading: number;
}

type Data = Parameters<Grouping>[1];

function kindOf(job: TrainingJob, { features, train }: Data, { batchSize }: TrainingSettings): Kind {
  const edges = job.pattern.junctions.reduce((sum, { length }) => sum + length, 0) / features;
  const loading = 1 / (1 + edges / EDGES_OF_LOADING);
  const batch = Math.min(batchSize, train.examples);
  const { partials, totalBytes } = layOut({ ...job.architecture, features, batch }, 'native');
  // A batch that is loaded in parts is not there any more for the next training.
  if (edges > MOST_EDGES || partials !== null) return { most: 1, loading };
  return { most: Math.max(1, Math.min(MOST_TOGETHER, Math.floor(MOST_BYTES / totalBytes))), loading };
}

interface Group {
  readonly jobs: readonly TrainingJob[];
  readonly loading: number;
}

/** How long threads take, with one training alone taking 1, each thread taking the next group in order. */
function timeOf(groups: readonly Group[], threads: number): number {
  const busy = new Float64Array(threads);
  for (const { jobs, loading } of groups) {
    const free = busy.indexOf(Math.min(...busy));
    busy[free] += jobs.length - (jobs.length - 1) * loading;
  }
  return Math.max(...busy);
}

/**
 * Divides jobs into those that are to be trained at the same time on one thread, because they load the same examples: of one seed, and
 * with so few edges that loading is a good part of a step. As large as makes all of them end soonest, by what loading and products were
 * measured to take.
 */
export const loadedTogether =
  (threads: number): Grouping =>
  (jobs, dataset, settings) => {
    const kinds = new Map<string, Kind>();
    const known = (job: TrainingJob): Kind => {
      const key = JSON.stringify(job.architecture);
      const kind = kinds.get(key) ?? kindOf(job, dataset, settings);
      kinds.set(key, kind);
      return kind;
    };
    const places = new Map(jobs.map((job, place) => [job, place]));
    /** By their first jobs, as those came. */
    const groupsOf = (size: number): Group[] =>
      planPopulations(jobs, ([job]) => Math.min(size, known(job).most), {
        ...{ sameFanOuts: true, sameSeed: true, anyPlace: true },
      })
        .map((group) => ({ jobs: group, loading: known(group[0]).loading }))
        .sort((a, b) => places.get(a.jobs[0])! - places.get(b.jobs[0])!);
    let best = groupsOf(1);
    for (let size = 2; size <= Math.min(MOST_TOGETHER, jobs.length); size++) {
      const groups = groupsOf(size);
      if (timeOf(groups, threads) < timeOf(best, threads)) best = groups;
    }
    return best.map((group) => group.jobs);
  };
