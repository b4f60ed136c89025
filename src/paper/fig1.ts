import type { FigurePart, PaperPlot, TrainedFigure } from './figure.ts';
import { judgeBetter, judgeNoLoss } from './judge-claim.ts';
import { accuracyPoint, type NamedNetworks, networksByName, pointsClaim } from './named-networks.ts';
import type { PaperClaim } from './paper-claim.ts';
import type { PaperScale } from './scale.ts';
import {
  densityOf,
  type FigureNetwork,
  figureArchitecture,
  type TrainedNetwork,
  type TrainingMeasure,
  testAccuracy,
  validationAfter,
} from './trained-network.ts';

interface Depth {
  readonly name: string;
  readonly part: string;
  readonly layers: readonly number[];
  /** sparsest first, the last fully connected */
  readonly fanOuts: readonly (readonly number[])[];
  readonly usedOutputs?: number;
  readonly network?: string;
}

interface Networks {
  readonly dataset: string;
  readonly epochs: number;
  readonly depths: readonly Depth[];
}

const cifar: readonly Depth[] = [
  {
    ...{ name: 'conv+2CLs', part: '2cl', layers: [4096, 512, 16], usedOutputs: 10, network: 'cifar10-2cl' },
    fanOuts: [
      [1, 1],
      [1, 8],
      [8, 16],
      [512, 16],
    ],
  },
  {
    ...{ name: 'conv+3CLs', part: '3cl', layers: [4096, 512, 256, 16], usedOutputs: 10, network: 'cifar10-3cl' },
    fanOuts: [
      [1, 1, 1],
      [1, 1, 8],
      [8, 8, 16],
      [512, 256, 16],
    ],
  },
];

const networksAt: Readonly<Record<PaperScale, Networks>> = {
  smoke: {
    ...{ dataset: 'morse-2017:examples=6/2/4', epochs: 2 },
    depths: [
      {
        name: '2 CLs',
        part: '2cl',
        layers: [64, 128, 64],
        fanOuts: [
          [2, 1],
          [128, 64],
        ],
      },
      {
        name: '3 CLs',
        part: '3cl',
        layers: [64, 128, 128, 64],
        fanOuts: [
          [2, 1, 1],
          [128, 128, 64],
        ],
      },
    ],
  },
  small: { dataset: 'cifar-10:train=2000,validation=1000,test=2000', epochs: 15, depths: cifar },
  paper: { dataset: 'cifar-10', epochs: 30, depths: cifar },
};

/** The front is trained with the fully connected network, for as many epochs as this, and shared. */
const FRONT_EPOCHS = 5;

const nameOf = (depth: Depth, fanOuts: readonly number[]) => `${depth.name}: ${fanOuts.join(',')}`;

function networks(scale: PaperScale): FigureNetwork[] {
  const { dataset, epochs, depths } = networksAt[scale];
  const front = scale === 'smoke' ? {} : { front: 'cifar-conv' as const };
  const frozen = { freezeFront: { trainedWith: 'dense' as const, epochs: FRONT_EPOCHS, seed: 1 } };
  return depths.flatMap((depth) =>
    depth.fanOuts.map((fanOuts) => ({
      name: nameOf(depth, fanOuts),
      parts: [depth.part],
      request: {
        architecture: figureArchitecture({ ...depth, fanOuts }),
        ...{ dataset, settings: { epochs }, ...front, ...(scale === 'small' ? frozen : {}) },
        ...(depth.network === undefined ? {} : { network: depth.network }),
      },
    })),
  );
}

function plots(depth: Depth, { find }: NamedNetworks, epochs: number): PaperPlot[] {
  const own = depth.fanOuts.flatMap((fanOuts) => find(nameOf(depth, fanOuts)));
  const density = (network: TrainedNetwork) => `${Number(densityOf(network).toPrecision(2))} %`;
  const curves = Array.from({ length: epochs }, (_, index) => index + 1).flatMap((epoch) =>
    own.flatMap((network) => accuracyPoint(density(network), epoch, network, validationAfter(epoch))),
  );
  const marks = [1, 5, epochs].filter((epoch, index, all) => epoch <= epochs && all.indexOf(epoch) === index);
  const byDensity = marks.flatMap((epoch) =>
    own.flatMap((network) =>
      accuracyPoint(`after epoch ${epoch}`, densityOf(network), network, validationAfter(epoch)),
    ),
  );
  const y = 'validation accuracy, %';
  return [
    { title: `Figure 1: ${depth.name}, by epoch`, x: 'epoch', y, scale: 'numbers', joined: true, points: curves },
    {
      title: `Figure 1: ${depth.name}, by density`,
      x: 'density of the connected layers, %',
      y,
      scale: 'ratios',
      joined: true,
      points: byDensity,
    },
  ];
}

function claims(depth: Depth, named: NamedNetworks): PaperClaim[] {
  const [sparsest, dense] = [depth.fanOuts[0], depth.fanOuts[depth.fanOuts.length - 1]].map((each) =>
    nameOf(depth, each),
  );
  const claim = (text: string, measure: TrainingMeasure, judge: typeof judgeBetter) =>
    pointsClaim(text, `${sparsest} less ${dense}`, judge(named.difference(sparsest, dense, measure)));
  return [
    claim(
      `CIFAR10 ${depth.name}: negligible degradation at the lowest density, 0.22 % (fig. 1c)`,
      testAccuracy,
      judgeNoLoss,
    ),
    claim(
      `CIFAR10 ${depth.name}: sparse layers start training quicker, more accurate after 1 epoch (fig. 1c)`,
      validationAfter(1),
      judgeBetter,
    ),
  ];
}

const part = (name: string): FigurePart => ({
  name,
  findings: (trained, scale) => {
    const named = networksByName(trained);
    const { depths, epochs } = networksAt[scale];
    const own = depths.filter((depth) => depth.part === name);
    return {
      claims: own.flatMap((depth) => claims(depth, named)),
      plots: own.flatMap((depth) => plots(depth, named, epochs)),
    };
  },
});

/** Figure 1 of Dey et al.: CIFAR by density and epochs, with two and three connected layers. */
export const fig1: TrainedFigure = {
  parts: [part('2cl'), part('3cl')],
  networks,
  notes: (scale) =>
    ({
      smoke: ['Morse and small networks stand in for CIFAR: nothing is downloaded.'],
      small: [
        'CIFAR-10: 2000 training examples of 50000. CIFAR-100 is left out: it is not among the data sets that can be fetched.',
        `Convolutional layers are trained for ${FRONT_EPOCHS} epochs with the fully connected network and then frozen and shared; the connected layers are trained for 15 epochs on what they give. In the paper both are trained together, for 30, so that the claim about quicker starts is about another training here.`,
      ],
      paper: ['CIFAR-100 is left out: it is not among the data sets that can be fetched.'],
    })[scale],
};
