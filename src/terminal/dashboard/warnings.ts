import type { Line, PanelSpace } from '../lines.ts';

export interface WarningsProps extends Pick<PanelSpace, 'height'> {
  /** oldest first */
  readonly warnings: readonly string[];
}

/** The latest warnings, one line each; the first line says how many more there are. */
export function warningLines({ warnings, height }: WarningsProps): readonly Line[] {
  const shown = height > 0 ? warnings.slice(-height) : [];
  const more = warnings.length - shown.length;
  return shown.map(
    (warning, index): Line => [
      { text: '! ', tone: 'alert' },
      { text: index === 0 && more > 0 ? `(${more} more) ${warning}` : warning },
    ],
  );
}
