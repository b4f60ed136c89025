import { Option } from 'commander';
import { validationDefaults } from '../study/validation-defaults.ts';
import { positiveNumber } from './parse.ts';

/** The margin of what is a validation. */
export const marginOption = (): Option =>
  new Option(
    '--margin <points>',
    `accuracy points, or the unit of what a trainer of your own measures: a gain within ±margin is worth nothing (default: ${validationDefaults.margin} points; none of another score)`,
  ).argParser(positiveNumber);
