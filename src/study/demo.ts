import { defineArchitecture } from '../pattern/architecture.ts';
import { presets } from '../pattern/presets.ts';
import { trainingSettings } from '../training/settings.ts';
import { searchDefaults } from './search-settings.ts';
import type { StudySettings } from './settings.ts';

export interface DemoChoices {
  /** decides everything random; default 1 */
  readonly seed?: number;
  /** what trains, by name; default 'auto' */
  readonly backend?: string;
}

/**
 * The demonstration: a small, complete study of the Morse network, half a minute on two cores. Islands of four families, and others
 * for levels of S that no family reaches by itself, so that the trained candidates cover the range of scatter.
 */
export function demoSettings({ seed = searchDefaults.seed, backend = 'auto' }: DemoChoices = {}): StudySettings {
  return {
    kind: 'demo',
    baseName: 'demo',
    architecture: defineArchitecture(presets.morse),
    metric: 'indicator',
    entries: { windows: 'integral', spans: 'io' },
    islands: [
      { strategy: 'uniform-random' },
      { strategy: 'permutation-grid' },
      { strategy: 'local' },
      { strategy: 'anneal' },
      { strategy: 'target', target: 0.4 },
      { strategy: 'target', target: 0.6 },
      { strategy: 'target', target: 0.75 },
      { strategy: 'target', target: 0.85 },
    ],
    seed,
    budget: { kind: 'candidates', candidates: 240 },
    keep: 8,
    order: searchDefaults.order,
    target: null,
    untilOptimal: false,
    training: {
      dataset: 'morse:examples=500/100/100',
      candidates: 24,
      seeds: 2,
      settings: trainingSettings({ epochs: 3, batchSize: 128, learningRate: 0.01 }),
      engine: 'auto',
      backend,
    },
  };
}
