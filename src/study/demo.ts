import { unwrap } from '../base/failure.ts';
import { defineArchitecture } from '../pattern/architecture.ts';
import { presets } from '../pattern/presets.ts';
import { trainingSettings } from '../training/settings.ts';
import { searchDefaults } from './search-settings.ts';
import type { StudySettings } from './settings.ts';
import { validationSettings } from './validation-settings.ts';

export interface DemoChoices {
  /** decides everything random; default 1 */
  readonly seed?: number;
  /** what trains, by name; default 'auto' */
  readonly backend?: string;
}

/**
 * The demonstration: a small but complete validation of the Morse network, half a minute on two cores. 30 candidates of six families,
 * scatter from far below the random level to the top in each, trained with two seeds on a tenth of the data.
 */
export function demoSettings({ seed = searchDefaults.seed, backend = 'auto' }: DemoChoices = {}): StudySettings {
  const training = {
    dataset: 'morse:examples=500/100/100',
    settings: trainingSettings({ epochs: 3, batchSize: 128, learningRate: 0.01 }),
    engine: 'auto',
    backend,
  };
  const choices = { candidates: 30, seeds: 2, seed };
  const settings = unwrap(validationSettings(defineArchitecture(presets.morse), training, choices, 'demo'));
  return { ...settings, kind: 'demo' };
}
