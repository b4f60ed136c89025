/**
 * Python interpreters that have PyTorch, one or more separated by ":", from SCATTERSHOT_TORCH_PYTHON; without it tests of what PyTorch
 * computes are skipped.
 */
export const torchPythons: readonly string[] = (process.env.SCATTERSHOT_TORCH_PYTHON ?? '')
  .split(':')
  .filter((path) => path !== '');
