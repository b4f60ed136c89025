import { defineArchitecture } from '../../src/pattern/architecture.ts';
import { search } from '../../src/study/search.ts';

/** Searches as a program does, says what it found, and ends when nothing keeps it: no thread, no timer, no open file. */
const architecture = defineArchitecture({ layers: [16, 32, 16], fanOuts: [8, 4] });
const { best, evaluated, ended } = await search(architecture, {
  ...{ budget: { kind: 'candidates', candidates: 40 }, seed: 7, workers: 2 },
});
console.log(JSON.stringify({ scatter: best.scatter, fingerprint: best.fingerprint, evaluated, ended }));
