import { type ForeignKind, foreignWords } from '../../base/foreign-content.ts';
import { refuse } from './pattern-file.ts';

export const FROM_TORCH =
  'Save the masks as plain arrays in Python: numpy.savez("masks.npz", junction1=mask1.cpu().numpy(), junction2=…), or safetensors.torch.save_file({"junction1": mask1, …}, "masks.safetensors").';
const FROM_NUMPY =
  'Save the masks as plain arrays in Python: numpy.savez("masks.npz", junction1=mask1, junction2=…), each [right, left].';

const nextSteps: Readonly<Record<ForeignKind, string>> = {
  empty: 'Save it again: the program that wrote it did not come to its end.',
  'git-lfs': 'Fetch the file itself with "git lfs pull".',
  'web-page': 'Download the file itself.',
  pytorch: FROM_TORCH,
  pickle: FROM_NUMPY,
  keras: 'Save the kernels in Python: numpy.savez("masks.npz", junction1=layer1.get_weights()[0].T, junction2=…).',
  hdf5: FROM_NUMPY.replace('junction1=mask1', 'junction1=file["name"][:]'),
  matlab:
    'Save the masks in Python: numpy.savez("masks.npz", junction1=scipy.io.loadmat("FILE.mat")["name"], junction2=…), each [right, left].',
  onnx: FROM_NUMPY,
  gzip: 'Unpack it with gunzip first.',
  'delimited-text':
    'Save a mask of 0 and 1 in Python: numpy.save("mask.npy", numpy.loadtxt("FILE.csv", delimiter=",")); of edge lists, which "export" writes, keep a .json or .npz as well.',
};

/** Says what a file of another kind is, and how to save a pattern. @throws ScattershotError 'foreign-file' */
export function refuseForeignPattern(kind: ForeignKind): never {
  return refuse('foreign-file', `it is ${foreignWords[kind]}`, nextSteps[kind]);
}
