import type { FigurePart, TrainedFigure } from './figure.ts';
import { judgeAbout, judgeBetter, judgeLoss, judgeNoLoss } from './judge-claim.ts';
import { accuracyPoint, networksByName, pointsClaim } from './named-networks.ts';
import type { PaperClaim } from './paper-claim.ts';
import type { PaperScale } from './scale.ts';
import {
  accuracyOf,
  densityOf,
  type FigureNetwork,
  figureArchitecture,
  type TrainedNetwork,
} from './trained-network.ts';

/** 64-1024-64, as in the paper: it is small enough for every scale. */
const layers = [64, 1024, 64];

const data: Readonly<
  Record<PaperScale, { readonly dataset: string; readonly epochs: number; readonly batchSize?: number }>
> = {
  smoke: { dataset: 'morse-2017:examples=6/2/4', epochs: 2 },
  small: { dataset: 'morse-2017:examples=100/20/100', epochs: 15, batchSize: 32 },
  // The 2017 version is the one of the paper's time.
  paper: { dataset: 'morse-2017', epochs: 30 },
};

/** Equal densities, for (a). */
const equal: Readonly<Record<PaperScale, readonly (readonly [number, number])[]>> = {
  smoke: [
    [1024, 64],
    [512, 32],
    [128, 8],
  ],
  small: [
    [1024, 64],
    [768, 48],
    [512, 32],
    [256, 16],
    [128, 8],
    [64, 4],
  ],
  paper: [
    [1024, 64],
    [768, 48],
    [512, 32],
    [384, 24],
    [256, 16],
    [128, 8],
    [64, 4],
    [32, 2],
  ],
};

/** Splits of 25 % and of 50 %: the bare minimum of junction 1, denser later, equal, denser earlier, the bare minimum of junction 2. */
const splits: readonly { readonly overall: number; readonly fanOuts: readonly (readonly [number, number])[] }[] = [
  {
    overall: 25,
    fanOuts: [
      [16, 31],
      [64, 28],
      [128, 24],
      [192, 20],
      [256, 16],
      [384, 8],
      [496, 1],
    ],
  },
  {
    overall: 50,
    fanOuts: [
      [16, 63],
      [128, 56],
      [256, 48],
      [384, 40],
      [512, 32],
      [768, 16],
      [1008, 1],
    ],
  },
];

const key = (fanOuts: readonly number[]) => fanOuts.join(',');

/** Those that a claim speaks of. */
const claimed = new Set(['16,31', '128,24', '256,16', '496,1', '16,63', '256,48', '512,32', '1008,1'].map(String));

function networks(scale: PaperScale): FigureNetwork[] {
  const { dataset, ...settings } = data[scale];
  const split = splits.flatMap(({ fanOuts }) => fanOuts).filter((each) => scale !== 'smoke' || claimed.has(key(each)));
  const all = new Map([...equal[scale], ...split].map((fanOuts) => [key(fanOuts), fanOuts]));
  const has = (list: readonly (readonly number[])[], name: string) => list.some((each) => key(each) === name);
  return [...all].map(([name, fanOuts]) => ({
    name,
    parts: [
      ...(has(equal[scale], name) ? ['equal'] : []),
      ...splits.flatMap((each) => (has(each.fanOuts, name) ? [`split-${each.overall}`] : [])),
    ],
    request: { architecture: figureArchitecture({ layers, fanOuts }), dataset, network: 'morse', settings },
  }));
}

/** Per cent of junction 1's connections. */
const firstDensity = ({ request }: FigureNetwork) => (100 * request.architecture.fanOuts[0]) / layers[1];

const y = 'test accuracy, %';

const points = (trained: readonly TrainedNetwork[], x: (network: FigureNetwork) => number) =>
  trained.flatMap((network) => accuracyPoint('Morse', x(network), network));

/** Printed accuracies are of the paper's amount of data: at another scale only their order can be held against it. */
const absolute = (found: ReturnType<typeof judgeAbout>, scale: PaperScale) =>
  scale === 'paper'
    ? found
    : { ...found, holds: null, note: 'accuracies compare with printed ones at paper scale alone' };

/** What was judged in per cent, as a share. */
function asShare(found: ReturnType<typeof judgeAbout>): ReturnType<typeof judgeAbout> {
  const share = (percent: number | null) => (percent === null ? null : percent / 100);
  return { ...found, measured: share(found.measured), low: share(found.low), high: share(found.high) };
}

