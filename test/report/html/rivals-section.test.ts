import { expect, test } from 'vitest';
import { rivalsSection } from '../../../src/report/html/chart-sections.ts';
import type { ValidationResult } from '../../../src/study/validation-result.ts';

test('a rival that was left out says why, as text and not as markup', async () => {
  const none = { inOrder: null, p: null, pHolm: null, gain: null };
  const given = { givenOthers: null, pGivenOthers: null, pGivenOthersHolm: null };
  const proxies = [
    { name: 'rank', candidates: 3, reason: null, ...none, ...given },
    { name: 'mine', candidates: 0, reason: 'Left out: it failed: <b>lost</b>.', ...none, ...given },
  ];
  const section = await rivalsSection({ proxies } as unknown as ValidationResult);
  expect(section?.text).toContain('<p>mine: Left out: it failed: &lt;b&gt;lost&lt;/b&gt;.</p>');
  expect(section?.text).not.toContain('<p>rank:');
});
