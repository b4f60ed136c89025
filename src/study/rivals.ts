import { measureProxies, proxies } from '../proxies/index.ts';
import { invariantScatter } from '../scatter/invariant.ts';
import { otherMetric } from '../scatter/metric.ts';
import { searchOrder } from '../search/tie-breakers.ts';
import type { CandidateRecord, Store, StudyRecord } from '../store/index.ts';
import type { Rival } from '../validation/rivals.ts';
import { problemOf, type StudySettings } from './settings.ts';

/** All rivals of scatter, measured on the patterns of these candidates. */
export function rivalsOf(
  store: Store,
  study: StudyRecord,
  settings: StudySettings,
  candidates: readonly CandidateRecord[],
): Rival[] {
  const { entries, metric, architecture } = problemOf(settings);
  const names = [...proxies.keys()].filter((name) => !searchOrder([name], architecture).leftOut.includes(name));
  const measured = candidates.map(({ number }) =>
    measureProxies(store.loadPattern(study.id, number), architecture, names),
  );
  const invariant = candidates.map(
    ({ scatter, vector }) => invariantScatter({ metric, scatter, vector }, entries, architecture).value,
  );
  return [
    { name: 'scatter', values: candidates.map(({ scatter }) => scatter) },
    ...study.entryKeys.map((name, entry) => ({ name, values: candidates.map(({ vector }) => vector[entry]) })),
    {
      name: 'mean of the vector',
      values: candidates.map(({ vector }) => vector.reduce((a, b) => a + b, 0) / vector.length),
    },
    { name: `scatter, ${otherMetric(metric)}`, values: candidates.map(({ otherScatter }) => otherScatter) },
    { name: 'invariant scatter', values: invariant },
    ...names.map((name) => ({ name, values: measured.map((own) => own.get(name)?.value ?? null) })),
  ];
}
