import { version } from '../base/version.ts';
import type { StudyReport } from '../study/study-report.ts';
import { csvDocument } from './csv.ts';
import { repeatCommand } from './repeat-command.ts';

/** Columns that a proxy may not be called, since the table has them already. */
const OWN_COLUMNS: ReadonlySet<string> = new Set(['candidate', 'fingerprint', 'strategy', 'family', 'level']);

/**
 * The candidates as a table that `validate --table` reads: scatter, family, every proxy, and `accuracy1 … accuracyK`, one a seed.
 * Another score than accuracy has columns `score1 … scoreK`. An empty cell is missing, "diverged" diverged. Fractions in full.
 */
export function candidatesCsv({ candidates, proxies, seeds, score }: StudyReport): string {
  const measured = proxies.filter(({ name }) => !OWN_COLUMNS.has(name) && !/^accuracy/i.test(name));
  const header = [
    ...['candidate', 'fingerprint', 'strategy', 'family', 'level'],
    ...measured.map(({ name }) => name),
    ...seeds.map((_, place) => `${score == null ? 'accuracy' : 'score'}${place + 1}`),
  ];
  const lines = candidates.map(({ record, level, accuracies }, row) => [
    ...[record.number, record.fingerprint, record.strategy, record.family, level],
    ...measured.map(({ values }) => values[row]),
    ...accuracies,
  ]);
  return csvDocument(header, lines);
}

/** All numbers of a report as one JSON value. Fractions from 0 to 1; gains and margins in accuracy points. */
export function reportJson(report: StudyReport) {
  const { study, settings, result, candidates, proxies, entries, randomLevel, top, seeds, evaluations } = report;
  const { id, name, kind, status, architecture, metric, seed, evaluated, searchSeconds, createdAt, updatedAt } = study;
  return {
    ...{ format: 'scattershot/report', formatVersion: 1, writtenBy: version },
    ...{ study: name, id, kind, status, createdAt, updatedAt, architecture, metric, seed, evaluated, searchSeconds },
    madeBy: { version: study.version, node: study.node, platform: study.platform },
    ...(report.score == null ? {} : { score: report.score }),
    ...{ settings, repeat: repeatCommand(study, settings), result, randomLevel, top, entries, seeds },
    candidates: candidates.map(({ record, level, accuracy, accuracies }, row) => ({
      ...{
        candidate: record.number,
        fingerprint: record.fingerprint,
        strategy: record.strategy,
        family: record.family,
      },
      ...{ level, scatter: record.scatter, vector: record.vector, accuracies, adjustedAccuracy: accuracy },
      proxies: Object.fromEntries(proxies.map((proxy) => [proxy.name, proxy.values[row]])),
    })),
    evaluations: evaluations.map(
      ({ candidate, seed: own, status: ended, reason, testAccuracy, engine, backend, device, epochs }) => ({
        ...{ candidate, seed: own, status: ended, reason, testAccuracy, engine, backend, device, epochs },
      }),
    ),
  };
}
