import { junctionProxy } from './proxy.ts';
import { junctionSpectrum } from './spectrum.ts';

/**
 * λ2 beyond the bound that big biregular graphs cannot stay far below (Feng & Li 1996): at most 0 is Ramanujan. Where degrees are balanced
 * the mean fan-out stands in the bound. Hoory (2005, doi 10.1016/j.jctb.2004.06.001) has such a bound by mean degrees, for graphs in
 * general; that of the two sides is our reading, and no theorem here. Patterns of one network are compared with one number either way.
 */
export const ramanujanDeficit = junctionProxy(
  {
    name: 'ramanujan-deficit',
    summary: 'λ2 − √(fi−1) − √(fo−1), in the worst junction; at most 0: Ramanujan',
    source:
      'Ramanujan graphs as layers: Vooturi et al. 2020 (arXiv 2006.13486); bound for biregular graphs: Feng & Li 1996 (J. Number Theory 60); with balanced degrees the mean fan-out stands in it',
    better: 'lower',
    unit: 'singular value, from −√(fi−1) − √(fo−1) to √(fi·fo) − √(fi−1) − √(fo−1)',
    cost: '2 additions per edge and Lanczos step (tens to a hundred); λ2 to 1e-9 of λ1',
    invariant: true,
  },
  (sources, size) => junctionSpectrum(sources, size).deficit,
);
