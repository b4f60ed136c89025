/** Networks that people train, by their fully connected layers. */
export interface RealNet {
  readonly layers: readonly number[];
  /** where it is from */
  readonly from: string;
}

const net = (from: string, ...layers: number[]): RealNet => ({ layers, from });

export const realNets: readonly RealNet[] = [
  net('iris', 4, 16, 3),
  net('diabetes, tabular', 8, 32, 16, 1),
  net('breast cancer, tabular', 30, 64, 32, 2),
  net('forest cover, tabular', 54, 128, 7),
  net('housing, tabular', 13, 512, 256, 64, 1),
  net('Morse', 64, 1024, 64),
  net('LeNet-300-100', 784, 300, 100, 10),
  net('LeNet-5, its dense layers', 400, 120, 84, 10),
  net('MNIST, one hidden layer of 100', 784, 100, 10),
  net('MNIST, one hidden layer of 1000', 784, 1000, 10),
  net('MNIST, two hidden layers of 512', 784, 512, 512, 10),
  net('MNIST, deep autoencoder', 784, 1000, 500, 250, 30, 250, 500, 1000, 784),
  net('CIFAR-10, one hidden layer', 3072, 1024, 10),
  net('CIFAR-10, sparse evolutionary training', 3072, 4000, 1000, 4000, 10),
  net('MobileNetV2 head', 1280, 1000),
  net('ResNet-50 head', 2048, 1000),
  net('recommender tower', 1024, 1024, 1024, 1024, 1024, 1024),
  net('transformer block of 512', 512, 2048, 512),
  net('GPT-2 block', 768, 3072, 768),
  net('LLaMA block', 4096, 11008, 4096),
  net('AlexNet, its dense layers', 9216, 4096, 4096, 1000),
  net('VGG-16, its dense layers', 25088, 4096, 4096, 1000),
];

export const densities: readonly number[] = [0.5, 0.25, 0.1, 0.05, 0.01];
