import { readFileSync } from 'node:fs';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import { type Entry, type ExplicitWindows, scatterEntries } from '../../src/pattern/entries.ts';
import { makePattern, type Pattern } from '../../src/pattern/pattern.ts';

interface FixtureCase {
  readonly name: string;
  readonly layers: number[];
  readonly fanOuts: number[];
  readonly junctions: number[][][];
  readonly windows: ExplicitWindows;
  readonly usedInputs: number | null;
  readonly usedOutputs: number | null;
  readonly expected: Record<string, number>;
}

export interface LoadedCase {
  readonly name: string;
  readonly pattern: Pattern;
  readonly entries: Entry[];
  readonly expected: Record<string, number>;
}

/** Fair-share vectors with explicit windows, from an implementation that is not ours. */
export function fixtureCases(): LoadedCase[] {
  const text = readFileSync(new URL('../fixtures/scatter-cases.json', import.meta.url), 'utf8');
  const { cases } = JSON.parse(text) as { cases: FixtureCase[] };
  return cases.map(({ name, layers, fanOuts, junctions, windows, usedInputs, usedOutputs, expected }) => {
    const architecture = defineArchitecture({
      layers,
      fanOuts,
      usedInputs: usedInputs ?? undefined,
      usedOutputs: usedOutputs ?? undefined,
    });
    const pattern = makePattern(
      architecture,
      junctions.map((rows) => Uint32Array.from(rows.flat())),
    );
    return { name, pattern, entries: scatterEntries(architecture, { windows }), expected };
  });
}
