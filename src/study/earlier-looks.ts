import type { StudyRecord } from '../store/index.ts';
import { type StudySettings, storedSettings } from './settings.ts';

/** A study of the database, and how many of its candidates were trained. */
export interface EarlierStudy extends StudyRecord {
  readonly trained: number;
}

/** Earlier studies that asked the same of the same network and data. A study of which nothing was trained does not count: it has shown nobody anything. */
export function earlierLooks(studies: readonly EarlierStudy[], asked: StudySettings): StudySettings[] {
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  return studies.flatMap((study) => {
    if (study.kind !== 'validate' || study.trained === 0) return [];
    const stored = storedSettings(study);
    if (!stored.ok || stored.value.training === null || stored.value.validation === undefined) return [];
    const { architecture, metric, entries, constraints, training } = stored.value;
    const isSame =
      same(
        [architecture, metric, entries, constraints ?? null],
        [asked.architecture, asked.metric, asked.entries, asked.constraints ?? null],
      ) && training.dataset === asked.training?.dataset;
    return isSame ? [stored.value] : [];
  });
}

/** Every look draws patterns of its own, so that it is judged on new candidates alone. */
const seedOfLook = (seed: number, look: number) => (seed + (look - 1) * 1_000_003) % Number.MAX_SAFE_INTEGER;

/** Whether two studies were designed or trained differently. */
function differs(asked: StudySettings, before: StudySettings): boolean {
  const designOf = ({ training, validation }: StudySettings) =>
    JSON.stringify([
      training?.settings,
      training?.seeds,
      validation?.margin,
      validation?.topOnly,
      validation?.adaptive,
      validation?.everyThird,
    ]);
  return designOf(asked) !== designOf(before);
}

/** The settings of one more look at the same question, after the looks `before`. */
export function withLooks(settings: StudySettings, before: readonly StudySettings[]): StudySettings {
  const { validation } = settings;
  if (validation === undefined || before.length === 0) return settings;
  const look = before.length + 1;
  const exploratory = before.some((one) => differs(settings, one));
  return { ...settings, seed: seedOfLook(settings.seed, look), validation: { ...validation, look, exploratory } };
}
