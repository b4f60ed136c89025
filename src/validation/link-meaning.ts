import { gainUnit, type MaybeScore, scoreName } from '../base/score.ts';
import { type LinkFinding, lowestFromRandom } from './link-verdict.ts';
import { decisiveQuestion, describeGain, isClaim, type LinkPlan, type QuestionFinding } from './question.ts';

const percent = (share: number) => `${(100 * share).toFixed(0)} %`;

/** Two decimals; three digits where those would show nothing. */
function decimal(value: number): string {
  const size = Math.abs(value);
  return size === 0 || (size >= 0.01 && size < 1e5) ? value.toFixed(2) : value.toPrecision(3);
}

/** "of two patterns of one family, the one of higher scatter was the more accurate in 73 % of pairs" */
function pairsSentence({ inOrder }: QuestionFinding, proxy: string, hasFamilies: boolean, score: MaybeScore): string {
  const pairs = hasFamilies ? 'two patterns of one family' : 'two patterns';
  const was = score == null ? 'was the more accurate' : `had the better ${scoreName(score)}`;
  return `of ${pairs}, the one of higher ${proxy} ${was} in ${percent(inOrder ?? 0.5)} of pairs`;
}

/** Where the gain counts. @param isThere whether the patterns asked about lie there, and no others */
function stretch({ randomLevel, top }: LinkPlan, hasRandomLevel: boolean, isThere: boolean): string {
  const ends = `${decimal(randomLevel)}${hasRandomLevel ? ') to the top (' : ' to '}${decimal(top)})`;
  if (!hasRandomLevel) return `over the range (${ends}`;
  return isThere ? `from the random level (${ends}` : `for a difference like that from the random level (${ends}`;
}

/** A gain is positive where the score gets better, whichever way that is. */
const changes = (score: MaybeScore) => (score == null ? 'accuracy changes' : `${scoreName(score)} gets better`);

/** "more accuracy", "less accuracy", "lower (better) perplexity" */
function directionOf(predicts: boolean, score: MaybeScore): string {
  if (score == null) return predicts ? 'more accuracy' : 'less accuracy';
  const isHigher = (score.better === 'higher') === predicts;
  return `${isHigher ? 'higher' : 'lower'} (${predicts ? 'better' : 'worse'}) ${scoreName(score)}`;
}

const exchangeable =
  'All patterns were taken as one family: nothing here tells a link from what kinds of pattern have in common.';

/** What the question that claims nothing says, beside one that does. */
function otherSentence(questions: readonly QuestionFinding[], { margin, score }: LinkPlan): string {
  const index = questions.findIndex(({ answer }) => !isClaim(answer));
  if (index < 0) return '';
  const { answer, why } = questions[index];
  const where = index === 0 ? 'Over all candidates' : 'From the random level up alone';
  if (answer === 'no-link') return ` ${where} there is no link worth ${margin}${gainUnit(score)} (${why}).`;
  return ` ${where} it cannot be told (${why}).`;
}

/** What a verdict means, in one or a few sentences. @param hasRandomLevel whether both questions were asked */
export function describeMeaning(found: LinkFinding, plan: LinkPlan, proxy: string, hasRandomLevel: boolean): string {
  const { questions, verdict, why } = found;
  const tail = plan.familiesCount ? '' : ` ${exchangeable}`;
  if (verdict === 'cannot-tell')
    return `It cannot be told whether ${proxy} predicts ${scoreName(plan.score)} (${why}).${tail}`;
  if (verdict === 'no-link') return `There is no link worth ${plan.margin}${gainUnit(plan.score)}: ${why}.${tail}`;
  const claims = questions.filter(({ answer }) => isClaim(answer));
  const decisive = decisiveQuestion(questions);
  const isUpper = decisive !== questions[0];
  const isThere = isUpper || questions[0].families.every(({ low }) => low >= lowestFromRandom(plan));
  const gain =
    decisive.gain === null
      ? ''
      : `; ${stretch(plan, hasRandomLevel, isThere)} ${changes(plan.score)} by ${describeGain(decisive.gain, plan.score)}, 95 %`;
  const differ = claims.some(({ answer }) => answer !== decisive.answer) ? ` (${why})` : '';
  const where = isUpper && claims.length === 1 ? ' from the random level up' : '';
  const direction = directionOf(verdict === 'predicts', plan.score);
  const evidence = `${pairsSentence(decisive, proxy, plan.familiesCount, plan.score)}${gain}`;
  return `More ${proxy} goes with ${direction}${where}${differ}: ${evidence}.${otherSentence(questions, plan)}${tail}`;
}
