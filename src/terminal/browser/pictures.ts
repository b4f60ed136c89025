import type { PatternPicture } from '../../study/candidate-analysis.ts';
import type { JunctionDifference } from '../../study/pattern-difference.ts';
import { edgePicture, type Picture, pairPicture, sharePicture } from './picture.ts';
import type { CompareLevel, DetailLevel } from './state.ts';

function pictureOf(drawn: PatternPicture): Picture {
  const { name, rows, columns } = drawn;
  return drawn.kind === 'edges'
    ? edgePicture(name, rows, columns, drawn.sources)
    : sharePicture(name, rows, columns, drawn.values);
}

/** Edges of the first alone, and of the second alone, for one junction. */
export function differencePictures(
  { junction, left, right, onlyFirst, onlySecond }: JunctionDifference,
  first: number,
  second: number,
): readonly [Picture, Picture] {
  const name = (candidate: number) => `junction ${junction}, edges of ${candidate} alone`;
  return [pairPicture(name(first), right, left, onlyFirst), pairPicture(name(second), right, left, onlySecond)];
}

/** The pictures that a level can show: in a comparison one a junction, which stands for both of its halves. */
export function picturesOf(level: DetailLevel | CompareLevel): readonly Picture[] {
  if (level.kind === 'detail') return level.analysis?.pictures.map(pictureOf) ?? [];
  const [first] = level.candidates;
  const second = level.candidates[level.other];
  const differences = level.differences.get(`${first} ${second}`) ?? [];
  return differences.map((difference) => differencePictures(difference, first, second)[0]);
}
