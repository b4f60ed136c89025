import type { Command } from 'commander';

/** One command as `scattershot --help` lists it. Its options are loaded when it is asked for, what it does when it runs. */
export interface CommandEntry {
  readonly name: string;
  /** for the list of commands; the command's own description where it has no longer one */
  readonly summary: string;
  load(): Promise<() => Command>;
  /** works on several threads, and takes `--workers` */
  readonly threads?: boolean;
}

/** In the order of `--help`. To add one: a file of `commands` (what is typed), one of `actions` (what it does), an entry here. */
export const commandTable: readonly CommandEntry[] = [
  {
    name: 'demo',
    summary: 'a whole small study on Morse, to the end, in half a minute: plan, patterns, trainings, verdict',
    load: async () => (await import('./commands/demo.ts')).demoCommand,
    threads: true,
  },
  {
    name: 'search',
    summary: 'find patterns of high scatter',
    load: async () => (await import('./commands/search.ts')).searchCommand,
    threads: true,
  },
  {
    name: 'score',
    summary:
      'scatter of a pattern file (.json, .npz, .npy, .safetensors, .pt), measured as the file says unless options say otherwise',
    load: async () => (await import('./commands/score.ts')).scoreCommand,
  },
  {
    name: 'train',
    summary:
      'train one candidate, or the pattern of a file; what was trained before under the same settings is not trained again',
    load: async () => (await import('./commands/train.ts')).trainCommand,
    threads: true,
  },
  {
    name: 'validate',
    summary: 'whether scatter predicts accuracy: plan first, then train, then answer',
    load: async () => (await import('./commands/validate.ts')).validateCommand,
    threads: true,
  },
  {
    name: 'leaderboard',
    summary: 'the candidates that a study keeps, best first',
    load: async () => (await import('./commands/leaderboard.ts')).leaderboardCommand,
  },
  {
    name: 'report',
    summary: 'a page about a study, with its verdict, charts and tables, and its numbers as CSV and JSON',
    load: async () => (await import('./commands/report.ts')).reportCommand,
  },
  {
    name: 'watch',
    summary: 'show a study that another process runs, from any terminal; q and Ctrl-C only leave',
    load: async () => (await import('./commands/watch.ts')).watchCommand,
  },
  {
    name: 'stop',
    summary: 'end a study that another process runs: it stores everything, and can be gone on with',
    load: async () => (await import('./commands/stop.ts')).stopCommand,
  },
  {
    name: 'worker',
    summary: 'do the work of studies that other machines run with --queue',
    load: async () => (await import('./commands/worker.ts')).workerCommand,
  },
  {
    name: 'workers',
    summary: 'who works for the studies of a queue: hosts, devices, what they do',
    load: async () => (await import('./commands/workers.ts')).workersCommand,
  },
  {
    name: 'studies',
    summary: 'list, check, rename and remove studies',
    load: async () => (await import('./commands/studies.ts')).studiesCommand,
  },
  {
    name: 'strategy',
    summary: 'try a strategy of your own before a study does',
    load: async () => (await import('./commands/strategy.ts')).strategyCommand,
  },
  {
    name: 'reproduce',
    summary: 'a table or figure of the paper: what it claims, what is measured here, and whether that holds',
    load: async () => (await import('./commands/reproduce.ts')).reproduceCommand,
  },
  {
    name: 'plan',
    summary:
      'which fan-outs and densities a network can have, what a choice saves, and how to spread an overall density over the junctions',
    load: async () => (await import('./commands/plan.ts')).planCommand,
  },
  {
    name: 'trainer',
    summary: 'a trainer of your own: a program to start from',
    load: async () => (await import('./commands/trainer.ts')).trainerCommand,
  },
  {
    name: 'export',
    summary: 'candidates as files: .py (for PyTorch), .json, .npz or .safetensors (masks), .csv (an edge list)',
    load: async () => (await import('./commands/export.ts')).exportCommand,
  },
  {
    name: 'data',
    summary: 'data sets: what there is, fetching it, and where it lies',
    load: async () => (await import('./commands/data.ts')).dataCommand,
  },
  {
    name: 'setup',
    summary: 'gets what a backend needs: TensorFlow, on the library of a Python wheel',
    load: async () => (await import('./commands/setup.ts')).setupCommand,
  },
  {
    name: 'doctor',
    summary: 'what engines, backends and devices work here, and how to get the others',
    load: async () => (await import('./commands/doctor.ts')).doctorCommand,
  },
  {
    name: 'completion',
    summary: 'completions for bash, zsh and fish: commands, options, their values, studies and files',
    load: async () => (await import('./commands/completion.ts')).completionCommand,
  },
];
