import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readApi } from './api-model.ts';
import { apiPage } from './api-page.ts';

// `npm run docs`: writes docs/api.md from the build.

writeFileSync(fileURLToPath(new URL('../api.md', import.meta.url)), apiPage(readApi()));
