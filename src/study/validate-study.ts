import { Random } from '../base/random.ts';
import type { TrainingScore } from '../base/score.ts';
import { scorePattern } from '../scatter/kernel.ts';
import type { CandidateRecord } from '../store/index.ts';
import type { Dataset } from '../training/datasets/dataset.ts';
import { sharedFront, sharedFrontText } from '../training/frozen-front/shared-front.ts';
import { noiseCeiling } from '../validation/ceiling.ts';
import { controlEntries, controlScatter } from '../validation/control.ts';
import { describeMeaning } from '../validation/link-meaning.ts';
import { judgeLink, type LinkFinding, lowestFromRandom } from '../validation/link-verdict.ts';
import type { Observation } from '../validation/observation.ts';
import { outcomesOf } from '../validation/paired-seeds.ts';
import { decisiveQuestion, isClaim } from '../validation/question.ts';
import { compareRivals } from '../validation/rivals.ts';
import { judgeControl, type TwinsFinding } from '../validation/windows-or-not.ts';
import { labelShare } from './label-share.ts';
import { learnedData } from './learned-data.ts';
import { withScore } from './measured-score.ts';
import { observationsOf } from './observations.ts';
import { pooledCorrelations } from './pooled-correlations.ts';
import { TrainingProgressMeter } from './progress.ts';
import { rivalsOf } from './rivals.ts';
import { samplingPhase } from './sampling-phase.ts';
import { problemOf, type StudySettings } from './settings.ts';
import { firstPattern, loadData, planTrainer, trainingPhase } from './training-phase.ts';
import { uncountedKinds, uncountedText } from './training-shown.ts';
import { twinsPhase } from './twins-phase.ts';
import type { StudyValidation } from './validation-design.ts';
import { linkPlan, planDigest, planSeeds, type ValidationPlan, validationPlan } from './validation-plan.ts';
import type { ValidationResult } from './validation-result.ts';
import { plannedCandidates, type ValidationWork, validationStreams } from './validation-work.ts';

/** Untrained scores are of networks that have this seed, and see what trainings with it see. */
const UNTRAINED_SEED = 1;

const TOP_ONLY =
  'only patterns from the random level up are trained: whether scatter helps or harms below it cannot be shown';

/** Fixes the plan, patterns included, before the first training. @returns the settings that the store now has */
function fixPlan(work: ValidationWork): StudySettings {
  const { settings, validation, host, study } = work;
  if (validation.digest !== undefined) return settings;
  const digest = planDigest(
    settings,
    plannedCandidates(work).map(({ fingerprint }) => fingerprint),
  );
  const fixed = { ...settings, validation: { ...validation, digest } };
  host.store.changeSettings(study.id, fixed);
  return fixed;
}

/** Numbers of candidates by the seeds that they are trained with, seed after seed: after an interruption all have about as many. */
function candidatesBySeed(work: ValidationWork): Map<number, number[]> {
  const made = new Set(plannedCandidates(work).map(({ number }) => number));
  const bySeed = new Map<number, number[]>();
  for (const [number, seeds] of planSeeds(work.settings)) {
    if (made.has(number)) for (const seed of seeds) bySeed.set(seed, [...(bySeed.get(seed) ?? []), number]);
  }
  return bySeed;
}

/** Whether what is trained so far answers both questions, at the share of the levels that a look has. */
function isAnswered(work: ValidationWork, digest: string): boolean {
  const { settings, validation, host, study } = work;
  const observations = observationsOf(host.store, study, plannedCandidates(work), digest);
  const link = linkPlan(validation, settings.training?.seeds ?? 1);
  const random = Random.fromSeed(settings.seed).fork(validationStreams.verdict);
  return judgeLink(observations, link, true, { random }).verdict !== 'cannot-tell';
}

/** Trains the plan: the whole of it, or an adaptive one until the answer is there. @returns under which settings the store has it; null when interrupted */
async function trainPlan(work: ValidationWork, dataset: Dataset): Promise<string | null> {
  const { host, emit, plan, study } = work;
  let digest: string | null = null;
  const bySeed = [...candidatesBySeed(work)].sort(([a], [b]) => a - b);
  const meter = new TrainingProgressMeter({
    trainings: bySeed.reduce((total, [, candidates]) => total + candidates.length, 0),
    epochs: plan.settings.epochs,
    mayEndEarlier: work.validation.adaptive === true,
  });
  const { score = null } = work.validation;
  for (const [seed, candidates] of bySeed) {
    const part = { plan, study: study.id, candidates, seeds: [seed], dataset, meter, score };
    const trained = await trainingPhase(part, host, emit);
    digest = trained.settingsDigest;
    if (host.signal.aborted) return null;
    if (work.validation.adaptive === true && isAnswered(work, digest)) break;
  }
  return digest;
}

