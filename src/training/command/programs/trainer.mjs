#!/usr/bin/env node
/**
 * A trainer for Scattershot in plain JavaScript: no packages, connected layers only, one training on each core. Scattershot starts it
 * and asks it for accuracies; the file is yours to change.
 *
 *   scattershot trainer check "node trainer.mjs"
 *   scattershot demo --engine command --trainer "node trainer.mjs"
 *
 * For a network of your own change `Network`: its constructor, `learn` and `guess` are all that `train` asks for. console.log goes to
 * stderr; `say` alone writes to stdout. The protocol is described in docs/trainers.md of Scattershot.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { inflateRawSync } from 'node:zlib';

// Arrays ---------------------------------------------------------------------------------------------------------------------------

const itemTypes = { f4: Float32Array, f8: Float64Array, i4: Int32Array, u1: Uint8Array, b1: Uint8Array };

/** A NumPy .npy file: its items and its shape. */
function parseNpy(bytes, name) {
  const start = bytes[6] === 1 ? 10 : 12;
  const dataAt = start + (bytes[6] === 1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8));
  const header = bytes.toString('latin1', start, dataAt);
  const Items = itemTypes[/'descr': '[<|]([a-z]\d)'/.exec(header)?.[1]];
  if (Items === undefined || header.includes('True'))
    throw new Error(`${name} has an array that is not known here: ${header}`);
  const shape = /\(([^)]*)\)/
    .exec(header)[1]
    .split(',')
    .filter((side) => side.trim() !== '')
    .map(Number);
  const length = shape.reduce((product, side) => product * side, 1);
  const items = new Items(new SharedArrayBuffer(length * Items.BYTES_PER_ELEMENT));
  new Uint8Array(items.buffer).set(bytes.subarray(dataAt, dataAt + items.byteLength));
  return { items, shape };
}

const readNpy = (path) => parseNpy(readFileSync(path), path);

/** A NumPy .npz archive: arrays by their names. Sizes are those of the zip's directory, at its end. */
function readNpz(path) {
  const zip = readFileSync(path);
  const end = zip.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  const arrays = {};
  let at = zip.readUInt32LE(end + 16);
  for (let member = 0; member < zip.readUInt16LE(end + 10); member++) {
    const [method, size, nameLength] = [
      zip.readUInt16LE(at + 10),
      zip.readUInt32LE(at + 20),
      zip.readUInt16LE(at + 28),
    ];
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    const local = zip.readUInt32LE(at + 42);
    const dataAt = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const packed = zip.subarray(dataAt, dataAt + size);
    if (name.endsWith('.npy'))
      arrays[name.slice(0, -4)] = parseNpy(method === 0 ? packed : inflateRawSync(packed), name);
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return arrays;
}

// Random numbers, decided by a job's seed alone --------------------------------------------------------------------------------------

/** Mulberry32, warmed up so that neighbouring seeds do not begin alike. @returns numbers from 0 to below 1 */
function randomFrom(seed) {
  let state = (Math.imul(seed >>> 0, 0x9e3779b1) ^ Math.floor(seed / 2 ** 32)) >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 16; i++) next();
  return next;
}

const normal = (random) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

