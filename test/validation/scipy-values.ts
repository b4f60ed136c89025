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
  readonly partial: Pairs & { readonly families: readonly string[]; readonly value: number };
} = JSON.parse(readFileSync(new URL('./scipy-values.json', import.meta.url), 'utf8'));
