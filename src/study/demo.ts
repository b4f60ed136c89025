import { defineArchitecture } from '../pattern/architecture.ts';
import { presets } from '../pattern/presets.ts';
import { defaultSearchOrder } from '../search/ranking.ts';
import { trainingSettings } from '../training/settings.ts';
import type { StudySettings } from './settings.ts';

/**
 * The demonstration: a small but whole study of the Morse network, half a minute on two cores. Islands of four families, and others
 * for levels of S that no family reaches by itself, so that the trained candidates cover the range of scatter.
 */
export function demoSettings(seed: number, backend: string): StudySettings {
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
    order: defaultSearchOrder,
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