function shuffled(count, random) {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

// Network ----------------------------------------------------------------------------------------------------------------------------

/** One junction by its edges: those of right neuron j are `ends[j − 1]` to before `ends[j]`; `sources` says where their left neurons begin in a tile. */
function makeJunction({ items: mask, shape: [right, left] }, number, job, given, random) {
  const ends = new Uint32Array(right);
  const places = [];
  for (let j = 0; j < right; j++) {
    for (let k = 0; k < left; k++) if (mask[j * left + k] !== 0) places.push(j * left + k);
    ends[j] = places.length;
  }
  const { biasStart, init } = job.settings;
  const deviation = (j) => Math.sqrt(2 / (init === 'dense-fan-in' ? left : ends[j] - (j === 0 ? 0 : ends[j - 1])));
  const draw = init === 'dense-fan-in' ? truncated : normal;
  const weights = given?.[`weights${number}`].items;
  const list = (values) => ({
    values,
    gradient: new Float64Array(values.length),
    first: new Float64Array(values.length),
    second: new Float64Array(values.length),
  });
  return {
    left,
    right,
    ends,
    sources: Uint32Array.from(places, (place) => TILE * (place % left)),
    weights: list(
      Float64Array.from(places, (place) =>
        weights === undefined ? deviation(Math.floor(place / left)) * draw(random) : weights[place],
      ),
    ),
    biases: list(
      given === null ? new Float64Array(right).fill(biasStart) : Float64Array.from(given[`biases${number}`].items),
    ),
    inputs: null,
    values: new Float64Array(TILE * right),
    delta: new Float64Array(TILE * right),
  };
}

/** Keras's truncated normal of deviation 1. */
function truncated(random) {
  for (;;) {
    const drawn = normal(random);
    if (Math.abs(drawn) <= 2) return drawn / 0.8796256610342398;
  }
}

/** Examples that go through the network at once: a weight that was read serves them all. The loops below are written out for 4. */
const TILE = 4;

/** values = biases + weights · inputs of a tile, with ReLU where the layer is hidden. */
function forwardTile({ right, ends, sources, weights: { values: w }, biases, values, inputs }, isHidden) {
  for (let j = 0, e = 0; j < right; j++) {
    const bias = biases.values[j];
    let [a, b, c, d] = [bias, bias, bias, bias];
    for (const end = ends[j]; e < end; e++) {
      const k = sources[e];
      const weight = w[e];
      a += weight * inputs[k];
      b += weight * inputs[k + 1];
      c += weight * inputs[k + 2];
      d += weight * inputs[k + 3];
    }
    values[TILE * j] = isHidden && a < 0 ? 0 : a;
    values[TILE * j + 1] = isHidden && b < 0 ? 0 : b;
    values[TILE * j + 2] = isHidden && c < 0 ? 0 : c;
    values[TILE * j + 3] = isHidden && d < 0 ? 0 : d;
  }
}

/** Adds a tile's gradients to those of a junction. @param below deltas of its left neurons, overwritten; undefined for the first one */
function backwardTile({ right, ends, sources, weights: { values: w, gradient }, biases, delta, inputs }, below) {
  below?.fill(0);
  for (let j = 0, e = 0; j < right; j++) {
    const [a, b, c, d] = [delta[TILE * j], delta[TILE * j + 1], delta[TILE * j + 2], delta[TILE * j + 3]];
    const end = ends[j];
    biases.gradient[j] += a + b + c + d;
    if (a === 0 && b === 0 && c === 0 && d === 0) {
      e = end;
      continue;
    }
    for (; e < end; e++) {
      const k = sources[e];
      gradient[e] += a * inputs[k] + b * inputs[k + 1] + c * inputs[k + 2] + d * inputs[k + 3];
      if (below === undefined) continue;
      const weight = w[e];
      below[k] += a * weight;
      below[k + 1] += b * weight;
      below[k + 2] += c * weight;
      below[k + 3] += d * weight;
    }
  }
  if (below !== undefined) for (let k = 0; k < below.length; k++) if (inputs[k] <= 0) below[k] = 0;
}

/** −log softmax(logits)[label] of a tile's example t, over all outputs, those that pad the layer too; its share of the gradient goes to `delta`. */
function lossOf(logits, label, t, delta, share) {
  let highest = Number.NEGATIVE_INFINITY;
  for (let j = t; j < logits.length; j += TILE) highest = Math.max(highest, logits[j]);
  let total = 0;
  for (let j = t; j < logits.length; j += TILE) {
    delta[j] = Math.exp(logits[j] - highest);
    total += delta[j];
  }
  for (let j = t; j < logits.length; j += TILE) delta[j] *= share / total;
  delta[TILE * label + t] -= share;
  return Math.log(total) + highest - logits[TILE * label + t];
}

class Network {
  constructor(job, features, random) {
    const masks = readNpz(job.masks);
    const given = job.start?.weights ? readNpz(job.start.weights) : null;
    this.settings = job.settings;
    this.usedOutputs = job.usedOutputs;
    this.features = features;
    this.input = new Float64Array(TILE * job.layers[0]);
    this.junctions = job.layers
      .slice(1)
      .map((_, i) => makeJunction(masks[`junction${i + 1}`], i + 1, job, given, random));
    this.steps = 0;
  }

  /** Logits of up to `TILE` examples, output by output, which the other methods go on from. */
  forward(split, examples) {
    for (let t = 0; t < TILE; t++) {
      const from = t < examples.length ? examples[t] * this.features : -1;
      for (let k = 0; k < this.features; k++) this.input[TILE * k + t] = from < 0 ? 0 : split.inputs[from + k];
    }
    for (const [i, junction] of this.junctions.entries()) {
      junction.inputs = i === 0 ? this.input : this.junctions[i - 1].values;
      forwardTile(junction, i < this.junctions.length - 1);
    }
    return this.junctions[this.junctions.length - 1].values;
  }

  /** The class of the highest of the outputs that are used, of a tile's example t; NaN where an output is not finite. */
  guess(logits, t) {
    let best = 0;
    for (let j = 0; TILE * j < logits.length; j++) {
      const logit = logits[TILE * j + t];
      if (!Number.isFinite(logit)) return Number.NaN;
      if (j < this.usedOutputs && logit > logits[TILE * best + t]) best = j;
    }
    return best;
  }

  /** One optimiser step by a batch. @returns the sum of its losses, and how many guesses were right, before the step */
  learn(split, examples) {
    const sums = { loss: 0, correct: 0 };
    for (const { weights, biases } of this.junctions) {
      weights.gradient.fill(0);
      biases.gradient.fill(0);
    }
    const { delta } = this.junctions[this.junctions.length - 1];
    for (let start = 0; start < examples.length; start += TILE) {
      const tile = examples.subarray(start, start + TILE);
      const logits = this.forward(split, tile);
      delta.fill(0);
      for (let t = 0; t < tile.length; t++) {
        const label = split.labels[tile[t]];
        sums.loss += lossOf(logits, label, t, delta, 1 / examples.length);
        if (this.guess(logits, t) === label) sums.correct++;
      }
      for (let i = this.junctions.length - 1; i >= 0; i--)
        backwardTile(this.junctions[i], this.junctions[i - 1]?.delta);
    }
    this.update();
    return sums;
  }

  /** Keras's rules: rate / (1 + decay · step), and Adam's ε outside the bias correction. The L2 penalty leaves biases out. */
  update() {
    const { learningRate, learningRateDecay, l2 } = this.settings;
    const rate = learningRate / (1 + learningRateDecay * this.steps++);
    for (const { weights, biases } of this.junctions) {
      this.move(weights, rate, l2);
      this.move(biases, rate, 0);
    }
  }

  move({ values, gradient, first, second }, rate, l2) {
    const { optimizer, momentum } = this.settings;
    const corrected = (rate * Math.sqrt(1 - 0.999 ** this.steps)) / (1 - 0.9 ** this.steps);
    for (let e = 0; e < values.length; e++) {
      const g = gradient[e] + 2 * l2 * values[e];
      if (optimizer === 'sgd') {
        first[e] = momentum * first[e] - rate * g;
        values[e] += first[e];
      } else {
        first[e] = 0.9 * first[e] + 0.1 * g;
        second[e] = 0.999 * second[e] + 0.001 * g * g;
        values[e] -= (corrected * first[e]) / (Math.sqrt(second[e]) + 1e-7);
      }
    }
  }
}

// One training, on a thread of its own ---------------------------------------------------------------------------------------------

class Cancelled extends Error {}
class Diverged extends Error {}

const ADVICE = 'a lower learning rate may help';

/** Fraction of a split that is guessed right. */
function accuracy(network, split, epoch, checkCancelled) {
  const examples = Uint32Array.from(split.labels, (_, example) => example);
  let correct = 0;
  for (let start = 0; start < examples.length; start += TILE) {
    if (start % 256 === 0) checkCancelled();
    const tile = examples.subarray(start, start + TILE);
    const logits = network.forward(split, tile);
    for (let t = 0; t < tile.length; t++) {
      const guess = network.guess(logits, t);
      if (Number.isNaN(guess)) throw new Diverged(`the output was no longer finite in epoch ${epoch}; ${ADVICE}`);
      if (guess === split.labels[tile[t]]) correct++;
    }
  }
  return correct / examples.length;
}

/** @param cancelled one number in shared memory, 1 once the job is not wanted any more */
function train(job, data, cancelled, tell) {
  const { epochs, batchSize, front, optimizer } = job.settings;
  if (front) throw new Error(`this program has connected layers only; got the front ${front}`);
  if (optimizer !== 'adam' && optimizer !== 'sgd')
    throw new Error(`the optimizer must be adam or sgd; got ${optimizer}`);
  const checkCancelled = () => {
    if (Atomics.load(cancelled, 0) !== 0) throw new Cancelled('it was cancelled');
  };
  const random = randomFrom(job.seed);
  const network = new Network(job, data.features, random);
  const examples = data.train.labels.length;
  const batches = job.start?.batches ? readNpy(job.start.batches).items : null;
  const most = 1000 * Math.log(Math.max(2, job.usedOutputs));
  let [seconds, validationAccuracy] = [0, null];
  tell({ type: 'started', device: `one core, Node.js ${process.versions.node}` });
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const given = batches?.subarray((epoch - 1) * examples, epoch * examples) ?? [];
    const order = given.length > 0 ? given : shuffled(examples, random);
    const begun = performance.now();
    let [loss, correct] = [0, 0];
    for (let start = 0; start < examples; start += batchSize) {
      checkCancelled();
      const sums = network.learn(data.train, order.subarray(start, start + batchSize));
      loss += sums.loss / examples;
      correct += sums.correct;
      if (!Number.isFinite(loss)) throw new Diverged(`the loss was no longer finite in epoch ${epoch}; ${ADVICE}`);
    }
    seconds += (performance.now() - begun) / 1000;
    if (loss > most) throw new Diverged(`the loss rose to ${loss.toPrecision(2)} in epoch ${epoch}; ${ADVICE}`);
    validationAccuracy = accuracy(network, data.validation, epoch, checkCancelled);
    tell({ type: 'epoch', epoch, loss, accuracy: correct / examples, validationAccuracy });
  }
  const testAccuracy = accuracy(network, data.test, epochs, checkCancelled);
  const samplesPerSecond = (epochs * examples) / seconds;
  tell({ type: 'result', status: 'finished', testAccuracy, validationAccuracy, samplesPerSecond });
}

