import type { FigurePart, TrainedFigure } from './figure.ts';
import { judgeBetter, judgeLoss, judgeNoLoss } from './judge-claim.ts';
import { accuracyPoint, type NamedNetworks, networksByName, pointsClaim } from './named-networks.ts';
import type { PaperClaim } from './paper-claim.ts';
import type { PaperScale } from './scale.ts';
import { densityOf, type FigureNetwork, figureArchitecture, type TrainedNetwork } from './trained-network.ts';

/** A family of networks of (c): one number of hidden neurons, sparsest first, the last fully connected. */
interface HiddenFamily {
  readonly hidden: number;
  readonly fanOuts: readonly (readonly [number, number])[];
}

interface Networks {
  readonly dataset: string;
  /** of (c), and of (a) and (b) */
  readonly epochs: { readonly connected: number; readonly conv: number };
  readonly inputs: number;
  readonly outputs: number;
  readonly families: readonly HiddenFamily[];
  /** those of equal parameters, most hidden neurons first */
  readonly alike: readonly string[];
  /** half of the connections of the largest */
  readonly half: string;
  readonly conv: { readonly layers: readonly number[]; readonly fanOuts: readonly (readonly [number, number])[] };
}

/** Fan-outs whose numbers of parameters are within 2 % of those of 28 hidden neurons, fully connected: 22232. */
const families: readonly HiddenFamily[] = [
  {
    hidden: 224,
    fanOuts: [
      [4, 10],
      [26, 10],
      [56, 10],
      [112, 5],
      [224, 10],
    ],
  },
  {
    hidden: 112,
    fanOuts: [
      [27, 10],
      [56, 10],
      [112, 10],
    ],
  },
  {
    hidden: 56,
    fanOuts: [
      [28, 10],
      [56, 10],
    ],
  },
  { hidden: 28, fanOuts: [[28, 10]] },
];

const mnist = {
  ...{ inputs: 784, outputs: 10, families, half: '224: 112,5' },
  alike: ['224: 26,10', '112: 27,10', '56: 28,10', '28: 28,10'],
  conv: {
    layers: [3136, 784, 10],
    fanOuts: [
      [1, 5],
      [4, 10],
      [16, 10],
      [784, 10],
    ],
  },
} as const;

const networksAt: Readonly<Record<PaperScale, Networks>> = {
  // Nothing is downloaded: Morse and small networks stand in.
  smoke: {
    ...{ dataset: 'morse-2017:examples=6/2/4', epochs: { connected: 2, conv: 2 }, inputs: 64, outputs: 64 },
    families: [
      {
        hidden: 32,
        fanOuts: [
          [2, 4],
          [4, 8],
          [16, 32],
          [32, 64],
        ],
      },
      { hidden: 16, fanOuts: [[4, 16]] },
      { hidden: 8, fanOuts: [[4, 32]] },
      { hidden: 4, fanOuts: [[4, 64]] },
    ],
    alike: ['32: 4,8', '16: 4,16', '8: 4,32', '4: 4,64'],
    half: '32: 16,32',
    conv: {
      layers: [64, 128, 64],
      fanOuts: [
        [2, 1],
        [8, 8],
        [32, 32],
        [128, 64],
      ],
    },
  },
  small: { ...mnist, dataset: 'mnist:train=5000,validation=1000,test=10000', epochs: { connected: 30, conv: 10 } },
  paper: { ...mnist, dataset: 'mnist', epochs: { connected: 100, conv: 30 } },
};

/** The front is trained with the fully connected network, for as many epochs as this, and shared. */
const FRONT_EPOCHS = 3;

const connectedName = (hidden: number, fanOuts: readonly number[]) => `${hidden}: ${fanOuts.join(',')}`;
const convName = (fanOuts: readonly number[]) => `conv: ${fanOuts.join(',')}`;

function convRequest(scale: PaperScale) {
  const { dataset, epochs } = networksAt[scale];
  const settings = { epochs: epochs.conv };
  if (scale === 'smoke') return { dataset, settings };
  const own = { dataset, settings, network: 'mnist-conv', front: 'mnist-conv' } as const;
  return scale === 'paper'
    ? own
    : { ...own, freezeFront: { trainedWith: 'dense' as const, epochs: FRONT_EPOCHS, seed: 1 } };
}

