import { constraintsRefusal } from '../../strategies/constraints/constrained-problem.ts';
import type { Architecture } from '../pattern/architecture.ts';
import type { Constraints } from '../pattern/constraints/constraints.ts';

/**
 * Why a study under these constraints is refused, in words: no pattern of the architecture can keep them, or none was found. Null
 * where some pattern keeps them. @throws RangeError for constraints that do not fit the architecture
 */
export const refusalOfConstraints = (architecture: Architecture, constraints: Constraints): string | null =>
  constraintsRefusal({ architecture, constraints });
