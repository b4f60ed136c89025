import type { ArchitectureRequest } from './architecture.ts';

/** Connected layers of the networks of Dey et al., with the fan-outs used when none are given. */
export const presets: Readonly<Record<string, ArchitectureRequest & { readonly summary: string }>> = {
  morse: { layers: [64, 1024, 64], fanOuts: [128, 8], summary: 'Morse symbols' },
  'mnist-cl': { layers: [784, 224, 10], fanOuts: [4, 10], summary: 'MNIST, connected layers only' },
  'mnist-single': {
    layers: [1024, 16],
    fanOuts: [4],
    usedInputs: 784,
    usedOutputs: 10,
    summary: 'MNIST, one junction, padded',
  },
  'mnist-conv': { layers: [3136, 784, 10], fanOuts: [16, 10], summary: 'MNIST, after the convolutional layers' },
  'cifar10-2cl': {
    layers: [4096, 512, 16],
    fanOuts: [1, 1],
    usedOutputs: 10,
    summary: 'CIFAR-10, after the convolutional layers',
  },
  'cifar10-3cl': {
    layers: [4096, 512, 256, 16],
    fanOuts: [1, 1, 1],
    usedOutputs: 10,
    summary: 'CIFAR-10, three junctions',
  },
  'cifar100-2cl': {
    layers: [4096, 512, 128],
    fanOuts: [1, 8],
    usedOutputs: 100,
    summary: 'CIFAR-100, after the convolutional layers',
  },
  'cifar100-3cl': {
    layers: [4096, 512, 256, 128],
    fanOuts: [1, 1, 16],
    usedOutputs: 100,
    summary: 'CIFAR-100, three junctions',
  },
};
