import { readFileSync } from 'node:fs';

export interface Pairs {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** Made by make-scipy-values.py. */
export const scipyValues: {
  readonly correlations: readonly (Pairs & { readonly spearman: number | null; readonly kendall: number | null })[];
  readonly exactP: Readonly<Record<'spearman' | 'kendall', Pairs & { readonly p: number }>>;
  readonly interval: Pairs & { readonly low: number; readonly high: number };
  readonly links: readonly (Pairs & Readonly<Record<'least' | 'total' | 'variance' | 'p' | 'slope', number>>)[];
  readonly largeLink: Pairs & Readonly<Record<'p' | 'slope' | 'low' | 'high', number>>;
  readonly repeated: {
    readonly rows: readonly (readonly number[])[];
    readonly families: readonly string[];
  } & Readonly<Record<'icc' | 'reliability' | 'ceiling' | 'low' | 'high', number>>;
  readonly quantiles: readonly {
    readonly law: 'normal' | 'student' | 'f';
    readonly p: number;
    readonly parameters: readonly number[];
    readonly value: number;
  }[];
  readonly leftOver: {
    readonly values: readonly number[];
    readonly columns: readonly (readonly number[])[];
    readonly left: readonly number[];
  };
  readonly givenOthers: { readonly families: readonly string[] } & Readonly<
    Record<'first' | 'second' | 'accuracy', readonly number[]>
  > &
    Readonly<Record<'value' | 'p' | 'low' | 'high', number>>;
  readonly partial: Pairs & { readonly families: readonly string[]; readonly value: number };
} = JSON.parse(readFileSync(new URL('./scipy-values.json', import.meta.url), 'utf8'));
