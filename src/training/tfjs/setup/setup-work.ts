/** What a user asked of the setup. */
export interface SetupOptions {
  /** a Python to take TensorFlow from, or to make the virtual environment with; null: `python3`, then `python` */
  readonly python: string | null;
  /** make a virtual environment although a TensorFlow is installed */
  readonly venv: boolean;
  /** null: where an NVIDIA driver is found */
  readonly cuda: boolean | null;
}

/** One run of the setup. */
export interface SetupWork {
  readonly options: SetupOptions;
  readonly folder: string;
  readonly cuda: boolean;
  readonly signal: AbortSignal | undefined;
  /** one line for the user: a step that begins, or what was found */
  readonly say: (line: string) => void;
  /** every line of the programs that run */
  readonly log: (line: string) => void;
}
