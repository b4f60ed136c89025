import type { LinkFinding } from './link-verdict.ts';
import { decisiveQuestion, describeGain, isClaim, type LinkPlan, type QuestionFinding } from './question.ts';

const percent = (share: number) => `${(100 * share).toFixed(0)} %`;

const decimal = (value: number) => value.toFixed(2);

/** "of two patterns of one family, the one of higher scatter was the more accurate in 73 % of pairs" */
function pairsSentence({ inOrder }: QuestionFinding, proxy: string, hasFamilies: boolean): string {
  const pairs = hasFamilies ? 'two patterns of one family' : 'two patterns';
  return `of ${pairs}, the one of higher ${proxy} was the more accurate in ${percent(inOrder ?? 0.5)} of pairs`;
}

function gainSentence({ gain }: QuestionFinding, { randomLevel, top }: LinkPlan, hasRandomLevel: boolean): string {
  if (gain === null) return '';
  const ends = hasRandomLevel
    ? `from the random level (${decimal(randomLevel)}) to the top (${decimal(top)})`
    : `from the lowest (${decimal(randomLevel)}) to the highest (${decimal(top)})`;
  return `; ${ends} accuracy changes by ${describeGain(gain)}`;
}

const exchangeable =
  'All patterns were taken as one family: nothing here tells a link from what kinds of pattern have in common.';

/** What a verdict means, in one or two sentences. @param hasRandomLevel whether both questions were asked */
export function describeMeaning(found: LinkFinding, plan: LinkPlan, proxy: string, hasRandomLevel: boolean): string {
  const { questions, verdict, why } = found;
  const claims = questions.filter(({ answer }) => isClaim(answer));
  const decisive = decisiveQuestion(questions);
  const evidence = `${pairsSentence(decisive, proxy, plan.familiesCount)}${gainSentence(decisive, plan, hasRandomLevel)}`;
  const where = claims.length > 0 && decisive !== questions[0] ? ' from the random level up' : '';
  const tail = plan.familiesCount ? '' : ` ${exchangeable}`;
  const differ = claims.some(({ answer }) => answer !== decisive.answer);
  switch (verdict) {
    case 'predicts':
      return `More ${proxy} goes with more accuracy${where}${differ ? ` (${why})` : ''}: ${evidence}.${tail}`;
    case 'misleads':
      return `More ${proxy} goes with less accuracy${where}${differ ? ` (${why})` : ''}: ${evidence}.${tail}`;
    case 'no-link':
      return `There is no link worth ${plan.margin} points: ${evidence}.${tail}`;
    default:
      return `It cannot be told whether ${proxy} predicts accuracy (${why}).${tail}`;
  }
}
