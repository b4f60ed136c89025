import type { ReportedCandidate, StudyReport } from '../../src/study/study-report.ts';
import { newCandidate, newStudy, tinyPattern } from '../store/sample-rows.ts';

const entryKeys = ['1:1 forward', '1:1 backward'];

const made = { version: '0.1.0', node: 'v20.0.0', platform: 'test-x64' } as const;
const at = '2026-01-02T03:04:05.000Z';

/** A report of a study that was trained and has no verdict. @param changes to the study's name and the families' */
export function sampleReport({
  candidates = 24,
  seeds = 2,
  epochs = 3,
  study = 'tiny-1',
  families = ['anneal', 'target/grid'],
}: {
  readonly candidates?: number;
  readonly seeds?: number;
  readonly epochs?: number;
  readonly study?: string;
  readonly families?: readonly string[];
} = {}): StudyReport {
  const seedList = Array.from({ length: seeds }, (_, index) => index + 1);
  const rows = Array.from({ length: candidates }, (_candidate, index): ReportedCandidate => {
    const scatter = 0.3 + (0.7 * index) / candidates;
    const { pattern: _, ...record } = newCandidate(index + 1, {
      ...{ scatter, vector: [scatter, 1], family: families[index % families.length] },
    });
    const accuracies = seedList.map((seed) => 0.5 + scatter / 10 + seed / 1000 + (index % 7) / 977);
    const mean = accuracies.reduce((a, b) => a + b, 0) / seeds;
    const trained = { accuracy: { mean, sd: seeds < 2 ? null : 0.001, n: seeds }, diverged: 0, createdAt: at };
    return { record: { ...record, ...trained }, level: scatter, accuracies, accuracy: mean };
  });
  return {
    study: {
      ...{ ...newStudy, ...made, id: 1, name: study, status: 'finished', createdAt: at, updatedAt: at },
      ...{ evaluated: candidates, searchSeconds: 1, result: null },
    },
    ...{ settings: null, result: null, candidates: rows, seeds: seedList, randomLevel: 0.6, top: 1 },
    proxies: [
      { name: 'scatter', values: rows.map(({ record }) => record.scatter) },
      ...entryKeys.map((name, entry) => ({ name, values: rows.map(({ record }) => record.vector[entry]) })),
      { name: 'scatter, fair-share', values: rows.map((_, index) => (index === 1 ? null : 1 / (index + 3))) },
    ],
    entries: entryKeys.map((key) => ({ key, windows: 4, windowSize: 2, vacuous: false, bound: 1, random: 0.6 })),
    evaluations: rows.flatMap(({ record, accuracies }) =>
      seedList.map((seed, place) => ({
        ...{ ...made, id: record.number * seeds + seed, candidate: record.number, seed, settingsDigest: 'aa' },
        ...({ status: 'finished', reason: null, dataset: 'morse', datasetDigest: 'dd', trainingSettings: {} } as const),
        ...{ engine: 'sparse', backend: 'wasm', device: 'a test', testAccuracy: accuracies[place] as number },
        ...{ samplesPerSecond: 1, durationMs: 1, startedAt: at, finishedAt: at },
        epochs: Array.from({ length: epochs }, (_, epoch) => ({
          ...{ epoch: epoch + 1, loss: 1, accuracy: 0.5, validationAccuracy: 0.4 + epoch / (2 * epochs) },
        })),
      })),
    ),
    spread: { trainingSd: 0.6, patternSd: 0.3 },
    drawn: [{ why: 'highest scatter', number: 1, family: families[0], scatter: 1, pattern: tinyPattern(1) }],
  };
}
