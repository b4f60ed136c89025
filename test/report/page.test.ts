import { describe, expect, test } from 'vitest';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import { escaped, html } from '../../src/report/html/markup.ts';
import { reportPage } from '../../src/report/html/page.ts';
import { sampleReport } from './sample-report.ts';

const beside = { table: 'candidates.csv', numbers: 'report.json' };

describe('markup', () => {
  test('escapes every value, joins lists, and leaves markup as it is', () => {
    const inner = html`<b>${'a & "b"'}</b>`;
    expect(html`<p title="${`'>`}">${[inner, 3, null]}</p>`.text).toBe(
      '<p title="&#39;&gt;"><b>a &amp; &quot;b&quot;</b>3</p>',
    );
  });

  test('shows control characters instead of writing them', () => {
    expect(escaped('a\u001b[31mb\u202e')).toBe('a\\x1b[31mb\\u202e');
  });
});

describe('the page of a report', () => {
  test('needs no script, loads nothing, and holds nobody else’s markup', async () => {
    const hostile = `<script>alert(1)</script>"'><img src=x onerror=y>\u001b[2J`;
    const page = await reportPage(sampleReport({ study: hostile, families: [hostile, 'anneal'] }), beside);
    expect(page).not.toMatch(/<script|<img|<[^>]*\son\w+=/i);
    expect(page).not.toContain('\u001b');
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).toMatch(/Content-Security-Policy" content="default-src &#39;none&#39;; style-src &#39;sha256-/);
    expect(page).not.toMatch(/(?:href|src|url\()="?(?:https?:)?\/\//);
    expect(page).not.toMatch(/<[^>]*\sstyle=/);
  });

  test('names balanced degrees by fan-in too: fan-outs of 29 or 30 are of many', async () => {
    const report = sampleReport();
    const networks = [78, 77].map((fanIn) =>
      defineArchitecture({ layers: [784, 300, 10], fanOuts: [(300 * fanIn) / 784, 10] }),
    );
    const [first, second] = await Promise.all(
      networks.map((architecture) => reportPage({ ...report, study: { ...report.study, architecture } }, beside)),
    );
    expect(first).toContain('784-300-10, fan-in 78, 300, fan-out 29-30, 10');
    expect(second).toContain('784-300-10, fan-in 77, 300, fan-out 29-30, 10');
  });

  test('tells of a study without a verdict what there is to tell', async () => {
    const page = await reportPage(sampleReport(), beside);
    expect(page).toContain('The highest scatter found is 0.9708');
    expect(page).toContain('there is no verdict');
    for (const title of ['Accuracy', 'Scatter vectors', 'Patterns', 'Candidates, most accurate first', 'Provenance']) {
      expect(page).toContain(`<h2>${title}</h2>`);
    }
    expect(page).not.toContain('Rivals');
    expect(page.match(/<svg/g)).toHaveLength(5);
  });

  test('tells of a study that trained nothing and keeps nothing that there is nothing', async () => {
    const empty = { ...sampleReport({ candidates: 0 }), drawn: [] };
    const page = await reportPage(empty, beside);
    expect(page).toContain('No candidate is kept yet.');
    expect(page).not.toContain('<svg');
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('stays below 1 MB with 1 000 candidates of two seeds and 100 epochs', async () => {
    const families = Array.from({ length: 7 }, (_, index) => `target/start-${index}`);
    const page = await reportPage(sampleReport({ candidates: 1000, epochs: 100, families }), beside);
    expect(Buffer.byteLength(page)).toBeLessThan(1e6);
    expect(page).toContain('60 of 1000 candidates');
  });
});
