import type { FrontName, TrainingSettings } from './trainer.ts';

/** How one of the paper's networks is trained where nothing else is said. */
export interface PaperNetwork {
  /** what differs from, or is stressed against, `defaultTrainingSettings` */
  readonly training: Partial<TrainingSettings>;
  /** convolutional layers before the first junction; null: none */
  readonly front: FrontName | null;
  /** where that comes from, one sentence */
  readonly source: string;
}

/**
 * λ of the same authors' later public code for 800-100-10 with fan-out 50,10. The paper has L2 regularisation for its MNIST networks
 * and names no strength.
 */
const MNIST_L2 = 8e-5;

const mnistConnected: PaperNetwork = {
  training: { epochs: 100, optimizer: 'adam', l2: MNIST_L2 },
  front: null,
  source: 'Dey et al.: 100 epochs (fig. 2c), Adam, L2; the strength of L2 is that of the authors’ later code.',
};

const cifar: PaperNetwork = {
  training: { epochs: 30, optimizer: 'adam', l2: 0 },
  front: 'cifar-conv',
  source:
    'Dey et al.: 30 epochs (fig. 1), Adam, no augmentation; with L2, of a strength not told, results differed by about 1 %.',
};

/**
 * Hyperparameters of Dey et al. by the name of the network (`presets` in pattern/presets.ts, which has layers and fan-outs). What the
 * paper does not tell — batch size, learning rate and its decay, start of the biases — is as in `defaultTrainingSettings`.
 */
export const paperNetworks: Readonly<Record<string, PaperNetwork>> = {
  morse: {
    training: { epochs: 30, optimizer: 'sgd', learningRate: 1, l2: 0 },
    front: null,
    source:
      'Dey et al.: 30 epochs (fig. 3) of SGD, no L2; its rate is not told, ours is explained in docs/findings/training.md.',
  },
  'mnist-cl': mnistConnected,
  'mnist-single': mnistConnected,
  'mnist-conv': {
    training: { epochs: 30, optimizer: 'adam', l2: MNIST_L2 },
    front: 'mnist-conv',
    source: 'Dey et al.: 30 epochs (fig. 2a, b), Adam, L2; the strength of L2 is that of the authors’ later code.',
  },
  'cifar10-2cl': cifar,
  'cifar10-3cl': cifar,
  'cifar100-2cl': cifar,
  'cifar100-3cl': cifar,
};

/** The network of that name, or null: a name may also be a study's own. */
export const paperNetwork = (name: string | undefined): PaperNetwork | null =>
  name !== undefined && Object.hasOwn(paperNetworks, name) ? paperNetworks[name] : null;
