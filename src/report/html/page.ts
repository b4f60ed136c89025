import { createHash } from 'node:crypto';
import { version } from '../../base/version.ts';
import type { StudyReport } from '../../study/study-report.ts';
import { chartsSection, rivalsSection, vectorsSection } from './chart-sections.ts';
import { html, type Markup, trusted } from './markup.ts';
import { candidatesSection, patternsSection, planSection, provenanceSection, repeatSection } from './sections.ts';
import { STYLE } from './style.ts';
import { evidenceSection, verdictSection } from './verdict-section.ts';

/** Nothing is loaded from anywhere, nothing runs, and the one style sheet is the one that was written here. */
function contentPolicy(): string {
  const digest = createHash('sha256').update(STYLE).digest('base64');
  return `default-src 'none'; style-src 'sha256-${digest}'; img-src data:; base-uri 'none'; form-action 'none'`;
}

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
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="Scattershot ${version}">
<title>${study.name}: ${result === null ? 'report' : result.verdict.replaceAll('-', ' ')}</title>
<link rel="icon" href="data:,">
<style>${trusted(STYLE)}</style>
</head>
<body>
<main>
<h1>Study ${study.name}: does scatter predict accuracy?</h1>
${sections.map((section) => html`${section}\n`)}
<footer>The numbers of this page: <a href="${beside.table}">${beside.table}</a> (one line a candidate), <a href="${beside.numbers}">${beside.numbers}</a> (everything). Written by Scattershot ${version}.</footer>
</main>
</body>
</html>
`;
  return page.text;
}
