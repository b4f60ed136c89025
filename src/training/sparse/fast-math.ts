import { type Failure, failure } from '../../base/failure.ts';
import { fastMathSupported } from './machine.ts';

/** Failure 'no-relaxed-simd' where this runtime has not what fast math is made of. */
export function fastMathFault(supported: boolean = fastMathSupported()): Failure | null {
  if (supported) return null;
  const message = `fast math needs WebAssembly's relaxed SIMD, which Node.js ${process.versions.node} does not have switched on`;
  return failure('no-relaxed-simd', message, 'Use Node.js 22 or newer, or leave --fast-math out.');
}
