import { junctionSizes, overallDensity } from '../pattern/architecture.ts';
import { readsAs, roundedAs } from './as-printed.ts';
import type { PaperPlot } from './figure.ts';
import type { PaperClaim } from './paper-claim.ts';

/** A row of table 1, as it is printed; per cent. */
export interface Table1Row {
  readonly net: string;
  readonly layers: readonly number[];
  readonly fanOuts: readonly number[];
  readonly densities: readonly string[];
  readonly overall: string;
  /** why the printed numbers are not those that follow from the fan-outs; null where they are */
  readonly difference: string | null;
}

const row = (
  net: string,
  layers: readonly number[],
  fanOuts: readonly number[],
  densities: readonly string[],
  overall: string,
  difference: string | null = null,
): Table1Row => ({ net, layers, fanOuts, densities, overall, difference });

const cifar10 = [4096, 512, 16];
const cifar10Deep = [4096, 512, 256, 16];
const cifar100 = [4096, 512, 128];
const cifar100Deep = [4096, 512, 256, 128];
const mnistConv = [3136, 784, 10];
const mnist = [784, 224, 10];

/** Table 1 of Dey et al., "Densities for some of our sparse networks", row by row. */
export const table1Rows: readonly Table1Row[] = [
  row('CIFAR10 conv+2CLs', cifar10, [1, 1], ['0.2', '6.3'], '0.22'),
  row('CIFAR10 conv+2CLs', cifar10, [1, 8], ['0.2', '50'], '0.39'),
  row('CIFAR100 conv+2CLs', cifar100, [1, 1], ['0.2', '0.8'], '0.21'),
  row('CIFAR100 conv+2CLs', cifar100, [1, 8], ['0.2', '6.3'], '0.38'),
  row('CIFAR100 conv+2CLs', cifar100, [1, 32], ['0.2', '25'], '0.95'),
  row('MNIST conv+2CLs', mnistConv, [1, 5], ['0.1', '50'], '0.29'),
  row('MNIST conv+2CLs', mnistConv, [4, 10], ['0.5', '100'], '0.83'),
  row('MNIST conv+2CLs', mnistConv, [16, 10], ['2', '100'], '2.35'),
  row('CIFAR10 conv+3CLs', cifar10Deep, [1, 1, 1], ['0.2', '0.4', '6.3'], '0.22'),
  row('CIFAR10 conv+3CLs', cifar10Deep, [1, 1, 8], ['0.2', '0.4', '50'], '0.3'),
  row('CIFAR100 conv+3CLs', cifar100Deep, [1, 1, 1], ['0.2', '0.4', '0.8'], '0.22'),
  row(
    ...(['CIFAR100 conv+3CLs', cifar100Deep, [1, 1, 16], ['0.2', '0.4', '13'], '0.39'] as const),
    '8704 of 2260992 weights are 0.38496 %, which rounds to 0.38; 0.39 comes from rounding twice, first to 0.385',
  ),
  row('CIFAR100 conv+3CLs', cifar100Deep, [1, 2, 32], ['0.2', '0.8', '25'], '0.59'),
  row('MNIST CL (x = 224)', mnist, [4, 10], ['1.79', '100'], '3.02'),
  row('MNIST CL (x = 224)', mnist, [112, 10], ['50', '100'], '50.63'),
  row('Morse CL', [64, 1024, 64], [512, 32], ['50', '50'], '50'),
];

/** What follows from a row's fan-outs, in per cent. */
export function table1Values({ layers, fanOuts }: Pick<Table1Row, 'layers' | 'fanOuts'>): {
  readonly densities: readonly number[];
  readonly overall: number;
} {
  const densities = junctionSizes({ layers, fanOuts }).map(({ density }) => 100 * density);
  return { densities, overall: 100 * overallDensity({ layers, fanOuts }) };
}

/** The numbers of a row that do not read as printed: "overall 0.38 (printed 0.39)". */
export function table1Differences(printed: Table1Row): string[] {
  const { densities, overall } = table1Values(printed);
  const pairs: (readonly [string, number, string])[] = [
    ...densities.map((value, index) => [`junction ${index + 1}`, value, printed.densities[index]] as const),
    ['overall', overall, printed.overall],
  ];
  return pairs
    .filter(([, value, text]) => !readsAs(value, text))
    .map(([name, value, text]) => `${name} ${roundedAs(value, text)} (printed ${text})`);
}

/** A claim a row: all its densities read as printed. */
export const table1Claims = (): PaperClaim[] =>
  table1Rows.map((printed) => {
    const { net, fanOuts, densities, overall, difference } = printed;
    const measured = table1Values(printed).overall / 100;
    const differences = table1Differences(printed);
    return {
      claim: `${net} with fan-outs ${fanOuts.join(',')} is ${overall} % dense, its junctions ${densities.join(', ')} %`,
      ...{ measured, low: measured, high: measured, holds: differences.length === 0, unit: 'share' },
      ...{ what: 'overall density', printed: overall },
      note: differences.length === 0 ? null : `${differences.join('; ')}: ${difference ?? 'not explained'}`,
    };
  });

/** Overall densities as they are printed and as they follow. */
export const table1Plot = (): PaperPlot => ({
  ...{ title: 'Overall density', x: 'network', y: 'overall density, %', scale: 'names', joined: false },
  points: table1Rows.flatMap((printed) => {
    const point = { x: `${printed.net} ${printed.fanOuts.join(',')}`, low: null, high: null };
    return [
      { ...point, series: 'printed', y: Number(printed.overall) },
      { ...point, series: 'follows from the fan-outs', y: table1Values(printed).overall },
    ];
  }),
});
