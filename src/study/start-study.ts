import { messageOf, ScattershotError, unwrap } from '../base/failure.ts';
import type { Budget } from '../search/events.ts';
import { strategyFileFault } from '../search/strategy-file.ts';
import type { StudyRecord } from '../store/index.ts';
import { conclude, type StudyResult } from './conclude.ts';
import { type Emit, emitterTo, type StudyHost, startHeartbeat, type UntimedEvent } from './host.ts';
import type { SearchConclusion, SearchEnd } from './search-end.ts';
import { searchPhase } from './search-phase.ts';
import { selectSpread } from './select.ts';
import { problemOf, type StudySettings, type StudyTraining, storedSettings } from './settings.ts';
import { loadData, trainingPhase } from './training-phase.ts';
import { type TrainingPlan, trainingPlan } from './training-plan.ts';

export interface StudyOutcome {
  /** as it stands in the store at the end */
  readonly study: StudyRecord;
  readonly status: 'finished' | 'interrupted';
  /** null unless the study trained and came to its end */
  readonly result: StudyResult | null;
}

/**
 * Makes a study and runs it to its end.
 * @param name null: `baseName-1`, `baseName-2`, …
 * @throws RangeError for settings that cannot be; ScattershotError for what the world does. What was stored stays, and can be resumed.
 */
export async function startStudy(settings: StudySettings, name: string | null, host: StudyHost): Promise<StudyOutcome> {
  const problem = problemOf(settings);
  const plan = await planOf(settings, host);
  const study = unwrap(
    host.store.createStudy({
      name,
      baseName: settings.baseName,
      kind: settings.kind,
      architecture: settings.architecture,
      metric: settings.metric,
      entryKeys: problem.entries.map((entry) => entry.key),
      seed: settings.seed,
      settings,
    }),
  );
  return run(study, { settings, plan }, host, { resumed: false, events: [] });
}

/** What a study runs by: its settings, and the plan of its training where it has one. */
interface StudyWork {
  readonly settings: StudySettings;
  readonly plan: TrainingPlan | null;
}

async function planOf({ architecture, training }: StudySettings, host: StudyHost): Promise<TrainingPlan | null> {
  return training === null ? null : unwrap(await trainingPlan({ architecture, ...training }, host));
}

/** What a resume may change of a study's settings: how long it searches, not what it does. */
export type ResumeChanges = Partial<Pick<StudySettings, 'budget' | 'patience'>>;

/** Before the study is touched: what cannot go on stays as it is. @throws ScattershotError for a file that is not what it was */
async function requireStrategyFiles({ islands }: StudySettings): Promise<void> {
  for (const { file } of islands) {
    const fault = file === undefined ? null : await strategyFileFault(file);
    if (fault !== null) throw new ScattershotError(fault);
  }
}

/**
 * Goes on with a study that was interrupted, by its own settings; the budget that `changes` may give is the new total.
 * @throws ScattershotError as `startStudy`; 'strategy-file-changed' or 'no-strategy-file' when a user's strategy is not what it was
 */
export async function resumeStudy(
  study: StudyRecord,
  host: StudyHost,
  changes: ResumeChanges = {},
): Promise<StudyOutcome> {
  const begun = unwrap(storedSettings(study));
  await requireStrategyFiles(begun);
  const plan = await planOf(begun, host);
  const claimed = unwrap(host.store.claimStudy(study.id));
  const stored = unwrap(storedSettings(claimed));
  const { budget = stored.budget, patience = stored.patience } = changes;
  const settings = { ...stored, budget, ...(patience === undefined ? {} : { patience }) };
  const isSpent = changes.budget !== undefined && isReached(claimed, budget);
  // The new total is the study's own from now on: the next resume must not end at the old one.
  if (Object.keys(changes).length > 0) {
    host.store.changeSettings(study.id, isSpent ? { ...settings, budget: stored.budget } : settings);
  }
  const { evaluated, searchSeconds: seconds } = claimed;
  const spent: UntimedEvent = { kind: 'budget-spent', evaluated, seconds, asked: budget, budget: stored.budget };
  return run(claimed, { settings, plan }, host, { resumed: true, events: isSpent ? [spent] : [] });
}