function workOnThread() {
  parentPort.on('message', ({ job, data, cancelled }) => {
    const tell = (event) => parentPort.postMessage({ id: job.id, ...event });
    try {
      train(job, data, cancelled, tell);
    } catch (error) {
      const status = error instanceof Cancelled ? 'cancelled' : error instanceof Diverged ? 'diverged' : 'failed';
      tell({ type: 'result', status, reason: error.message });
    }
  });
}

// The conversation with Scattershot --------------------------------------------------------------------------------------------------

/** Reads a data set's arrays once, into memory that all threads share. */
function loadData({ features, splits }) {
  const load = ({ inputs, labels }) => ({ inputs: readNpy(inputs).items, labels: readNpy(labels).items });
  return { features, train: load(splits.train), validation: load(splits.validation), test: load(splits.test) };
}

function converse() {
  console.log = console.error;
  const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
  const concurrent = availableParallelism();
  const idle = [];
  const waiting = [];
  const running = new Map();
  const files = new Map();
  let loaded = { id: null, data: null };

  const dataOf = (id) => {
    if (loaded.id !== id) loaded = { id, data: loadData(files.get(id)) };
    return loaded.data;
  };
  const give = () => {
    while (waiting.length > 0 && running.size < concurrent) {
      const job = waiting.shift();
      const cancelled = new Int32Array(new SharedArrayBuffer(4));
      try {
        const data = dataOf(job.dataset);
        const worker = idle.pop() ?? startWorker();
        running.set(job.id, { cancelled, worker });
        worker.postMessage({ job, data, cancelled });
      } catch (error) {
        say({ type: 'result', id: job.id, status: 'failed', reason: error.message });
      }
    }
  };
  const startWorker = () => {
    const worker = new Worker(fileURLToPath(import.meta.url));
    worker.on('message', (event) => {
      say(event);
      if (event.type !== 'result') return;
      running.delete(event.id);
      idle.push(worker);
      give();
    });
    return worker;
  };
  const cancel = (id) => {
    const at = waiting.findIndex((job) => job.id === id);
    if (at >= 0) {
      waiting.splice(at, 1);
      say({ type: 'result', id, status: 'cancelled', reason: 'it was cancelled before it began' });
    } else if (running.has(id)) Atomics.store(running.get(id).cancelled, 0, 1);
  };
  const answers = {
    hello: () =>
      say({
        ...{ type: 'hello', protocol: 1, name: 'plain JavaScript', epochs: true, concurrent },
        ...{ devices: [`${concurrent} cores`], score: { name: 'accuracy', unit: '%', better: 'higher' } },
      }),
    dataset: (message) => files.set(message.id, message),
    job: (message) => {
      waiting.push(message);
      give();
    },
    cancel: ({ id }) => cancel(id),
    end: () => process.exit(0),
  };
  const lines = createInterface({ input: process.stdin });
  lines.on('close', () => process.exit(0));
  lines.on('line', (line) => {
    try {
      const message = JSON.parse(line);
      answers[message.type]?.(message);
    } catch (error) {
      console.error(`ignored a line: ${error.message}`);
    }
  });
}

if (isMainThread) converse();
else workOnThread();
