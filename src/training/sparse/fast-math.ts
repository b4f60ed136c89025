import { type Failure, failure } from '../../base/failure.ts';
import { relaxedSimdSupported } from './machine.ts';
import { chosenKernels } from './native-kernels.ts';

/** Whether the kernels that run here can fuse a product with its sum. */
export function fastMathSupported(): boolean {
  const choice = chosenKernels();
  return (choice.ok && choice.value.addon !== null) || relaxedSimdSupported();
}

/** Failure 'no-relaxed-simd' where this runtime has not what fast math is made of. */
export function fastMathFault(supported: boolean = fastMathSupported()): Failure | null {
  if (supported) return null;
  const forced = process.env.SCATTERSHOT_KERNELS === 'wasm';
  const lack = forced ? 'which SCATTERSHOT_KERNELS=wasm leaves out' : 'which are not built here';
  const message = `fast math needs native kernels, ${lack}, or WebAssembly's relaxed SIMD, which Node.js ${process.versions.node} does not have switched on`;
  const native = forced ? 'Leave SCATTERSHOT_KERNELS out' : 'Build the native kernels (see: scattershot doctor)';
  const nextStep = `${native}, use Node.js 22 or newer, or leave --fast-math out.`;
  return failure('no-relaxed-simd', message, nextStep);
}
