import { unwrap } from '../base/failure.ts';
import { defineArchitecture } from '../pattern/architecture.ts';
import { presets } from '../pattern/presets.ts';
import type { OwnTrainer } from '../training/command/own-trainer.ts';
import { trainingSettings } from '../training/settings.ts';
import { searchDefaults } from './search-defaults.ts';
import type { StudySettings } from './settings.ts';
import { validationSettings } from './validation-settings.ts';

/** What may be chosen of the demo. */
export interface DemoChoices {
  /** decides everything random; default 1 */
  readonly seed?: number;
  /** what trains, by name; default 'auto' */
  readonly backend?: string;
  /** default 'auto' */
  readonly engine?: string;
  /** accuracy points, or the unit of what the trainer measures; default 0.5 points, and none of another score than accuracy */
  readonly margin?: number | undefined;
  /** of the engine 'command' */
  readonly trainer?: OwnTrainer | undefined;
}

/**
 * The demonstration: a small but complete validation of the Morse network, half a minute on two cores. 30 candidates of six families,
 * scatter from far below the random level to the top in each, trained with two seeds on a tenth of the data.
 */
export function demoSettings(demo: DemoChoices = {}): StudySettings {
  const { seed = searchDefaults.seed, engine = 'auto', backend = 'auto', margin, trainer } = demo;
  const training = {
    dataset: 'morse:examples=500/100/100',
    settings: trainingSettings({ epochs: 3, batchSize: 128, learningRate: 0.01 }),
    engine,
    backend,
    ...(trainer && { trainer }),
  };
  const choices = { candidates: 30, seeds: 2, seed, ...(margin !== undefined && { margin }) };
  const settings = unwrap(validationSettings(defineArchitecture(presets.morse), training, choices, 'demo'));
  return { ...settings, kind: 'demo' };
}
