import { defineFunction, type FunctionCode, f32x4, i32, v128 } from '../../../base/wasm/assembler.ts';
import { adam } from '../../settings.ts';
import type { ParameterArrays } from '../layout.ts';
import { flushed, loopBelow, VECTOR_BYTES } from './arithmetic.ts';

/** Optimiser state below this is 0: far too little to move a weight, and slow to compute with. */
const TINY = 1e-30;

/**
 * adam(from, to, rate, twiceL2): one step over the parameters from byte `from` to byte `to` of each array.
 * g = gradient + 2λw; m = β1·m + (1 − β1)·g; v = β2·v + (1 − β2)·g²; w −= rate·m/(√v + ε), with Keras's ε, outside the bias
 * correction, which is part of `rate` (Kingma & Ba 2015, end of section 2).
 */
export function adamKernel(at: ParameterArrays): FunctionCode {
  return defineFunction('adam', ['i32', 'i32', 'f32', 'f32'], ([place, to, rate, twiceL2], local) => {
    const [w, g, m, v, rates, decays] = Array.from({ length: 6 }, () => local('v128'));
    const mixed = (old: number, share: number, news: typeof g.get) =>
      f32x4.add(
        f32x4.multiply(f32x4.const(share), v128.load(place.get, old)),
        f32x4.multiply(f32x4.const(1 - share), news),
      );
    return [
      rates.set(f32x4.splat(rate.get)),
      decays.set(f32x4.splat(twiceL2.get)),
      loopBelow(place, to.get, [
        w.set(v128.load(place.get, at.values)),
        g.set(f32x4.add(v128.load(place.get, at.gradients), f32x4.multiply(decays.get, w.get))),
        m.set(mixed(at.first, adam.beta1, g.get)),
        m.set(flushed(m, TINY)),
        v.set(mixed(at.second, adam.beta2, f32x4.multiply(g.get, g.get))),
        v.set(flushed(v, TINY)),
        v128.store(place.get, m.get, at.first),
        v128.store(place.get, v.get, at.second),
        g.set(f32x4.add(f32x4.sqrt(v.get), f32x4.const(adam.epsilon))),
        v128.store(place.get, f32x4.subtract(w.get, f32x4.divide(f32x4.multiply(rates.get, m.get), g.get)), at.values),
        place.increase(i32.const(VECTOR_BYTES)),
      ]),
    ];
  });
}

/**
 * sgd(from, to, rate, twiceL2, momentum): the same for SGD as in Keras: velocity = momentum·velocity − rate·g; w += velocity.
 */
export function sgdKernel(at: ParameterArrays): FunctionCode {
  return defineFunction('sgd', ['i32', 'i32', 'f32', 'f32', 'f32'], ([place, to, rate, twiceL2, momentum], local) => {
    const [w, g, velocity, rates, decays, momenta] = Array.from({ length: 6 }, () => local('v128'));
    return [
      rates.set(f32x4.splat(rate.get)),
      decays.set(f32x4.splat(twiceL2.get)),
      momenta.set(f32x4.splat(momentum.get)),
      loopBelow(place, to.get, [
        w.set(v128.load(place.get, at.values)),
        g.set(f32x4.add(v128.load(place.get, at.gradients), f32x4.multiply(decays.get, w.get))),
        velocity.set(
          f32x4.subtract(f32x4.multiply(momenta.get, v128.load(place.get, at.first)), f32x4.multiply(rates.get, g.get)),
        ),
        velocity.set(flushed(velocity, TINY)),
        v128.store(place.get, velocity.get, at.first),
        v128.store(place.get, f32x4.add(w.get, velocity.get), at.values),
        place.increase(i32.const(VECTOR_BYTES)),
      ]),
    ];
  });
}
