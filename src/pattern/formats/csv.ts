import type { PatternFile } from './pattern-file.ts';

/** Characters gathered before a chunk is handed on. */
const CHUNK = 1 << 18;

/** One edge a line, `junction,right,left`: junctions from 1, neurons from 0, in the pattern's order. For other programs to read. */
export function* csvChunks({ pattern }: PatternFile): Generator<string> {
  let text = 'junction,right,left\n';
  for (const [index, sources] of pattern.junctions.entries()) {
    const fanIn = sources.length / pattern.layers[index + 1];
    for (let e = 0; e < sources.length; e++) {
      text += `${index + 1},${Math.floor(e / fanIn)},${sources[e]}\n`;
      if (text.length >= CHUNK) {
        yield text;
        text = '';
      }
    }
  }
  yield text;
}
