import { showValue, wordContentErrors } from '../../base/content-error.ts';
import { parseJson } from '../../base/json.ts';
import { contextKeys, isEmptyContext } from '../context.ts';
import { fingerprint, type Pattern } from '../pattern.ts';
import type { ArrayChoice } from './named-arrays.ts';
import {
  type PatternFile,
  refuse,
  refuseBody,
  refuseEdges,
  statedObject,
  withStated,
  wordForPatterns,
} from './pattern-file.ts';
import { type JunctionRows, patternFromRows } from './rows.ts';

/**
 * `scattershot/pattern` version 1: `{"format","version","layers","junctions":[[[left neurons of right neuron 0], …], …]}`.
 * Optional beside them: `fanOuts`, `fingerprint` and `context`, what a score depends on beyond the edges; each is checked where
 * present. Version 0.1 wrote `usedInputs`, `usedOutputs` and `shapes` beside the edges instead: they are still read there.
 */
const FORMAT = 'scattershot/pattern';
const VERSION = 1;

/** Characters gathered before a chunk is handed on. */
const CHUNK = 1 << 18;

/** The file's text, piece by piece: the whole of it never stands in memory. */
export function* jsonChunks(file: PatternFile): Generator<string> {
  const { pattern } = file;
  const head = {
    format: FORMAT,
    version: VERSION,
    layers: pattern.layers,
    fanOuts: pattern.fanOuts,
    context: isEmptyContext(pattern.context) ? undefined : pattern.context,
    fingerprint: fingerprint(pattern),
  };
  let text = `${JSON.stringify(head).slice(0, -1)},"junctions":[`;
  for (const [index, sources] of pattern.junctions.entries()) {
    const right = pattern.layers[index + 1];
    const fanIn = sources.length / right;
    text += index === 0 ? '[' : ',[';
    for (let j = 0; j < right; j++) {
      text += `${j === 0 ? '' : ','}[${sources.subarray(j * fanIn, (j + 1) * fanIn).join(',')}]`;
      if (text.length >= CHUNK) {
        yield text;
        text = '';
      }
    }
    text += ']';
  }
  yield `${text}]}\n`;
}

/** The fields of a file before any is believed. */
interface StatedBody {
  readonly format?: unknown;
  readonly version?: unknown;
  readonly layers?: unknown;
  readonly fanOuts?: unknown;
  readonly junctions?: unknown;
  readonly fingerprint?: unknown;
  readonly context?: unknown;
}

/** @throws ScattershotError for whatever is not a sound pattern of this format */
export function patternFromJson(bytes: Buffer, { tensors, transposed }: ArrayChoice = {}): PatternFile {
  if (tensors !== undefined || transposed) {
    refuse('no-such-array', 'it lists edges and holds no arrays', 'Leave --tensor and --transposed out.');
  }
  const body = wordContentErrors(() => parseJson(bytes), wordForPatterns);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return refuseBody('it holds no JSON object');
  const fields: StatedBody = body;
  checkHead(fields);
  const layers = checkedLayers(fields.layers);
  const { junctions } = fields;
  if (!Array.isArray(junctions)) return refuseBody(`"junctions" must be a list; got ${showValue(junctions)}`);
  if (junctions.length !== layers.length - 1) {
    refuseEdges(`${layers.length} layers have ${layers.length - 1} junctions; got ${junctions.length}`);
  }
  const rows = function* () {
    for (const [index, junction] of junctions.entries())
      yield rowsOf(junction, index + 1, layers[index], layers[index + 1]);
  };
  const { pattern } = patternFromRows(rows());
  checkFanOuts(pattern, fields.fanOuts);
  return { pattern: withStated(pattern, statedContext(fields)) };
}

/** The context, and the fingerprint beside it. */
function statedContext(fields: StatedBody): Readonly<Record<string, unknown>> {
  const beside = Object.fromEntries(
    Object.entries(fields).filter(([key]) => contextKeys.some((known) => known === key)),
  );
  const { context = null, fingerprint: stated } = fields;
  return { ...beside, ...(context === null ? {} : statedObject(context, 'its "context"')), fingerprint: stated };
}

function checkHead({ format, version }: StatedBody): void {
  if (format !== FORMAT) refuseBody(`its "format" must be "${FORMAT}"; got ${showValue(format)}`);
  if (version === VERSION) return;
  if (typeof version === 'number' && version > VERSION) {
    const message = `it has version ${version} of the pattern format, newer than the ${VERSION} known here`;
    refuse('newer-version', message, 'Update Scattershot, or export the pattern again with this version.');
  }
  refuseBody(`its "version" must be ${VERSION}; got ${showValue(version)}`);
}

function checkedLayers(layers: unknown): readonly number[] {
  if (!Array.isArray(layers) || layers.length < 2) {
    return refuseBody(`"layers" must list at least 2 layers; got ${showValue(layers)}`);
  }
  const wrong = layers.findIndex((size) => !Number.isInteger(size) || size < 1 || size > 2 ** 31 - 1);
  if (wrong >= 0) refuseBody(`layer ${wrong + 1} must be a whole number from 1; got ${showValue(layers[wrong])}`);
  return layers;
}

function rowsOf(junction: unknown, number: number, left: number, right: number): JunctionRows {
  if (!Array.isArray(junction))
    return refuseBody(`junction ${number} must be a list of rows; got ${showValue(junction)}`);
  if (junction.length !== right) {
    refuseEdges(`junction ${number} has rows for ${junction.length} right neurons; expected ${right}`);
  }
  for (const [j, row] of junction.entries()) {
    if (!Array.isArray(row)) {
      refuseBody(`junction ${number}, right neuron ${j} must be a list of left neurons; got ${showValue(row)}`);
    }
  }
  const fanIns = Uint32Array.from(junction, (row: readonly unknown[]) => row.length);
  const sources = new Uint32Array(fanIns.reduce((a, b) => a + b, 0));
  let e = 0;
  for (let j = 0; j < right; j++) {
    for (const neuron of junction[j]) {
      if (!Number.isInteger(neuron) || neuron < 0 || neuron >= left) {
        refuseEdges(
          `junction ${number}, right neuron ${j}: left neuron ${showValue(neuron)} is out of range; expected a whole number from 0 to ${left - 1}`,
        );
      }
      sources[e++] = neuron;
    }
  }
  return { left, fanIns, sources };
}

function checkFanOuts(pattern: Pattern, stated: unknown): void {
  if (stated === undefined || stated === null) return;
  if (!Array.isArray(stated) || stated.length !== pattern.fanOuts.length) {
    refuseEdges(`"fanOuts" must be the ${pattern.fanOuts.join(',')} of its rows; got ${showValue(stated)}`);
  }
  for (const [index, fanOut] of pattern.fanOuts.entries()) {
    const said = (stated as readonly unknown[])[index];
    if (said === fanOut) continue;
    const fanIn = pattern.junctions[index].length / pattern.layers[index + 1];
    refuseEdges(
      `junction ${index + 1}, right neuron 0 has fan-in ${fanIn}, hence fan-out ${fanOut}; the file says ${showValue(said)}`,
    );
  }
}
