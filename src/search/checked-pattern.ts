import { InvalidValueError } from '../base/caller-errors.ts';
import { constraintFault } from '../pattern/constraints/fault.ts';
import { type Pattern, patternFault } from '../pattern/pattern.ts';
import type { Problem } from './strategy.ts';

/**
 * What a strategy made, as a pattern of the problem.
 * @throws RangeError for one of other degrees, or one that breaks a constraint
 */
export function checkedPattern(
  { junctions }: Pick<Pattern, 'junctions'>,
  { architecture, constraints }: Pick<Problem, 'architecture' | 'constraints'>,
): Pattern {
  const own = { layers: architecture.layers, fanOuts: architecture.fanOuts, junctions };
  const fault = patternFault(own);
  if (fault !== null) {
    throw new InvalidValueError(`expected a pattern of the problem's degrees; got one where ${fault.message}`);
  }
  const broken = constraints === undefined ? null : constraintFault(own, constraints);
  if (broken !== null) {
    throw new InvalidValueError(`expected a pattern that keeps the constraints; got one where ${broken.message}`);
  }
  return own;
}
