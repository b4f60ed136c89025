import { sizeText } from '../base/content-error.ts';
import { plural } from '../base/plural.ts';
import { gainUnit } from '../base/score.ts';
import { describeArchitecture } from '../pattern/architecture.ts';
import { percent, roughDuration, shortNumber, timeLeft } from '../report/format.ts';
import type { Budget, SearchEnding } from '../search/events.ts';
import type { DataReport } from '../study/data-report.ts';
import type { StudyEvent, StudyPhase } from '../study/events.ts';
import type { SearchPace, TrainingPace } from '../study/progress.ts';
import { describeSearchEnd } from '../study/search-end.ts';
import type { StudySettings } from '../study/settings.ts';
import { sharedFrontText } from '../training/frozen-front/shared-front.ts';
import type { ResumedTraining } from '../training/trainer.ts';
import { hostWarning } from './hosts-state.ts';

/** The words that every view finds for what events carry as data. */

type EventOf<Kind extends StudyEvent['kind']> = Extract<StudyEvent, { kind: Kind }>;

/** "30 s" or "500 candidates" */
export const budgetText = (budget: Budget): string =>
  budget.kind === 'time' ? `${budget.seconds} s` : plural(budget.candidates, 'candidate');

/** "8 islands, 30 s, or 100 candidates in a row without a better one" */
function searchText({ islands, budget, patience }: Extract<StudyPhase, { phase: 'search' }>): string {
  const patient = patience === null ? '' : `, or ${plural(patience, 'candidate')} in a row without a better one`;
  return `${plural(islands.length, 'island')}, ${budgetText(budget)}${patient}`;
}

/** "candidate 17 of morse-1, 64-1024-64 (128,8), on mnist", "24 candidates × 2 seeds × 3 epochs" */
function trainText(phase: Extract<StudyPhase, { phase: 'train' }>): string {
  const { study, architecture, dataset, candidates, seeds, epochs } = phase;
  if (candidates.length === 1) {
    const what = study === null ? 'a pattern' : `candidate ${candidates[0]} of ${study}`;
    return `${what}, ${describeArchitecture(architecture)}, on ${dataset}`;
  }
  return [plural(candidates.length, 'candidate'), plural(seeds.length, 'seed'), plural(epochs, 'epoch')].join(' × ');
}

/** ", 120/s, 3–4 min left", ", 120/s, 900–1100 more": what is not fixed by the budget itself, as far as it is known. */
export function searchOutlook(
  { candidatesPerSecond, secondsLeft, candidatesLeft }: SearchPace,
  budget: Budget | null,
): string {
  if (candidatesPerSecond === null || budget === null) return '';
  const rate = `, ${shortNumber(candidatesPerSecond)}/s`;
  if (budget.kind === 'candidates') return secondsLeft === null ? rate : `${rate}, ${timeLeft(secondsLeft)}`;
  if (candidatesLeft === null || candidatesLeft.high < 1) return rate;
  const [low, high] = [candidatesLeft.low, candidatesLeft.high].map((count) => shortNumber(Math.round(count)));
  return `${rate}, ${low === high ? high : `${low}–${high}`} more`;
}

/** "12 of 72 ended (18 %), 2 running, 3.1 epochs/s, 12–15 min left", as far as it is known. */
export function trainingOutlook(progress: TrainingPace): string {
  const { ended, planned, running, share, epochsPerSecond, secondsLeft, mayEndEarlier } = progress;
  return [
    `${ended} of ${mayEndEarlier ? 'at most ' : ''}${planned} ended (${percent(share, 0)})`,
    `${running} running`,
    ...(epochsPerSecond === null ? [] : [`${shortNumber(epochsPerSecond)} epochs/s`]),
    ...(secondsLeft === null ? [] : [`${mayEndEarlier ? 'at most ' : ''}${timeLeft(secondsLeft)}`]),
  ].join(', ');
}

/** What a phase is about, in a line. */
export function phaseText(phase: StudyPhase): string {
  switch (phase.phase) {
    case 'search':
      return searchText(phase);
    case 'select':
      return `${plural(phase.candidates, 'candidate')} spread over strategies and scatter`;
    case 'data':
      return phase.dataset;
    case 'train':
      return trainText(phase);
    case 'twins':
      return `${plural(phase.candidates.length, 'network')} with renumbered inputs, to tell whether the windows matter`;
    case 'verdict':
      return 'whether scatter predicts accuracy within families';
  }
}

/** "goes on at epoch 4", "goes on at epoch 4, after 120 batches": where a training was interrupted. */
export function goesOnText({ epoch, batches }: Pick<ResumedTraining, 'epoch' | 'batches'>): string {
  const within = batches === 0 ? '' : `, after ${plural(batches, 'batch').replace('batchs', 'batches')}`;
  return `goes on at epoch ${epoch}${within}`;
}

