import { scoreName } from '../../base/score.ts';
import type { StudyReport } from '../../study/study-report.ts';
import { chartsSection, rivalsSection, vectorsSection } from './chart-sections.ts';
import { pageDocument } from './document.ts';
import { html, type Markup } from './markup.ts';
import { candidatesSection, patternsSection, planSection, provenanceSection, repeatSection } from './sections.ts';
import { evidenceSection, verdictSection } from './verdict-section.ts';

/** The names of the files that lie beside the page. */
export interface BesidePage {
  readonly table: string;
  readonly numbers: string;
}

/**
 * A report as one HTML document: no request, no script, everything drawn. Names from outside are escaped.
 * @param beside files that the page links to
 */
export async function reportPage(report: StudyReport, beside: BesidePage): Promise<string> {
  const { study, result } = report;
  const sections: (Markup | null)[] = [
    verdictSection(report),
    await chartsSection(report),
    result === null ? null : await evidenceSection(result),
    result === null ? null : await rivalsSection(result),
    await vectorsSection(report),
    patternsSection(report),
    candidatesSection(report, beside.table),
    planSection(report),
    provenanceSection(report),
    repeatSection(report, beside.table),
  ];
  return pageDocument({
    title: `${study.name}: ${result === null ? 'report' : result.verdict.replaceAll('-', ' ')}`,
    heading: `Study ${study.name}: does scatter predict ${scoreName(report.score)}?`,
    sections,
    footer: html`The numbers of this page: <a href="${beside.table}">${beside.table}</a> (one line a candidate), <a href="${beside.numbers}">${beside.numbers}</a> (everything).`,
  });
}
