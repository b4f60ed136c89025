import { plural } from '../base/plural.ts';
import type { CheckedProblem, StrategyReport } from '../study/strategy-report.ts';
import { heading, paragraph, type TextOptions } from './format.ts';

const verdictWords: Readonly<Record<CheckedProblem['verdict'], string>> = {
  kept: 'keeps the contract',
  refused: 'sits out',
  broken: 'BREAKS THE CONTRACT',
};

function problemLines(problem: CheckedProblem, options: TextOptions): string[] {
  const { name, layers, verdict, reason, candidates, steps, longestStepMs, hints } = problem;
  const effort = `${plural(candidates, 'candidate')} in ${plural(steps, 'step')}, the longest ${longestStepMs.toFixed(1)} ms`;
  const what = verdict === 'kept' ? effort : reason;
  return [
    ...paragraph(`${name} (${layers.join('-')}): ${verdictWords[verdict]}: ${what}`, options),
    ...hints.flatMap((hint) => paragraph(`  hint: it ${hint}`.replace(': it a step', ': a step'), options)),
  ];
}

function conclusion({ ok, problems, strategy }: StrategyReport): string {
  if (ok) return `${strategy} keeps the contract.`;
  if (problems.every(({ verdict }) => verdict === 'refused')) {
    return `${strategy} accepts none of these problems, so that nothing was tried. Name a network that it accepts, with --layers and --fan-out.`;
  }
  return `${strategy} breaks the contract: a search would end its islands. See docs/strategies.md.`;
}

const MOST_SHOWN = 5;

/** What was tried, problem by problem, and the conclusion. */
export function strategyReportText(report: StrategyReport, options: TextOptions): string {
  const { file, strategy, problems, printed } = report;
  const more = printed.length - MOST_SHOWN;
  const prints = printed
    .slice(0, MOST_SHOWN)
    .flatMap((text) => text.split('\n').flatMap((line) => paragraph(`  ${line}`, options)));
  return [
    ...paragraph(`${strategy} of ${file}`, options).map((line) => heading(line, options.color)),
    ...problems.flatMap((problem) => problemLines(problem, options)),
    ...(printed.length === 0 ? [] : ['It prints, which a search shows in its log:', ...prints]),
    ...(more > 0 ? [`  and ${more} more`] : []),
    ...paragraph(conclusion(report), options),
  ].join('\n');
}
