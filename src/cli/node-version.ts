// The first module imports this file before it knows which Node runs it: nothing here may need a recent one, and no package,
// which is why the comparison of versions is written here.

/** "22.14.0" and "v22.14.0-nightly" → [22, 14, 0] */
const numbersOf = (version: string): number[] => (version.match(/\d+/g) || []).slice(0, 3).map(Number);

/** Below 0 where a is the older version. */
function compareVersions(a: readonly number[], b: readonly number[]): number {
  for (let part = 0; part < 3; part++) {
    const difference = (a[part] || 0) - (b[part] || 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

const alternativesOf = (range: string): string[] => range.split('||').map((part) => part.trim());

/** "^20.19.0": that version, or a later one of the same major version. ">=22.2.0": that version, or any later one. */
function satisfiesOne(version: readonly number[], alternative: string): boolean {
  const least = numbersOf(alternative);
  if (compareVersions(version, least) < 0) return false;
  return alternative.charAt(0) !== '^' || version[0] === least[0];
}

/** @param range as in package.json's `engines`: alternatives "^a.b.c" or ">=a.b.c" with "||" between */
export const satisfies = (version: string, range: string): boolean =>
  alternativesOf(range).some((alternative) => satisfiesOne(numbersOf(version), alternative));

/** "^20.19.0 || >=22.2.0" → "20.19 or a later version of 20, or 22.2 or later" */
export function describeRange(range: string): string {
  const words = alternativesOf(range).map((alternative) => {
    const [major, minor] = numbersOf(alternative);
    const later = alternative.charAt(0) === '^' ? `or a later version of ${major}` : 'or later';
    return `${major}.${minor} ${later}`;
  });
  return words.join(', or ');
}

/**
 * What to print where this Node is not one of those in `engines`, as one line, in JSON where the program was asked for that; null
 * where it is one.
 */
export function nodeComplaint(version: string, range: string, asJson: boolean): string | null {
  if (satisfies(version, range)) return null;
  const message = `this is Node ${version}, and Scattershot needs Node ${describeRange(range)}`;
  const nextStep = 'Install one of these, then run npm ci with it in the folder of Scattershot.';
  return asJson
    ? JSON.stringify({ reason: 'unsupported-node', message, nextStep })
    : `scattershot: ${message}. ${nextStep}`;
}

/** The most characters of a reason that is not ours. */
const MOST_SHOWN = 1000;

/** Control and format characters, and what stands outside ASCII, as escapes: a path may hold anything. */
const escaped = (text: string): string =>
  text.slice(0, MOST_SHOWN).replace(/[^ -~]/g, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return `\\u${'0000'.slice(code.length)}${code}`;
  });

/** What to print where a package or a file of the program cannot be loaded, as one line. @param why in the system's words */
export function loadComplaint(why: string, asJson: boolean): string {
  const message = `the program does not load (${escaped(why.split('\n')[0])})`;
  const lacksFiles = /\bE[MN]FILE\b/.test(why);
  const reason = lacksFiles ? 'too-many-files' : 'not-installed';
  const nextStep = lacksFiles ? 'Let it open more files: ulimit -n 1024.' : 'Run npm ci in the folder of Scattershot.';
  return asJson ? JSON.stringify({ reason, message, nextStep }) : `scattershot: ${message}. ${nextStep}`;
}
