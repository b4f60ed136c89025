import { fileURLToPath } from 'node:url';
import { shellWord } from '../../../src/base/shell-word.ts';

const fixtureTrainer = fileURLToPath(new URL('../../fixtures/trainers/trainer.mjs', import.meta.url));

/** The command of the trainer for tests. @param fault what it does wrong. @param file where it notes what happened */
export const fixtureCommand = (fault = 'none', file: string | null = null): string =>
  [
    ...(file === null ? [] : [`TRAINER_TEST_FILE=${shellWord(file)}`]),
    ...[process.execPath, fixtureTrainer, fault].map(shellWord),
  ].join(' ');
