import { setImmediate } from 'node:timers/promises';
import { mean } from 'simple-statistics';
import type { Architecture } from '../pattern/architecture.ts';
import type { Pattern } from '../pattern/pattern.ts';
import { measureProxies, proxies } from '../proxies/index.ts';
import { measureOwnProxy } from '../proxies/own/proxy-thread.ts';
import { invariantScatter } from '../scatter/invariant.ts';
import { otherMetric } from '../scatter/metric.ts';
import { MOST_TIE_BREAKER_MS, searchOrder } from '../search/tie-breakers.ts';
import type { CandidateRecord, StudyRecord } from '../store/index.ts';
import type { Dataset } from '../training/datasets/dataset.ts';
import type { TrainingSettings } from '../training/trainer.ts';
import { measureUntrained, untrainedScores } from '../training/untrained/index.ts';
import type { Rival } from '../validation/rivals.ts';
import type { Emit, StudyHost } from './host.ts';
import { problemOf, type StudySettings } from './settings.ts';

/** Whose rivals are measured, and where. */
export interface RivalsWork {
  readonly study: StudyRecord;
  readonly settings: StudySettings;
  readonly host: Pick<StudyHost, 'store' | 'signal'>;
  /** the data and settings that candidates are trained with */
  readonly dataset: Pick<Dataset, 'features' | 'train'>;
  readonly training: TrainingSettings;
  /** hears once of a user's proxy that fails */
  readonly emit: Emit;
}

/** One pattern's value of one rival; why there is none, where a reason is known. */
interface Measured {
  readonly value: number | null;
  readonly reason: string | null;
}

type Measure = (pattern: Pattern) => ReadonlyMap<string, Measured>;

/** What is said of patterns alone. What a search would leave out for its cost is left out here too. */
function patternMeasure(architecture: Architecture): Measure {
  const { leftOut } = searchOrder([...proxies.keys()], architecture);
  const names = [...proxies.keys()].filter((name) => !leftOut.includes(name));
  const reason = `It would take more than ${MOST_TIE_BREAKER_MS} ms a candidate.`;
  const absent = leftOut.map((name): [string, Measured] => [name, { value: null, reason }]);
  return (pattern) => {
    return new Map<string, Measured>([...absent, ...measureProxies(pattern, architecture, names)]);
  };
}

function rivalOf(name: string, measured: readonly (Measured | undefined)[]): Rival {
  const reason = measured.find((own) => own?.value === null)?.reason ?? null;
  return { name, values: measured.map((own) => own?.value ?? null), ...(reason === null ? {} : { reason }) };
}

/**
 * Proxies of the user's own, each in a thread of its own. One that fails is told and has no values; the others go on. Null when
 * interrupted.
 */
async function ownRivals(
  { study, settings, host, emit }: RivalsWork,
  candidates: readonly CandidateRecord[],
): Promise<Rival[] | null> {
  const { architecture, validation } = settings;
  const rivals: Rival[] = [];
  for (const proxy of validation?.proxies ?? []) {
    const { name } = proxy;
    function* patterns() {
      for (const { number } of candidates) yield host.store.loadPattern(study.id, number);
    }
    const onPrint = (text: string) => emit({ kind: 'strategy-print', module: 'proxy', name, island: null, text });
    const measured = await measureOwnProxy(proxy, patterns(), architecture, host.signal, undefined, onPrint);
    if (host.signal.aborted) return null;
    if (measured.ok) rivals.push({ name, values: measured.value });
    else {
      emit({ kind: 'warning', message: `proxy ${name} is left out: ${measured.message}` });
      rivals.push({ name, values: candidates.map(() => null), reason: `Left out: ${measured.message}.` });
    }
  }
  return rivals;
}

/**
 * All rivals of scatter, measured on the patterns of these candidates: what their vectors say, the proxies of patterns, and the
 * untrained scores of their networks; last the user's own. The same bits on every machine. Null when interrupted.
 */
export async function rivalsOf(work: RivalsWork, candidates: readonly CandidateRecord[]): Promise<Rival[] | null> {
  const { study, settings, host, dataset, training } = work;
  const { entries, metric, architecture } = problemOf(settings);
  const ofPattern = patternMeasure(architecture);
  const task = { architecture, dataset, settings: training };
  const measured: ReadonlyMap<string, Measured>[] = [];
  for (const { number } of candidates) {
    const pattern = host.store.loadPattern(study.id, number);
    measured.push(new Map([...ofPattern(pattern), ...measureUntrained(pattern, task)]));
    // Each may take a second: signals are heard, and the dashboard drawn, in between.
    await setImmediate();
    if (host.signal.aborted) return null;
  }
  const own = await ownRivals(work, candidates);
  if (own === null) return null;
  const invariant = candidates.map(
    ({ scatter, vector }) => invariantScatter({ metric, scatter, vector }, entries, architecture).value,
  );
  const names = [...proxies.keys(), ...untrainedScores.keys()];
  return [
    { name: 'scatter', values: candidates.map(({ scatter }) => scatter) },
    ...study.entryKeys.map((name, entry) => ({ name, values: candidates.map(({ vector }) => vector[entry]) })),
    {
      name: 'mean of the vector',
      values: candidates.map(({ vector }) => mean([...vector])),
    },
    { name: `scatter, ${otherMetric(metric)}`, values: candidates.map(({ otherScatter }) => otherScatter) },
    { name: 'invariant scatter', values: invariant },
    ...names.map((name) =>
      rivalOf(
        name,
        measured.map((values) => values.get(name)),
      ),
    ),
    ...own,
  ];
}
