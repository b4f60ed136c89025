/**
 * The house plan (docs/architecture.md): what each room may import of the others, and which room each package belongs to.
 * Type imports count like any other. A room is a folder of `src`, the folder `strategies`, or a file that is named here.
 */
export const mayImport: Readonly<Record<string, readonly string[]>> = {
  base: [],
  pattern: ['base'],
  scatter: ['base', 'pattern'],
  proxies: ['base', 'pattern'],
  'search/candidate.ts': ['pattern', 'scatter'],
  'search/strategy.ts': ['base', 'pattern', 'scatter'],
  strategies: ['base', 'pattern', 'scatter', 'proxies', 'search/strategy.ts'],
  search: ['base', 'pattern', 'scatter', 'proxies', 'search/candidate.ts', 'search/strategy.ts'],
  'search/worker.ts': [
    ...['base', 'pattern', 'scatter', 'proxies', 'search', 'search/candidate.ts', 'search/strategy.ts'],
    'strategies/index.ts',
  ],
  downloads: ['base'],
  training: ['base', 'pattern', 'downloads'],
  validation: ['base', 'pattern', 'scatter', 'proxies'],
  store: ['base', 'pattern', 'search/candidate.ts'],
  queue: ['base'],
  study: [
    ...['base', 'pattern', 'scatter', 'proxies', 'search', 'search/candidate.ts', 'search/strategy.ts'],
    ...['strategies', 'strategies/index.ts'],
    ...['downloads', 'training', 'validation', 'store', 'queue'],
  ],
  report: [
    'base',
    'pattern',
    'scatter',
    'proxies',
    'search',
    'search/candidate.ts',
    'training',
    'validation',
    'store',
    'study',
  ],
  terminal: ['base', 'pattern', 'search', 'search/candidate.ts', 'training', 'store', 'study', 'report'],
  cli: [
    ...['base', 'pattern', 'scatter', 'proxies', 'search', 'search/candidate.ts', 'strategies/index.ts'],
    ...['downloads', 'training'],
    ...['validation', 'store', 'queue', 'study', 'report', 'terminal'],
  ],
  'index.ts': [
    ...['base', 'pattern', 'scatter', 'proxies', 'search', 'search/candidate.ts', 'search/strategy.ts'],
    ...['strategies/index.ts', 'training'],
    ...['validation', 'store', 'study', 'report'],
  ],
  'strategies/index.ts': ['strategies', 'search/strategy.ts'],
};

/** Rooms in which a package may be imported; any other package may not be imported at all. */
export const packageRooms: Readonly<Record<string, readonly string[]>> = {
  '@tensorflow/tfjs-backend-cpu': ['training/tfjs'],
  '@tensorflow/tfjs-backend-wasm': ['training/tfjs'],
  '@tensorflow/tfjs-core': ['training/tfjs'],
  'better-sqlite3': ['store'],
  commander: ['cli'],
  'csv-parse': ['validation'],
  'fast-png': ['training/datasets'],
  fflate: ['base', 'pattern/formats'],
  ink: ['terminal'],
  jstat: ['validation'],
  'ml-matrix': ['scatter', 'proxies', 'validation', 'training/untrained'],
  piscina: ['search', 'training/pool', 'proxies/own'],
  react: ['terminal'],
  'simple-statistics': [
    'base',
    'proxies',
    'report',
    'scatter',
    'search',
    'study',
    'terminal',
    'training',
    'validation',
  ],
  'tar-stream': ['downloads'],
  vega: ['report'],
  'vega-lite': ['report'],
  zod: ['base', 'pattern', 'search', 'study', 'store', 'training', 'validation'],
};
