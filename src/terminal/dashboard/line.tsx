import { Text } from 'ink';
import { ellipsis, printable, textLength, truncate } from '../../report/format.ts';
import { glyphs, type Theme } from '../theme.ts';

type Tone = 'title' | 'quiet' | 'accent' | 'good' | 'alert';

export interface Segment {
  readonly text: string;
  readonly tone?: Tone;
}

export interface LineProps {
  readonly segments: readonly Segment[];
  readonly width: number;
  readonly theme: Theme;
}

const tones = {
  title: { bold: true },
  quiet: { dimColor: true },
  accent: { color: 'cyan' },
  good: { color: 'green' },
  alert: { color: 'yellow', bold: true },
} as const;

/** The segments that fit in `width` columns; a cut shows as an ellipsis. */
function fitSegments(segments: readonly Segment[], width: number, theme: Theme): readonly Segment[] {
  const clean = segments.map((segment) => ({ ...segment, text: printable(segment.text, theme.unicode) }));
  const length = clean.reduce((sum, { text }) => sum + textLength(text), 0);
  if (length <= width) return clean;
  const fitted: Segment[] = [];
  const mark = ellipsis(theme.unicode);
  let room = width - mark.length;
  for (const segment of clean) {
    const characters = Array.from(segment.text);
    if (characters.length > room) {
      const cut = truncate(segment.text + mark, room + mark.length, theme.unicode);
      return [...fitted, { ...segment, text: cut }];
    }
    fitted.push(segment);
    room -= characters.length;
  }
  return fitted;
}

/** Exactly one line of the screen, never wider than `width`. */
export function Line({ segments, width, theme }: LineProps) {
  const fitted = fitSegments(segments, width, theme).filter(({ text }) => text !== '');
  // Ink gives an empty text no line at all; and it measures wide characters, which the fitting above does not.
  if (fitted.length === 0) return <Text> </Text>;
  return (
    <Text wrap="truncate-end">
      {fitted.map(({ text, tone }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a segment is identified by its place alone
        <Text key={index} {...(theme.color && tone !== undefined ? tones[tone] : {})}>
          {text}
        </Text>
      ))}
    </Text>
  );
}

export interface TitleProps {
  readonly text: string;
  readonly width: number;
  readonly theme: Theme;
}

/** A panel's first line: its title and a rule to the edge, so that it stands out without colour. */
export function Title({ text, width, theme }: TitleProps) {
  const clean = printable(text, theme.unicode);
  const rule = glyphs(theme).rule.repeat(Math.max(0, width - textLength(clean) - 1));
  return (
    <Line
      segments={[
        { text: clean, tone: 'title' },
        { text: rule === '' ? '' : ` ${rule}`, tone: 'quiet' },
      ]}
      width={width}
      theme={theme}
    />
  );
}

/** What every panel is given: the columns and lines that it may use, all of them or fewer. */
export interface PanelProps {
  readonly width: number;
  readonly height: number;
  readonly theme: Theme;
}
