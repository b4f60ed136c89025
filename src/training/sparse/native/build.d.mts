/**
 * Builds the kernels into `target`/kernels.node, and writes `target`/outcome.json. Where they cannot be built there is no binary after
 * it, and nothing is thrown that is not the disk's fault.
 * @param flags further ones of the compiler
 */
export declare function buildKernels(
  target?: string,
  flags?: readonly string[],
): Promise<{ readonly built: boolean; readonly message: string }>;
