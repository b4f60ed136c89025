import { parameterSavings } from '../study/parameter-savings.ts';
import type { FrontName } from '../training/trainer.ts';
import { readsAs, roundedAs } from './as-printed.ts';
import type { PaperPlot } from './figure.ts';
import type { PaperClaim } from './paper-claim.ts';

const columnNames = {
  convParameters: 'conv parameters, millions',
  convOperations: 'conv operations, billions',
  denseParameters: 'fully connected parameters, millions',
  sparseParameters: 'sparse parameters, millions',
  parameterReduction: 'fewer parameters overall, per cent',
  operationReduction: 'fewer operations overall, per cent',
} as const;

export type Table2Column = keyof typeof columnNames;

const table2Columns = Object.keys(columnNames) as readonly Table2Column[];

/** A row of table 2, as it is printed. */
export interface Table2Row {
  readonly net: string;
  readonly layers: readonly number[];
  readonly front: FrontName | null;
  /** those that the printed numbers follow from: the table does not name them */
  readonly fanOuts: readonly number[];
  /** connected layers / all layers */
  readonly layerCounts: string;
  readonly printed: Readonly<Record<Table2Column, string>>;
  /** why a printed number is not the one that follows */
  readonly differences: Partial<Readonly<Record<Table2Column, string>>>;
}

function row(
  net: string,
  [layers, front, fanOuts]: readonly [readonly number[], FrontName | null, readonly number[]],
  [layerCounts, ...numbers]: readonly string[],
  differences: Table2Row['differences'] = {},
): Table2Row {
  const printed = Object.fromEntries(table2Columns.map((name, index) => [name, numbers[index]]));
  return { net, layers, front, fanOuts, layerCounts, printed: printed as Table2Row['printed'], differences };
}

/**
 * The two CIFAR rows that differ do so by .01: the six convolutions have 1145408 weights and biases. With 1145280, the biases of one
 * layer of 128 filters left out, all four rows come out as printed, and with no other rule that we tried.
 */
const BIASES =
  'the six convolutions have 1144512 weights and 896 biases; the printed reductions of all four CIFAR rows need 1145240 to 1145311 in all, as where the 128 biases of one layer are left out';

/** Table 2 of Dey et al., "Savings in some of our NN architectures due to pre-defined sparsity", row by row. */
export const table2Rows: readonly Table2Row[] = [
  row('Morse CL', [[64, 1024, 64], null, [512, 32]], ['2/2', '0', '0', '0.131', '0.066', '50', '50']),
  row('MNIST CL (x = 224)', [[784, 224, 10], null, [112, 5]], ['2/2', '0', '0', '0.178', '0.089', '50', '50']),
  row(
    'MNIST conv+2CLs',
    [[3136, 784, 10], 'mnist-conv', [16, 10]],
    ['2/6', '0.05', '0.1', '2.47', '0.06', '95.63', '18.29'],
    {
      convOperations:
        'the two convolutions take 10.7 million operations, 0.01 billion; the row’s own 18.29 % follows from that, and not from 0.1',
    },
  ),
  row(
    'CIFAR10 conv+2CLs',
    [[4096, 512, 16], 'cifar-conv', [1, 1]],
    ['2/17', '1.15', '0.15', '2.11', '0.005', '64.63', '1.35'],
    { parameterReduction: BIASES },
  ),
  row(
    'CIFAR100 conv+2CLs',
    [[4096, 512, 128], 'cifar-conv', [1, 32]],
    ['2/17', '1.15', '0.15', '2.16', '0.02', '64.76', '1.38'],
  ),
  row(
    'CIFAR10 conv+3CLs',
    [[4096, 512, 256, 16], 'cifar-conv', [1, 1, 16]],
    ['3/18', '1.15', '0.15', '2.23', '0.009', '65.83', '1.43'],
  ),
  row(
    'CIFAR100 conv+3CLs',
    [[4096, 512, 256, 128], 'cifar-conv', [1, 2, 32]],
    ['3/18', '1.15', '0.15', '2.26', '0.013', '65.99', '1.45'],
    { parameterReduction: BIASES },
  ),
];

/** What follows from a row's network, in the table's units. */
export function table2Values({ layers, fanOuts, front }: Pick<Table2Row, 'layers' | 'fanOuts' | 'front'>): {
  readonly layerCounts: string;
  readonly values: Readonly<Record<Table2Column, number>>;
} {
  const costs = parameterSavings({ layers, fanOuts }, front);
  return {
    layerCounts: `${costs.connectedLayers}/${costs.totalLayers}`,
    values: {
      convParameters: costs.conv.parameters / 1e6,
      convOperations: costs.conv.operations / 1e9,
      denseParameters: costs.denseWeights / 1e6,
      sparseParameters: costs.weights / 1e6,
      parameterReduction: 100 * costs.parameters.reduction,
      operationReduction: 100 * costs.operations.reduction,
    },
  };
}

/** The columns of a row that do not read as printed. */
export function table2Differences(row: Table2Row): Table2Column[] {
  const { values } = table2Values(row);
  return table2Columns.filter((name) => !readsAs(values[name], row.printed[name]));
}

const isShare = (column: Table2Column) => column === 'parameterReduction' || column === 'operationReduction';

/** A claim a cell. */
export const table2Claims = (): PaperClaim[] =>
  table2Rows.flatMap((row) => {
    const { values } = table2Values(row);
    const differing = new Set(table2Differences(row));
    return table2Columns.map((name): PaperClaim => {
      const [measured, printed] = [values[name], row.printed[name]];
      const differs = differing.has(name);
      const value = isShare(name) ? measured / 100 : measured;
      return {
        claim: `${row.net}: ${columnNames[name]}: ${printed}`,
        ...{ measured: value, low: value, high: value, holds: !differs, unit: isShare(name) ? 'share' : 'number' },
        ...{ what: columnNames[name], printed },
        note: differs ? `${roundedAs(measured, printed)}: ${row.differences[name] ?? 'not explained'}` : null,
      };
    });
  });

/** What is saved, as it is printed and as it follows. */
export const table2Plot = (): PaperPlot => ({
  ...{ title: 'What sparse connected layers save', x: 'network', y: 'reduction, %', scale: 'names', joined: false },
  points: table2Rows.flatMap((row) =>
    (['parameterReduction', 'operationReduction'] as const).flatMap((name) => {
      const what = name === 'parameterReduction' ? 'parameters' : 'operations';
      const point = { x: row.net, low: null, high: null };
      return [
        { ...point, series: `${what}, printed`, y: Number(row.printed[name]) },
        { ...point, series: `${what}, counted`, y: table2Values(row).values[name] },
      ];
    }),
  ),
});