const equalPart: FigurePart = {
  name: 'equal',
  findings: (trained, scale) => {
    const { difference, find } = networksByName(trained);
    const own = equal[scale].flatMap((each) => find(key(each)));
    const axes = { x: 'density, %', y, scale: 'ratios', joined: true } as const;
    return {
      claims: [
        pointsClaim(
          'Morse: 50 % density has negligible degradation in accuracy (fig. 3a)',
          '50 % dense less dense',
          judgeNoLoss(difference('512,32', '1024,64')),
        ),
        pointsClaim(
          'Morse: performance degrades quickly as connections are removed (fig. 3a)',
          '12.5 % dense less dense',
          judgeLoss(difference('128,8', '1024,64')),
        ),
      ],
      plots: [{ ...axes, title: 'Figure 3(a): both junctions equally dense', points: points(own, densityOf) }],
    };
  },
};

/** What the paper says of a split: which beats equal densities, and the extremes of appendix 5.1. */
interface SplitClaims {
  readonly better: readonly [claim: string, what: string, fanOuts: string, equal: string];
  /** fan-outs of junction 1 at its bare minimum, and of junction 2, with the accuracies that are printed, % */
  readonly bare: readonly [first: string, printed: number, second: string, printed: number];
}

const splitClaims: Readonly<Record<number, SplitClaims>> = {
  25: {
    better: [
      '25 % overall: junction 2 denser than junction 1 is better than equal (fig. 3b)',
      '12.5 %, 37.5 % less 25 %, 25 %',
      '128,24',
      '256,16',
    ],
    bare: ['16,31', 36, '496,1', 67],
  },
  50: {
    better: [
      '50 % overall: 25 % before 75 % is better than 50 %, 50 % (fig. 3c)',
      '25 %, 75 % less 50 %, 50 %',
      '256,48',
      '512,32',
    ],
    bare: ['16,63', 36, '1008,1', 75],
  },
};

const splitPart = ({ overall, fanOuts }: (typeof splits)[number], letter: string): FigurePart => ({
  name: `split-${overall}`,
  findings: (trained, scale) => {
    const { difference, find } = networksByName(trained);
    const [better, what, own, alike] = splitClaims[overall].better;
    const [first, firstPrinted, second, secondPrinted] = splitClaims[overall].bare;
    const extreme = (text: string, name: string, printed: number): PaperClaim => {
      const [accuracy = null] = find(name).map((network) => accuracyOf(network));
      return {
        ...{ claim: `${overall} % overall, ${text} (appendix 5.1)`, what: `test accuracy of fan-outs ${name}` },
        ...{ unit: 'share', printed: String(printed) },
        ...asShare(absolute(judgeAbout(accuracy, printed, 5), scale)),
      };
    };
    const drawn = fanOuts.flatMap((each) => find(key(each)));
    const axes = { x: 'density of junction 1, %', y, scale: 'numbers', joined: true } as const;
    const title = `Figure 3(${letter}): ${overall} % overall, split between the junctions (equal at ${overall})`;
    return {
      claims: [
        pointsClaim(better, what, judgeBetter(difference(own, alike))),
        pointsClaim(
          `${overall} % overall: junction 1 at its bare minimum costs more than junction 2 at its own (appendix 5.1)`,
          'junction 2 bare less junction 1 bare',
          judgeBetter(difference(second, first)),
        ),
        extreme(`junction 1 bare: about ${firstPrinted} %`, first, firstPrinted),
        extreme(`junction 2 bare: ${secondPrinted} %`, second, secondPrinted),
      ],
      plots: [{ ...axes, title, points: points(drawn, firstDensity) }],
    };
  },
});

/** Figure 3 of Dey et al. with the extremes of appendix 5.1: Morse by density, and by its split between the junctions. */
export const fig3: TrainedFigure = {
  parts: [equalPart, ...splits.map((split, index) => splitPart(split, 'bc'[index]))],
  networks,
  notes: (scale) =>
    ({
      smoke: ['A few examples and two epochs stand in for what the paper trained.'],
      small: [
        `Data: ${data.small.dataset}, the version of the paper’s time; the paper has 5000 training examples of each class. 15 epochs in batches of 32, not 30 in batches of 256: with so few examples those would be a fiftieth of the paper’s steps.`,
      ],
      paper: ['Data: the 2017 version of Morse (σ = 1, rounded), which is of the paper’s time.'],
    })[scale],
};
