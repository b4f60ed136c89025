import { mean } from 'simple-statistics';
import { glyphs, type Theme } from './theme.ts';

export interface Scale {
  readonly low: number;
  readonly high: number;
}

/** The range of all finite values, so that curves shown together can be compared; null where there is none. */
export function commonScale(curves: readonly (readonly number[])[]): Scale | null {
  const values = curves.flat().filter(Number.isFinite);
  if (values.length === 0) return null;
  return { low: values.reduce((a, b) => Math.min(a, b)), high: values.reduce((a, b) => Math.max(a, b)) };
}

/** As many values as there are columns: each the mean of its share of the values. */
function resample(values: readonly number[], width: number): readonly number[] {
  if (values.length <= width) return values;
  return Array.from({ length: width }, (_, column) => {
    const start = Math.floor((column * values.length) / width);
    const part = values.slice(start, Math.floor(((column + 1) * values.length) / width));
    return mean(part);
  });
}

/** One character a value, or a share of them where there are more than `width`; '?' where a value is not finite. */
export function sparkline(values: readonly number[], width: number, scale: Scale, theme: Theme): string {
  const { levels } = glyphs(theme);
  const top = levels.length - 1;
  const character = (value: number) => {
    if (!Number.isFinite(value)) return '?';
    const share = scale.high > scale.low ? (value - scale.low) / (scale.high - scale.low) : 0.5;
    return levels[Math.min(top, Math.max(0, Math.round(share * top)))];
  };
  return resample(values, Math.max(0, width)).map(character).join('');
}

/** "█████░░░░░", `width` columns; a share that is not whole never shows as full. */
export function bar(share: number, width: number, theme: Theme): string {
  const { filled, empty } = glyphs(theme);
  const columns = Math.max(0, width);
  const bounded = Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0));
  const full = bounded < 1 ? Math.min(columns - 1, Math.round(bounded * columns)) : columns;
  return filled.repeat(Math.max(0, full)) + empty.repeat(columns - Math.max(0, full));
}
