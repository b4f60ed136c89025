import { junctionProxy } from './proxy.ts';
import { junctionSpectrum } from './spectrum.ts';

/** 1 − λ2/λ1: how fast what differs between neurons is mixed, against what is common to all. */
export const spectralGap = junctionProxy(
  {
    name: 'spectral-gap',
    summary: 'relative spectral gap 1 − λ2/λ1, in the worst junction',
    source:
      'Expanders as layers: Prabhu et al. 2018 (arXiv 1711.08757); the gap λ1 − λ2 divided by λ1, so that junctions can be compared',
    better: 'higher',
    unit: 'fraction in [0, 1]; 1: λ2 = 0 (dense); 0: a junction of unconnected parts',
    cost: '2 additions per edge and Lanczos step (tens to a hundred); λ2 to 1e-9 of λ1',
    invariant: true,
  },
  (sources, size) => {
    const { gap, lambda1 } = junctionSpectrum(sources, size);
    return gap / lambda1;
  },
);
