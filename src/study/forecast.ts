import { type Architecture, junctionSizes } from '../pattern/architecture.ts';
import type { TrainingSettings } from '../training/trainer.ts';

/** What is trained, as far as it decides how long that takes. */
export interface ForecastWork {
  readonly architecture: Architecture;
  readonly settings: TrainingSettings;
  readonly engine: string;
  readonly backend: string;
}

/** Floating-point operations a second of one thread of the sparse engine, as measured over the bench's networks (28 to 47 × 10⁹). */
const SPARSE_RATE = 28e9;

/** A product and a sum an edge, forward, backward and for the gradient. */
const OPERATIONS = 6;

/** What an epoch costs besides the edges: loading, softmax, updates, the validation split. */
const OVERHEAD = 1.5;

/**
 * Seconds that trainings take on the sparse engine, from the number of edges; null for other engines, whose speed depends on the
 * device, and where the number of examples is not known. Off by a factor of two on other processors.
 */
export function forecastSeconds(
  { architecture, settings, engine, backend }: ForecastWork,
  {
    trainings,
    threads,
    trainingExamples,
  }: { readonly trainings: number; readonly threads: number; readonly trainingExamples: number | null },
): number | null {
  const isSparse = settings.front === undefined && backend === 'auto' && (engine === 'auto' || engine === 'sparse');
  if (!isSparse || trainingExamples === null) return null;
  const edges = junctionSizes(architecture).reduce((total, junction) => total + junction.edges, 0);
  const operations = OPERATIONS * edges * trainingExamples * settings.epochs * trainings;
  return (OVERHEAD * operations) / (SPARSE_RATE * Math.max(1, Math.min(threads, trainings)));
}