function controlOf(
  work: ValidationWork,
  candidates: readonly CandidateRecord[],
  observations: readonly Observation[],
  found: LinkFinding,
  random: Random,
) {
  const { settings, host, study, validation } = work;
  const { entries, metric } = problemOf(settings);
  const sign = found.verdict === 'predicts' ? 1 : found.verdict === 'misleads' ? -1 : null;
  // A claim about the patterns from the random level up alone is explained by them alone.
  const isNarrow = sign !== null && found.questions[0].answer !== found.verdict;
  const from = isNarrow ? lowestFromRandom(validation) : Number.NEGATIVE_INFINITY;
  const relabellings = controlEntries(entries, random);
  const outcomes = new Map(outcomesOf(observations, 'missing').map((outcome) => [outcome.candidate, outcome]));
  return judgeControl(
    candidates.flatMap(({ number }) => {
      const outcome = outcomes.get(number);
      if (outcome === undefined || outcome.scatter < from) return [];
      const pattern = host.store.loadPattern(study.id, number);
      const control = controlScatter(relabellings, (relabelled) => scorePattern(pattern, relabelled, metric).scatter);
      return [{ ...outcome, control }];
    }),
    sign,
    validation.score,
  );
}

function labelsOf({ settings, host, study }: ValidationWork, candidates: readonly CandidateRecord[], random: Random) {
  const { entries, metric } = problemOf(settings);
  const patterns = candidates.map(({ number }) => host.store.loadPattern(study.id, number));
  return labelShare(patterns, entries, metric, random);
}

const windowsText = (twins: TwinsFinding | null, control: ReturnType<typeof judgeControl>): string => {
  const { answer, why } = twins ?? control;
  if (answer === 'windows') return ` It is the windows that matter: ${why}.`;
  if (answer === 'not-windows') return ` It is not the windows: ${why}.`;
  return ` Whether the windows are what matters is not told: ${why}.`;
};

/** Whether scatter predicts accuracy, from the store, the plan and the study's seed alone; after a claim, twins are trained first. */
async function concludeValidation(
  work: ValidationWork,
  digest: string,
  dataset: Dataset,
): Promise<ValidationResult | null> {
  const { settings, validation, host, study, plan } = work;
  const random = Random.fromSeed(settings.seed);
  const candidates = plannedCandidates(work);
  const observations = observationsOf(host.store, study, candidates, digest);
  const link = linkPlan(validation, settings.training?.seeds ?? 1);
  const found = judgeLink(observations, link, true, { random: random.fork(validationStreams.verdict) });
  const decisive = decisiveQuestion(found.questions);
  const twins = await twinsPhase(work, candidates, found, decisive, dataset);
  if (host.signal.aborted) return null;
  const control = controlOf(work, candidates, observations, found, random.fork(validationStreams.control));
  const trained = new Set(outcomesOf(observations, 'missing').map(({ candidate }) => candidate));
  const judged = candidates.filter(({ number }) => trained.has(number));
  const learning = { dataset, settings: plan.settings, architecture: settings.architecture };
  const first = firstPattern(host.store, study.id);
  const learned = await learnedData({ ...learning, first }, UNTRAINED_SEED, host, () => {});
  if (learned === null) return null;
  const rivalsWork = { study, settings, host, dataset: learned.dataset, training: learned.settings, emit: work.emit };
  const measured = await rivalsOf(rivalsWork, judged);
  if (measured === null) return null;
  const rivals = compareRivals(measured, outcomesOf(observations, 'missing'), random.fork(validationStreams.rivals));
  const ran = host.store.evaluations(study.id, { settingsDigest: digest })[0];
  const shownPlan = validationPlan(settings, candidates, {
    threads: plan.threads,
    trainingExamples: dataset.train.examples,
  });
  const meaning = describeMeaning(found, link, 'scatter', true);
  return {
    ...{ study: study.name, id: study.id, plan: shownPlan, dataset: dataset.name },
    ...{ engine: ran?.engine ?? 'none', backend: ran?.backend ?? 'none', device: ran?.device ?? 'none' },
    candidates: judged.length,
    seeds: Math.max(
      0,
      ...observations.map(({ accuracies }) => accuracies.filter((value) => typeof value === 'number').length),
    ),
    diverged: found.diverged,
    ...{ verdict: found.verdict, why: found.why },
    ...(validation.score === undefined ? {} : { score: validation.score }),
    meaning: `${meaning}${isClaim(found.verdict) ? windowsText(twins, control) : ''}${lookText(validation)}${sharedText(work)}${mixText(work, digest)}`,
    gain: decisive.gain,
    questions: found.questions.map(({ families, agreement: _, gain90: __, ...question }) => ({
      ...question,
      families: families.filter(({ inOrder }) => inOrder !== null).length,
    })),
    ceiling: noiseCeiling(observations),
    ...pooledCorrelations(observations, random.fork(validationStreams.pooled)),
    families: found.questions[0].families,
    ...{ twins, control, labels: labelsOf(work, judged, random.fork(validationStreams.labels)), proxies: rivals },
    measured: {
      candidates: judged.map(({ number }) => number),
      proxies: measured.map(({ name, values }) => ({ name, values: values.map(finiteOrNull) })),
    },
  };
}