/** "shared front, seed 1: epoch 2, validation 97.1 %" */
export function frontText({ seed, event }: EventOf<'front'>): string {
  const name = `shared front, seed ${seed}`;
  if (event.kind === 'started') {
    const { engine, backend, device, resumed } = event;
    const begins = resumed === undefined ? 'its training begins' : goesOnText(resumed);
    return `${name}: ${begins}, by ${engine} on ${backend}, ${device}`;
  }
  if (event.kind === 'epoch') return `${name}: epoch ${event.epoch}, validation ${percent(event.validationAccuracy)}`;
  const { isKept, facts, file, sizeBytes } = event;
  const what = isKept ? 'taken from the cache' : `trained at ${shortNumber(facts.samplesPerSecond)} samples/s`;
  return `${name}: ${what}, test ${percent(facts.testAccuracy, 2)} with the network it was trained with; its features are in ${file} (${sizeText(sizeBytes)})`;
}

/** "mnist, pixels divided by 255; 50000/10000/10000 examples" */
export const datasetText = ({ name, normalisation, train, validation, test }: DataReport): string =>
  `${name}, ${normalisation}; ${train}/${validation}/${test} examples`;

/** "radix sits out: why", "2 strategies sit out: radix, sobol: why" */
function refusalText({ strategies, reason }: EventOf<'strategy-refused'>): string {
  if (strategies.length === 1) return `${strategies[0]} sits out: ${reason}`;
  return `${strategies.length} strategies sit out: ${strategies.join(', ')}: ${reason}`;
}

/** "mine on island 3", "proxy shares": whose words are shown */
export const printedBy = ({ module, name, island }: EventOf<'strategy-print'>): string =>
  module === 'proxy' || island === null ? `${module} ${name}` : `${name} on island ${island}`;

function spentText({ evaluated, seconds, asked, budget }: EventOf<'budget-spent'>): string {
  const done = asked.kind === 'time' ? `${seconds.toFixed(1)} s` : plural(evaluated, 'candidate');
  return `${done} are done already, no fewer than asked for; the study’s total stays ${budgetText(budget)}`;
}

function earlyEndText(why: SearchEnding): string | null {
  if (why === 'all-found') return 'The search ended early: every pattern that there is was found.';
  if (why === 'exhausted') {
    return 'The search ended early: it found no new pattern for many rounds, so there are probably no others.';
  }
  if (why === 'nothing-made') {
    return 'The search ended early: its strategies worked for a very long time without finishing a candidate.';
  }
  return null;
}

/** What the user should be warned of; null where an event is no warning. */
export function warningText(event: StudyEvent): string | null {
  switch (event.kind) {
    case 'warning':
      return event.message;
    case 'budget-spent':
      return spentText(event);
    case 'strategy-refused':
      return refusalText(event);
    case 'island-failed':
      return `island ${event.island} ended: ${event.reason}`;
    case 'island-slow':
      return `waiting for island ${event.island} (${event.strategy}): its step has taken more than ${event.seconds} s`;
    case 'search-forgets':
      return `the search remembers at most ${event.remembers} candidates: it forgets the oldest from now on, and counts them again where they are found again`;
    case 'search-ended':
      return earlyEndText(event.why);
    case 'host':
      return hostWarning(event.event);
    default:
      return null;
  }
}

/** Why a study ended: what it failed of, or, where it only searched, why the search was over; null where that needs no words. */
export function endText(
  { status, failure }: Pick<EventOf<'study-ended'>, 'status' | 'failure'>,
  searchEnd: SearchEnding | null,
  settings: StudySettings | null,
): string | null {
  if (failure !== null) return failure;
  if (status !== 'finished' || searchEnd === null || settings?.training !== null) return null;
  return describeSearchEnd(searchEnd, settings);
}

/** A plan in two lines: what is trained, and what can come of it. */
export function planText(plan: EventOf<'plan'>['plan']): readonly [string, string] {
  const { candidates, families, seeds, everyThird, trainings, margin, forecastSeconds, detectableGain, digest, score } =
    plan;
  const second = everyThird > seeds ? `, every third with ${everyThird}` : '';
  const time =
    forecastSeconds === null ? 'no forecast of its time for this engine' : `about ${roughDuration(forecastSeconds)}`;
  const gain =
    score !== undefined
      ? ''
      : detectableGain === null
        ? '; too few candidates or families, or too narrow a range, for any claim'
        : `; finds gains of ${detectableGain.toFixed(1)} points in four of five studies, if accuracies spread as on Morse`;
  return [
    `${plural(candidates, 'candidate')} of ${plural(families.length, 'family').replace('familys', 'families')}, ${plural(seeds, 'seed')}${second}: ${plan.adaptive ? 'at most ' : ''}${plural(trainings, 'training')}, ${time}`,
    `${plan.sharedFront === undefined ? '' : `${sharedFrontText(plan.sharedFront)}; `}margin ±${margin}${gainUnit(score)}${gain}; digest ${digest?.slice(0, 12) ?? 'none'}`,
  ];
}
