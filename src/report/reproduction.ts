import { join } from 'node:path';
import { safeJson } from '../base/clean-text.ts';
import { unwrap } from '../base/failure.ts';
import { writeWhole } from '../base/file-access.ts';
import { plural } from '../base/plural.ts';
import { version } from '../base/version.ts';
import type { PaperClaim } from '../paper/paper-claim.ts';
import type { Reproduction } from '../paper/reproduce.ts';
import { heading, MISSING, paragraph, type TextOptions } from './format.ts';
import { pageDocument } from './html/document.ts';
import { html, type Markup } from './html/markup.ts';
import { paperPlot } from './html/paper-plot.ts';
import { htmlTable } from './html/table.ts';
import { makeReportFolder } from './write-report.ts';

const units: Readonly<Record<PaperClaim['unit'], string>> = { share: ' %', points: ' points', number: '' };

const holdsText = ({ holds }: PaperClaim) => (holds === null ? 'cannot tell' : holds ? 'holds' : 'does not hold');

/** Enough digits for what is measured: accuracies to a hundredth, counts in millions to their printed ones. */
const numberText = ({ unit }: PaperClaim, value: number) =>
  unit === 'number' ? String(Number(value.toPrecision(5))) : (unit === 'share' ? 100 * value : value).toFixed(2);

/** "−0.42 points (−1.10 to 0.26)" */
function measuredText(claim: PaperClaim): string {
  const { measured, low, high, unit } = claim;
  if (measured === null) return MISSING;
  const value = `${numberText(claim, measured)}${units[unit]}`;
  const isExact = low === high;
  if (low === null || high === null || isExact) return value;
  return `${value} (${numberText(claim, low)} to ${numberText(claim, high)})`;
}

function summary({ claims, scale, part, seeds, status, target }: Reproduction): string {
  const count = (holds: boolean | null) => claims.filter((claim) => claim.holds === holds).length;
  const most =
    target === 'link'
      ? `up to ${plural(seeds, 'training')} of each pattern`
      : `${plural(seeds, 'training')} of each network`;
  const trained = seeds === 0 ? '' : `, ${most}`;
  const ended = status === 'interrupted' ? ' It was interrupted: what is missing is not measured.' : '';
  const named = part === null ? target : `${target} (${part})`;
  return `${named}, ${scale} scale${trained}: ${plural(claims.length, 'claim')}. Held: ${count(true)}, not held: ${count(false)}, left open: ${count(null)}.${ended}`;
}

/** Every claim with what was measured and whether it holds. */
export function reproductionText(reproduction: Reproduction, options: TextOptions): string {
  const lines = paragraph(summary(reproduction), options).map((line) => heading(line, options.color));
  for (const claim of reproduction.claims) {
    const note = claim.note === null ? '' : ` (${claim.note})`;
    lines.push(
      '',
      ...paragraph(`Claim: ${claim.claim}`, options),
      ...paragraph(`Measured: ${claim.what}: ${measuredText(claim)}: ${holdsText(claim)}${note}.`, options),
    );
  }
  for (const note of reproduction.notes) lines.push('', ...paragraph(note, options));
  return `${lines.join('\n')}\n`;
}

/** As `reproduce --json` prints it. */
export const reproductionJson = ({ target, scale, part, status, seeds, notes, claims, plots }: Reproduction) => ({
  ...{ target, scale, part, status, seeds, claims, notes, plots },
});

async function page(reproduction: Reproduction): Promise<string> {
  const { target, claims, plots, notes, scale } = reproduction;
  const figures: Markup[] = [];
  for (const plot of plots.filter(({ points }) => points.length > 0)) {
    figures.push(html`<figure>${await paperPlot(plot)}<figcaption>${plot.title}</figcaption></figure>`);
  }
  const table = htmlTable(claims, [
    { title: 'the paper says', kind: 'wrap', text: ({ claim }) => claim },
    { title: 'measured', kind: 'wrap', text: ({ what }) => what },
    { title: 'value (95 % interval)', kind: 'number', text: measuredText },
    { title: 'printed', kind: 'number', text: ({ printed }) => printed ?? '' },
    { title: 'holds', kind: 'text', text: holdsText },
    { title: 'note', kind: 'wrap', text: ({ note }) => note ?? '' },
  ]);
  return pageDocument({
    title: `${target}, ${scale} scale: reproduction`,
    heading: `${target} of Dey et al., reproduced at ${scale} scale`,
    sections: [
      html`<p class="verdict">${summary(reproduction)}</p>`,
      ...notes.map((note) => html`<p>${note}</p>`),
      html`<h2>Plots</h2><p class="note">Bars are 95 % intervals over seeds; each training has a random pattern of its own.</p>${figures}`,
      html`<h2>Claims</h2>${table}`,
    ],
    footer: html`The numbers of this page: <a href="${NUMBERS}">${NUMBERS}</a>. Made with <code>scattershot reproduce ${target} --scale ${scale}</code>.`,
  });
}

const PAGE = 'index.html';
const NUMBERS = 'reproduction.json';

/** Where a reproduction was written. */
export interface WrittenReproduction {
  readonly page: string;
  readonly numbers: string;
}

/**
 * Writes what a table or figure came to: a page with its plots and claims (`index.html`), and all numbers (`reproduction.json`).
 *
 * ```ts
 * const { page } = await writeReproduction(await reproduce('table1'), 'reports/table1');
 * ```
 *
 * @param folder made where it is not there
 * @throws ScattershotError for what the world does, such as a full disk
 */
export async function writeReproduction(reproduction: Reproduction, folder: string): Promise<WrittenReproduction> {
  const document = await page(reproduction);
  makeReportFolder(folder);
  const written = { page: join(folder, PAGE), numbers: join(folder, NUMBERS) };
  const numbers = { format: 'scattershot/reproduction', formatVersion: 1, writtenBy: version };
  unwrap(await writeWhole(written.numbers, [`${safeJson({ ...numbers, ...reproductionJson(reproduction) }, 1)}\n`]));
  unwrap(await writeWhole(written.page, [document]));
  return written;
}