function networks(scale: PaperScale): FigureNetwork[] {
  const { dataset, epochs, inputs, outputs, families: own, conv } = networksAt[scale];
  const network = scale === 'smoke' ? {} : { network: 'mnist-cl' };
  const connected = own.flatMap(({ hidden, fanOuts }) =>
    fanOuts.map((each) => ({
      name: connectedName(hidden, each),
      parts: ['cl'],
      request: {
        architecture: figureArchitecture({ layers: [inputs, hidden, outputs], fanOuts: each }),
        ...{ dataset, ...network, settings: { epochs: epochs.connected } },
      },
    })),
  );
  const convolutional = conv.fanOuts.map((each) => ({
    name: convName(each),
    parts: ['conv'],
    request: { architecture: figureArchitecture({ layers: conv.layers, fanOuts: each }), ...convRequest(scale) },
  }));
  return [...connected, ...convolutional];
}

const point = (series: string, network: TrainedNetwork) => accuracyPoint(series, densityOf(network), network);

const axes = {
  x: 'density of the connected layers, %',
  y: 'test accuracy, %',
  scale: 'ratios',
  joined: true,
} as const;

/** What judges the difference of two networks, by their names. */
const claimAbout =
  (named: NamedNetworks) =>
  (text: string, names: readonly [string, string], judge: typeof judgeBetter): PaperClaim =>
    pointsClaim(text, `${names[0]} less ${names[1]}`, judge(named.difference(...names)));

const convolutional: FigurePart = {
  name: 'conv',
  findings: (trained, scale) => {
    const named = networksByName(trained);
    const claim = claimAbout(named);
    const names = networksAt[scale].conv.fanOuts.map(convName);
    const [sparsest, , kept, dense] = names;
    const points = names.flatMap((name) => named.find(name).flatMap((network) => point('conv', network)));
    return {
      claims: [
        claim(
          'MNIST conv: connected layers 2.35 % dense still match fully connected ones (fig. 2a)',
          [kept, dense],
          judgeNoLoss,
        ),
        claim('MNIST conv: performance degrades at the sparsest, 0.29 % (fig. 2a)', [sparsest, dense], judgeLoss),
      ],
      plots: [{ ...axes, title: 'Figure 2(a), (b): convolutional layers before two junctions', points }],
    };
  },
  notes: (scale) =>
    scale === 'small'
      ? [
          `Convolutional layers are trained for ${FRONT_EPOCHS} epochs with the fully connected network and then frozen and shared; the connected layers are trained for 10 epochs on what they give. In the paper both are trained together, for 30.`,
        ]
      : [],
};

const connected: FigurePart = {
  name: 'cl',
  findings: (trained, scale) => {
    const { alike, half, families: own } = networksAt[scale];
    const named = networksByName(trained);
    const claim = claimAbout(named);
    const largest = own[0];
    const full = connectedName(largest.hidden, largest.fanOuts[largest.fanOuts.length - 1]);
    const steps = alike
      .slice(1)
      .map((name, index) =>
        claim(
          `Large sparse layers beat small dense ones of as many parameters: ${alike[index]} beats ${name} (fig. 2c)`,
          [alike[index], name],
          judgeBetter,
        ),
      );
    const points = own.flatMap(({ hidden, fanOuts }) =>
      fanOuts.flatMap((each) =>
        named.find(connectedName(hidden, each)).flatMap((network) => point(`${hidden} hidden neurons`, network)),
      ),
    );
    return {
      claims: [
        claim(
          'MNIST CL: half the parameters can be dropped without appreciable degradation (fig. 2c)',
          [half, full],
          judgeNoLoss,
        ),
        claim(
          'MNIST CL: performance drops at higher densities than with convolutional layers: 3 % loses (fig. 2c)',
          [connectedName(largest.hidden, largest.fanOuts[0]), full],
          judgeLoss,
        ),
        ...steps,
        claim(
          'The largest of equal parameters beats the smallest (fig. 2c)',
          [alike[0], alike[alike.length - 1]],
          judgeBetter,
        ),
      ],
      plots: [{ ...axes, title: 'Figure 2(c): connected layers only', points }],
    };
  },
  notes: (scale) => (scale === 'small' ? ['30 epochs for the connected networks, the paper has 100.'] : []),
};

/** Figure 2 of Dey et al.: MNIST by density, with convolutional layers and without, and by the number of hidden neurons. */
export const fig2: TrainedFigure = {
  parts: [convolutional, connected],
  networks,
  notes: (scale) =>
    ({
      smoke: ['Morse and small networks stand in for MNIST: nothing is downloaded.'],
      small: ['MNIST: 5000 training examples of 60000.'],
      paper: [],
    })[scale],
};
