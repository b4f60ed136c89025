import type { Grouping } from '../pool/pool-trainer.ts';
import { planPopulations } from '../pool/population-plan.ts';
import type { TrainingJob } from '../trainer.ts';
import { layOut } from './layout.ts';

/** Trainings at the same time, at most: more no longer pay, and each has arrays of its own in the caches. */
const MOST_TOGETHER = 8;

/** Bytes that they take together, at most, beside the inputs that they share. */
const MOST_BYTES = 2 ** 28;

/** Edges for each input from which on trainings beside one another cost more than loading the examples once saves. */
const MOST_EDGES = 16;

/** Products of so many edges an input cost as much as to load it (docs/findings/training.md). */
const EDGES_OF_LOADING = 2.2;

/** Of one training's time what goes into loading examples, with so many edges for each input. */
const loadingShare = (edges: number) => 1 / (1 + edges / EDGES_OF_LOADING);

/** How long threads take, with one training alone taking 1, each thread taking the next group in order. */
function timeOf(groups: readonly (readonly TrainingJob[])[], threads: number, share: number): number {
  const busy = new Float64Array(threads);
  for (const { length } of groups) {
    const free = busy.indexOf(Math.min(...busy));
    busy[free] += length - (length - 1) * share;
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
  (jobs, { features, train }, { batchSize }) => {
    const alone = jobs.map((job) => [job]);
    const [first] = jobs;
    if (first === undefined) return alone;
    const batch = Math.min(batchSize, train.examples);
    const { partials, totalBytes } = layOut({ ...first.architecture, features, batch }, 'native');
    // A batch that is loaded in parts is not there any more for the next training.
    if (partials !== null) return alone;
    const edges = first.pattern.junctions.reduce((sum, { length }) => sum + length, 0) / features;
    if (edges > MOST_EDGES) return alone;
    const share = loadingShare(edges);
    let best: { readonly groups: readonly (readonly TrainingJob[])[]; readonly time: number } | null = null;
    const most = Math.min(MOST_TOGETHER, jobs.length, Math.max(1, Math.floor(MOST_BYTES / totalBytes)));
    for (let size = 1; size <= most; size++) {
      const groups = inOrderOf(
        jobs,
        planPopulations(jobs, () => size, { sameSeed: true }),
      );
      const time = timeOf(groups, threads, share);
      if (best === null || time < best.time) best = { groups, time };
    }
    return best?.groups ?? alone;
  };

/** Groups by their first jobs, as those came. */
function inOrderOf(jobs: readonly TrainingJob[], groups: readonly (readonly TrainingJob[])[]) {
  const places = new Map(jobs.map((job, place) => [job, place]));
  return [...groups].sort(([a], [b]) => places.get(a)! - places.get(b)!);
}
