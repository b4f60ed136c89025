import { Box } from 'ink';
import { Line, type PanelProps } from './line.tsx';

export interface WarningsProps extends PanelProps {
  /** oldest first */
  readonly warnings: readonly string[];
}

/** The latest warnings, one line each; the last line says how many more there are. */
export function Warnings({ warnings, width, height, theme }: WarningsProps) {
  const shown = warnings.slice(-height);
  const more = warnings.length - shown.length;
  return (
    <Box flexDirection="column">
      {shown.map((warning, index) => (
        <Line
          key={warning}
          segments={[
            { text: '! ', tone: 'alert' },
            { text: index === 0 && more > 0 ? `(${more} more) ${warning}` : warning },
          ]}
          width={width}
          theme={theme}
        />
      ))}
    </Box>
  );
}
