import { sum } from 'simple-statistics';
import { plural } from '../base/plural.ts';
import type { Observation } from './observation.ts';
import { anyDiverged, type DivergedAs, outcomesOf } from './paired-seeds.ts';
import {
  type Answer,
  answerQuestion,
  isClaim,
  type LinkPlan,
  type QuestionFinding,
  type QuestionOptions,
} from './question.ts';

/** Whether a proxy predicts accuracy, and what that rests on. */
export interface LinkFinding {
  readonly verdict: Answer;
  /** in a few words */
  readonly why: string;
  /** about all candidates, then about those from the random level up */
  readonly questions: readonly QuestionFinding[];
  /** diverged trainings */
  readonly diverged: number;
}

/** Candidates this far below the random level still count as at it. */
const AT_LEVEL = 0.01;

/** Lowest scatter that the second question asks about. */
export const lowestFromRandom = ({ randomLevel }: Pick<LinkPlan, 'randomLevel'>): number => randomLevel - AT_LEVEL;

const inWords = (answer: Answer) => answer.replace('-', ' ');

function verdictOf(questions: readonly QuestionFinding[]): Pick<LinkFinding, 'verdict' | 'why'> {
  const claims = questions.filter(({ answer }) => isClaim(answer));
  const last = claims.at(-1);
  if (last !== undefined) {
    const differ = claims.some(({ answer }) => answer !== last.answer);
    const turns =
      last.answer === 'misleads'
        ? 'helps up to about the random level and harms beyond'
        : 'harms up to about the random level and helps beyond';
    return { verdict: last.answer, why: differ ? turns : `${last.name}: ${last.why}` };
  }
  const open = questions.find(({ answer }) => answer !== 'no-link');
  if (open === undefined)
    return { verdict: 'no-link', why: questions.map(({ name, why }) => `${name}: ${why}`).join('; ') };
  return { verdict: 'cannot-tell', why: `${open.name}: ${open.why}` };
}

function askBoth(
  observations: readonly Observation[],
  plan: LinkPlan,
  asksTwice: boolean,
  divergedAs: DivergedAs,
  options: QuestionOptions,
): Omit<LinkFinding, 'diverged'> {
  const outcomes = outcomesOf(observations, divergedAs);
  const all = answerQuestion(
    outcomes,
    { ...plan, name: 'all candidates' },
    { ...options, random: options.random.fork(1) },
  );
  const questions = asksTwice
    ? [
        all,
        answerQuestion(
          outcomes,
          { ...plan, name: 'from the random level up', from: lowestFromRandom(plan) },
          { ...options, random: options.random.fork(2) },
        ),
      ]
    : [all];
  return { ...verdictOf(questions), questions };
}

/**
 * The verdict over both questions: a claim by either (of both, the one above the random level gives the sign), "no link" where both
 * say so, else "cannot tell". Where trainings diverged the rule is applied twice, without them and with them ranked last; where
 * the two differ nothing can be told.
 * @param asksTwice false where there is no random level to ask about
 */
export function judgeLink(
  observations: readonly Observation[],
  plan: LinkPlan,
  asksTwice: boolean,
  options: QuestionOptions,
): LinkFinding {
  const diverged = sum(
    observations.map(({ accuracies }) => accuracies.filter((accuracy) => accuracy === 'diverged').length),
  );
  const found = askBoth(observations, plan, asksTwice, 'missing', options);
  if (!anyDiverged(observations)) return { ...found, diverged };
  const ranked = askBoth(observations, plan, asksTwice, 'worst', options);
  if (ranked.verdict === found.verdict) return { ...found, diverged };
  const why = `${plural(diverged, 'training')} diverged: without them the answer is "${inWords(found.verdict)}", with them ranked last "${inWords(ranked.verdict)}"`;
  return { verdict: 'cannot-tell', why, questions: found.questions, diverged };
}