/** Whether what was done before leaves nothing of a budget. */
const isReached = ({ evaluated, searchSeconds }: StudyRecord, budget: Budget): boolean =>
  budget.kind === 'time' ? searchSeconds >= budget.seconds : evaluated >= budget.candidates;

/** @param beginning whether the study goes on, and events that tell of it */
async function run(
  study: StudyRecord,
  work: StudyWork,
  host: StudyHost,
  { resumed, events }: { readonly resumed: boolean; readonly events: readonly UntimedEvent[] },
): Promise<StudyOutcome> {
  const { settings } = work;
  const emit = emitterTo(host.listener);
  const { store } = host;
  emit({
    kind: 'study-started',
    ...{ study: study.name, id: study.id, resumed, settings },
    ...{ entryKeys: study.entryKeys, workers: host.workers, database: store.path },
  });
  for (const event of events) emit(event);
  const endHeartbeat = startHeartbeat(host, study.id);
  try {
    const { ended, result } = await phases(study, work, host, emit);
    const status = host.signal.aborted ? 'interrupted' : 'finished';
    const searched = status === 'finished' && settings.training === null;
    const conclusion: StudyResult | SearchConclusion | null = searched ? { ended } : result;
    store.finishStudy(study.id, { status, ...(conclusion === null ? {} : { result: conclusion }) });
    emit({ kind: 'study-ended', status, failure: null });
    return { study: unwrap(store.getStudy(study.name)), status, result };
  } catch (error) {
    markFailed(host, study.id);
    emit({ kind: 'study-ended', status: 'failed', failure: messageOf(error) });
    throw error;
  } finally {
    endHeartbeat();
  }
}

/** The error that brought us here matters more than one in noting it (a full disk fails both). */
function markFailed({ store }: StudyHost, study: number): void {
  try {
    store.finishStudy(study, { status: 'failed' });
  } catch {
    // A study left running by a process that is gone reads as interrupted.
  }
}

async function phases(
  study: StudyRecord,
  { settings, plan }: StudyWork,
  host: StudyHost,
  emit: Emit,
): Promise<{ readonly ended: SearchEnd; readonly result: StudyResult | null }> {
  const { islands, budget, patience = null } = settings;
  emit({ kind: 'phase', phase: 'search', islands, budget, patience });
  const ended = await searchPhase(study, settings, host, emit);
  if (plan === null || host.signal.aborted) return { ended, result: null };
  return { ended, result: await trained(study, settings, plan, host, emit) };
}

/** Selects, trains and concludes. @returns null when it was interrupted */
async function trained(
  study: StudyRecord,
  settings: StudySettings,
  plan: TrainingPlan,
  host: StudyHost,
  emit: Emit,
): Promise<StudyResult | null> {
  const { architecture } = settings;
  const training = settings.training as StudyTraining;
  const chosen = selectSpread(host.store.candidates(study), training.candidates);
  const candidates = chosen.map(({ number }) => number);
  const seeds = Array.from({ length: training.seeds }, (_, index) => index + 1);
  const { epochs } = plan.settings;
  emit({ kind: 'phase', phase: 'select', candidates: chosen.length });
  emit({ kind: 'selected', candidates: chosen, seeds: training.seeds, epochs });
  emit({ kind: 'phase', phase: 'data', dataset: training.dataset });
  const dataset = await loadData(plan, host, emit);
  if (dataset === null) return null;
  const work = { study: study.name, architecture, dataset: dataset.name, candidates, seeds, epochs };
  emit({ kind: 'phase', phase: 'train', ...work });
  const { settingsDigest } = await trainingPhase({ plan, study: study.id, candidates, seeds, dataset }, host, emit);
  if (host.signal.aborted) return null;
  emit({ kind: 'phase', phase: 'verdict' });
  const result = conclude(host.store, { study, settings, chosen, settingsDigest });
  emit({ kind: 'verdict', verdict: result.verdict, meaning: result.meaning });
  return result;
}
