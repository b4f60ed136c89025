import { Line, type PanelProps, type Segment } from './line.tsx';

export interface FooterProps extends PanelProps {
  /** how often the user has asked to stop */
  readonly stopping: number;
  /** false where no keys can be read */
  readonly keys: boolean;
  readonly ended: boolean;
}

function footerSegment({ stopping, keys, ended }: FooterProps): Segment {
  if (ended) return { text: 'the study has ended', tone: 'quiet' };
  if (stopping > 1) return { text: 'stopping now', tone: 'alert' };
  if (stopping === 1) {
    return { text: `stopping, everything is stored${keys ? '; q or Ctrl-C again: stop at once' : ''}`, tone: 'alert' };
  }
  return { text: keys ? 'q or Ctrl-C: stop and keep everything' : 'Ctrl-C: stop and keep everything', tone: 'quiet' };
}

/** The keys, or what they have set going. */
export function Footer(props: FooterProps) {
  return <Line segments={[footerSegment(props)]} width={props.width} theme={props.theme} />;
}
