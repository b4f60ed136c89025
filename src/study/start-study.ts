import { InvalidValueError } from '../base/caller-errors.ts';
import { failure, messageOf, ScattershotError, unwrap } from '../base/failure.ts';
import { moduleFault } from '../base/user-module.ts';
import type { Budget, SearchEnding } from '../search/events.ts';
import type { StudyRecord } from '../store/index.ts';
import { entryLevels } from './entry-levels.ts';
import { type Emit, emitterTo, type StudyHost, startHeartbeat, type UntimedEvent } from './host.ts';
import type { SearchConclusion } from './search-end.ts';
import { searchMemoryLack } from './search-memory.ts';
import { searchPhase } from './search-phase.ts';
import { problemOf, type StudySettings, storedSettings } from './settings.ts';
import { type TrainingPlan, trainingPlan } from './training-plan.ts';
import { preparePlan, validateStudy } from './validate-study.ts';
import type { ValidationPlan } from './validation-plan.ts';
import type { ValidationResult } from './validation-result.ts';

/** How a study ended in this process. */
export interface StudyOutcome {
  /** as it stands in the store at the end */
  readonly study: StudyRecord;
  readonly status: 'finished' | 'interrupted';
  /** null unless the study trained and came to its end */
  readonly result: ValidationResult | null;
  /** of a study whose plan alone was wanted; else null */
  readonly plan: ValidationPlan | null;
}

/**
 * Makes a study and runs it to its end.
 * @param name null: `baseName-1`, `baseName-2`, …
 * @throws RangeError for settings that cannot be; ScattershotError for what the world does. What was stored stays, and can be resumed.
 */
export async function startStudy(settings: StudySettings, name: string | null, host: StudyHost): Promise<StudyOutcome> {
  const plan = await planOf(settings, host);
  const study = createStudy(settings, name, host);
  return run(study, { settings, plan }, host, { resumed: false, events: [] });
}

/**
 * Makes a study that validates, its patterns included, fixes its plan and stops before the first training: `resumeStudy` trains it.
 * @param name as of `startStudy`. @throws as `startStudy`
 */
export async function planStudy(settings: StudySettings, name: string | null, host: StudyHost): Promise<StudyOutcome> {
  const plan = await planOf(settings, host);
  const { validation } = settings;
  if (plan === null || validation === undefined) throw new InvalidValueError('expected the settings of a validation');
  const study = createStudy(settings, name, host);
  const emit = emitterTo(host.listener);
  const heartbeat = startHeartbeat(host, study.id);
  try {
    emitStart(study, settings, host, emit, false);
    const prepared = await preparePlan({ study, settings, validation, plan, host: heartbeat.host, emit });
    host.store.finishStudy(study.id, { status: 'interrupted' });
    emit({ kind: 'study-ended', status: 'interrupted', failure: null });
    const status = prepared === null ? 'interrupted' : 'finished';
    return { study: unwrap(host.store.getStudy(study.name)), status, result: null, plan: prepared?.plan ?? null };
  } finally {
    heartbeat.end();
  }
}

function createStudy(settings: StudySettings, name: string | null, { store }: StudyHost): StudyRecord {
  const { baseName, kind, architecture, metric, seed } = settings;
  const entryKeys = problemOf(settings).entries.map((entry) => entry.key);
  return unwrap(store.createStudy({ name, baseName, kind, architecture, metric, entryKeys, seed, settings }));
}

/** A search has no work for more threads than islands. */
const threadsOf = ({ islands, training }: StudySettings, { workers }: StudyHost): number =>
  training === null ? Math.min(workers, islands.length) : workers;

function emitStart(study: StudyRecord, settings: StudySettings, host: StudyHost, emit: Emit, resumed: boolean): void {
  emit({
    kind: 'study-started',
    ...{ study: study.name, id: study.id, resumed, settings },
    ...{ entryKeys: study.entryKeys, entryLevels: entryLevels(settings) },
    ...{ workers: threadsOf(settings, host), database: host.store.path },
  });
}

/** What a study runs by: its settings, and the plan of its training where it has one. */
interface StudyWork {
  readonly settings: StudySettings;
  readonly plan: TrainingPlan | null;
}

