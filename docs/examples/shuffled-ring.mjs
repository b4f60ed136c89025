/** Every right neuron takes the next few left neurons of a shuffled ring: all degrees come out exact, or balanced where they cannot be exact. */
function shuffledRing(left, right, fanIn, random) {
  const ring = random.shuffle(Uint32Array.from({ length: left }, (_, neuron) => neuron));
  const sources = Uint32Array.from({ length: right * fanIn }, (_, edge) => ring[edge % left]);
  for (let j = 0; j < right; j++) sources.subarray(j * fanIn, (j + 1) * fanIn).sort();
  return sources;
}

export default {
  name: 'shuffled-ring',
  summary: 'each junction a ring of left neurons in random order, dealt out evenly',
  source: 'an example of the documentation',

  accepts: (problem) => problem.constraints === undefined || 'keeps no constraints',

  start: () => ({ made: 0 }),

  step(problem, state, _elites, random) {
    const { layers, fanOuts } = problem.architecture;
    const junctions = fanOuts.map((fanOut, i) =>
      shuffledRing(layers[i], layers[i + 1], Math.round((layers[i] * fanOut) / layers[i + 1]), random.fork(i)),
    );
    return { state: { made: state.made + 1 }, candidates: [{ junctions }], swaps: 0 };
  },
};
