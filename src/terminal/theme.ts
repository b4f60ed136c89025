/** What this terminal may be shown. Colour only ever repeats what words or signs already say. */
export interface Theme {
  readonly color: boolean;
  /** false where the locale is not UTF-8 */
  readonly unicode: boolean;
}

export interface Glyphs {
  readonly rule: string;
  readonly filled: string;
  readonly empty: string;
  readonly done: string;
  readonly current: string;
  readonly separator: string;
  readonly least: string;
  readonly times: string;
  /** lowest to highest */
  readonly levels: string;
}

const unicodeGlyphs: Glyphs = {
  rule: '─',
  filled: '█',
  empty: '░',
  done: '✓',
  current: '▸',
  separator: '·',
  least: '◂',
  times: '×',
  levels: '▁▂▃▄▅▆▇█',
};

const asciiGlyphs: Glyphs = {
  rule: '-',
  filled: '#',
  empty: '.',
  done: '+',
  current: '>',
  separator: '|',
  least: '<',
  times: 'x',
  levels: '_.-:=+*#',
};

export const glyphs = (theme: Theme): Glyphs => (theme.unicode ? unicodeGlyphs : asciiGlyphs);
