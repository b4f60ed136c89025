import type { Findings, PaperPlot, TrainedFigure } from './figure.ts';
import { judgeAbout, judgeBetter, judgeLoss, judgeNoLoss } from './judge-claim.ts';
import { accuracyPoint, type NamedNetworks, networksByName, pointsClaim } from './named-networks.ts';
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

const points = (trained: readonly TrainedNetwork[], x: (network: FigureNetwork) => number) =>
  trained.flatMap((network) => accuracyPoint('Morse', x(network), network));

function plots({ find }: NamedNetworks, scale: PaperScale): PaperPlot[] {
  const y = 'test accuracy, %';
  const splitPlots = splits.map(({ overall, fanOuts }, index): PaperPlot => {
    const title = `Figure 3(${'bc'[index]}): ${overall} % overall, split between the junctions (equal at ${overall})`;
    const own = fanOuts.flatMap((each) => find(key(each)));
    return {
      title,
      x: 'density of junction 1, %',
      y,
      scale: 'numbers',
      joined: true,
      points: points(own, firstDensity),
    };
  });
  const own = equal[scale].flatMap((each) => find(key(each)));
  const density = { title: 'Figure 3(a): both junctions equally dense', x: 'density, %', y } as const;
  return [{ ...density, scale: 'ratios', joined: true, points: points(own, densityOf) }, ...splitPlots];
}

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

function findings(trained: readonly TrainedNetwork[], scale: PaperScale): Findings {
  const named = networksByName(trained);
  const { difference } = named;
  const extreme = (text: string, name: string, printed: number): PaperClaim => {
    const [accuracy = null] = named.find(name).map((network) => accuracyOf(network));
    return {
      ...{ claim: text, what: `test accuracy of fan-outs ${name}`, unit: 'share', printed: String(printed) },
      ...asShare(absolute(judgeAbout(accuracy, printed, 5), scale)),
    };
  };
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
      pointsClaim(
        '25 % overall: junction 2 denser than junction 1 is better than equal (fig. 3b)',
        '12.5 %, 37.5 % less 25 %, 25 %',
        judgeBetter(difference('128,24', '256,16')),
      ),
      pointsClaim(
        '50 % overall: 25 % before 75 % is better than 50 %, 50 % (fig. 3c)',
        '25 %, 75 % less 50 %, 50 %',
        judgeBetter(difference('256,48', '512,32')),
      ),
      pointsClaim(
        '25 % overall: junction 1 at its bare minimum costs more than junction 2 at its own (appendix 5.1)',
        'junction 2 bare less junction 1 bare',
        judgeBetter(difference('496,1', '16,31')),
      ),
      pointsClaim(
        '50 % overall: junction 1 at its bare minimum costs more than junction 2 at its own (appendix 5.1)',
        'junction 2 bare less junction 1 bare',
        judgeBetter(difference('1008,1', '16,63')),
      ),
      extreme('25 % overall, junction 1 bare: about 36 % (appendix 5.1)', '16,31', 36),
      extreme('25 % overall, junction 2 bare: 67 % (appendix 5.1)', '496,1', 67),
      extreme('50 % overall, junction 1 bare: about 36 % (appendix 5.1)', '16,63', 36),
      extreme('50 % overall, junction 2 bare: 75 % (appendix 5.1)', '1008,1', 75),
    ],
    plots: plots(named, scale),
  };
}

/** Figure 3 of Dey et al. with the extremes of appendix 5.1: Morse by density, and by its split between the junctions. */
export const fig3: TrainedFigure = {
  parts: ['equal', 'split-25', 'split-50'],
  networks,
  findings,
  notes: (scale) =>
    scale === 'paper'
      ? ['Data: the 2017 version of Morse (σ = 1, rounded), which is of the paper’s time.']
      : [
          `Data: ${data[scale].dataset}, the version of the paper’s time; the paper has 5000 training examples of each class. 15 epochs in batches of 32, not 30 in batches of 256: with so few examples those would be a fiftieth of the paper’s steps.`,
        ],
};