/** JSON has no other numbers. */
const finiteOrNull = (value: number | null) => (value !== null && Number.isFinite(value) ? value : null);

/** What the study was also trained by: its verdict is of one engine, backend and revision. */
function mixText({ host, study }: ValidationWork, digest: string): string {
  const counted = host.store.accuracyTraining(study.id, digest);
  const others = counted === null ? [] : uncountedKinds(counted).filter(({ difference }) => difference !== 'settings');
  return others.length === 0 ? '' : ` Not counted, since engines are never mixed: ${uncountedText(others)}.`;
}

/** A verdict with a shared front speaks of connected layers on it, not of networks trained as a whole. */
function sharedText({ plan }: ValidationWork): string {
  const shared = sharedFront(plan.settings);
  if (shared === null) return '';
  return ` This is of connected layers alone: ${sharedFrontText(shared)}; networks trained as a whole may be ranked otherwise.`;
}

function lookText({ look, exploratory, topOnly }: StudyValidation): string {
  const looks = look === 1 ? '' : ` This was look ${look} at the same question, on candidates of its own.`;
  const changed = exploratory
    ? ' Exploratory: an earlier look had another plan, so this one confirms nothing by itself.'
    : '';
  const narrow = topOnly
    ? ' Only patterns from the random level up were trained: nothing is known of those below.'
    : '';
  return `${narrow}${looks}${changed}`;
}

/** What a trainer of the user's own measures, asked of itself before anything is planned by it; null: accuracy. */
async function measuredBy({ plan, emit, host }: ValidationWork): Promise<TrainingScore | null> {
  if (plan.engine !== 'command') return null;
  const trainer = await planTrainer(plan, emit, host);
  await trainer.close();
  return trainer.runsOn.score ?? null;
}

/** A plan that was fixed before keeps what it was made for. */
async function withMeasuredScore(work: ValidationWork): Promise<ValidationWork> {
  if (work.validation.digest !== undefined) return work;
  const settings = withScore(work.settings, await measuredBy(work));
  return { ...work, settings, validation: settings.validation ?? work.validation };
}

/** A plan that is fixed and stored, and the data that it is for. */
export interface PreparedPlan {
  readonly settings: StudySettings;
  readonly plan: ValidationPlan;
  readonly dataset: Dataset;
}

/** Makes the candidates, loads the data and fixes the plan; trains nothing. Null when interrupted. */
export async function preparePlan(work: ValidationWork): Promise<PreparedPlan | null> {
  const scored = await withMeasuredScore(work);
  const { study, settings, validation, host, emit, plan } = scored;
  const { islands, budget } = settings;
  if (validation.topOnly) emit({ kind: 'warning', message: TOP_ONLY });
  emit({ kind: 'phase', phase: 'search', islands, budget, patience: null });
  await samplingPhase(study, settings, validation, host, emit);
  if (host.signal.aborted) return null;
  emit({ kind: 'phase', phase: 'data', dataset: settings.training?.dataset ?? '' });
  const dataset = await loadData(plan, host, emit);
  if (dataset === null) return null;
  const fixed = fixPlan(scored);
  const machine = { threads: plan.threads, trainingExamples: dataset.train.examples };
  const made = validationPlan(fixed, plannedCandidates(scored), machine);
  emit({ kind: 'plan', plan: made });
  return { settings: fixed, plan: made, dataset };
}

/** A validation from its plan to its verdict; null when it was interrupted. */
export async function validateStudy(work: ValidationWork): Promise<ValidationResult | null> {
  const prepared = await preparePlan(work);
  if (prepared === null) return null;
  const { settings, dataset } = prepared;
  const { emit, plan, study } = work;
  const own: ValidationWork = { ...work, settings, validation: settings.validation ?? work.validation };
  const candidates = plannedCandidates(own);
  const numbers = candidates.map(({ number }) => number);
  const { epochs } = plan.settings;
  const most = Math.max(...[...planSeeds(settings).values()].map(({ length }) => length));
  const seeds = Array.from({ length: most }, (_, index) => index + 1);
  emit({ kind: 'selected', candidates, seeds: most, epochs });
  const described = { study: study.name, architecture: settings.architecture, dataset: dataset.name };
  emit({ kind: 'phase', phase: 'train', ...described, candidates: numbers, seeds, epochs });
  const digest = await trainPlan(own, dataset);
  if (digest === null) return null;
  emit({ kind: 'phase', phase: 'verdict' });
  const result = await concludeValidation(own, digest, dataset);
  if (result !== null) emit({ kind: 'verdict', verdict: result.verdict, meaning: result.meaning });
  return result;
}
