/** How far a computed number may be from a rounding's edge through floating point alone. */
const EXACT = 1e-9;

/** Digits after the point of a printed number. */
const decimalsOf = (printed: string): number => (printed.includes('.') ? printed.length - printed.indexOf('.') - 1 : 0);

/** A number rounded, halves up, to as many decimals as a printed one has: 6.25 beside "6.3" is "6.3", 2.04 beside "2" is "2". */
export function roundedAs(value: number, printed: string): string {
  const scale = 10 ** decimalsOf(printed);
  return (Math.floor(value * scale + 0.5 + EXACT) / scale).toFixed(decimalsOf(printed));
}

/** Whether a number reads as it is printed, "0.3" being 0.30. */
export const readsAs = (value: number, printed: string): boolean =>
  Number(roundedAs(value, printed)) === Number(printed);
