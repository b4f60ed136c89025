import { createHash } from 'node:crypto';
import { version } from '../../base/version.ts';
import { html, type Markup, trusted } from './markup.ts';
import { STYLE } from './style.ts';

/** Nothing is loaded from anywhere, nothing runs, and the one style sheet is the one that was written here. */
function contentPolicy(): string {
  const digest = createHash('sha256').update(STYLE).digest('base64');
  return `default-src 'none'; style-src 'sha256-${digest}'; img-src data:; base-uri 'none'; form-action 'none'`;
}

/** What a page is made of. */
export interface PageParts {
  readonly title: string;
  readonly heading: string;
  readonly sections: readonly (Markup | null)[];
  readonly footer: Markup;
}

/** A whole HTML document: no request, no script. Names from outside are escaped. */
export function pageDocument({ title, heading, sections, footer }: PageParts): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="Scattershot ${version}">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${trusted(STYLE)}</style>
</head>
<body>
<main>
<h1>${heading}</h1>
${sections.map((section) => html`${section}\n`)}
<footer>${footer} Written by Scattershot ${version}.</footer>
</main>
</body>
</html>
`;
  return page.text;
}