/** Asked before a study is made or touched. @throws ScattershotError where memory holds no search or no training of its network */
async function planOf(
  { architecture, islands, training }: StudySettings,
  host: StudyHost,
): Promise<TrainingPlan | null> {
  const lack = searchMemoryLack(architecture, Math.min(host.workers, islands.length));
  if (lack !== null) throw new ScattershotError(lack);
  return training === null ? null : unwrap(await trainingPlan({ architecture, ...training }, host));
}

/** What a resume may change of a study's settings: how long it searches, not what it does. */
export type ResumeChanges = Partial<Pick<StudySettings, 'budget' | 'patience' | 'goOn'>>;

/** Before the study is touched: what cannot go on stays as it is. @throws ScattershotError for a file that is not what it was */
async function requireUserModules({ islands, validation }: StudySettings): Promise<void> {
  const modules = [
    ...islands.flatMap(({ file }) => (file === undefined ? [] : [['strategy', file] as const])),
    ...(validation?.proxies ?? []).map(({ file }) => ['proxy', file] as const),
  ];
  for (const [kind, file] of modules) {
    const fault = await moduleFault(kind, file);
    if (fault !== null) throw new ScattershotError(fault);
  }
}

/** @throws ScattershotError for a study that trains what an older version picked: no plan says what it was for */
function requirePlanned({ name, version }: StudyRecord, { training, validation }: StudySettings): void {
  if (training === null || validation !== undefined) return;
  throw new ScattershotError(
    failure(
      'older-study',
      `study ${name} was begun by Scattershot ${version}, which trained what it found without a plan`,
      'Begin a new one: scattershot demo',
    ),
  );
}

/**
 * Goes on with a study that was interrupted, by its own settings; the budget that `changes` may give is the new total.
 * @throws ScattershotError as `startStudy`; 'strategy-file-changed', 'proxy-file-changed' and their like when a user's module is not what it was
 */
export async function resumeStudy(
  study: StudyRecord,
  host: StudyHost,
  changes: ResumeChanges = {},
): Promise<StudyOutcome> {
  const begun = unwrap(storedSettings(study));
  requirePlanned(study, begun);
  await requireUserModules(begun);
  const plan = await planOf(begun, host);
  const claimed = unwrap(host.store.claimStudy(study.id));
  const stored = unwrap(storedSettings(claimed));
  const { budget = stored.budget, patience = stored.patience, goOn = stored.goOn } = changes;
  const settings = {
    ...{ ...stored, budget },
    ...(patience === undefined ? {} : { patience }),
    ...(goOn === undefined ? {} : { goOn }),
  };
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
  emitStart(study, settings, host, emit, resumed);
  for (const event of events) emit(event);
  const heartbeat = startHeartbeat(host, study.id);
  try {
    const { ended, result } = await phases(study, work, heartbeat.host, emit);
    const status = heartbeat.host.signal.aborted ? 'interrupted' : 'finished';
    const searched = status === 'finished' && settings.training === null;
    const conclusion: ValidationResult | SearchConclusion | null = searched ? { ended } : result;
    store.finishStudy(study.id, { status, ...(conclusion === null ? {} : { result: conclusion }) });
    emit({ kind: 'study-ended', status, failure: null });
    return { study: unwrap(store.getStudy(study.name)), status, result, plan: null };
  } catch (error) {
    markFailed(host, study.id);
    emit({ kind: 'study-ended', status: 'failed', failure: messageOf(error) });
    throw error;
  } finally {
    heartbeat.end();
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

/** An engine is started for every seed, and has the same to say each time. */
function withoutRepeats(emit: Emit): Emit {
  const told = new Set<string>();
  return (event) => {
    const key = event.kind === 'warning' || event.kind === 'engine' ? JSON.stringify(event) : null;
    if (key !== null && told.has(key)) return;
    if (key !== null) told.add(key);
    emit(event);
  };
}

async function phases(
  study: StudyRecord,
  { settings, plan }: StudyWork,
  host: StudyHost,
  emit: Emit,
): Promise<{ readonly ended: SearchEnding; readonly result: ValidationResult | null }> {
  const { islands, budget, patience = null, validation } = settings;
  if (validation !== undefined && plan !== null) {
    const work = { study, settings, validation, plan, host, emit: withoutRepeats(emit) };
    return { ended: 'budget', result: await validateStudy(work) };
  }
  emit({ kind: 'phase', phase: 'search', islands, budget, patience });
  return { ended: await searchPhase(study, settings, host, emit), result: null };
}
