import { copyFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { inFolder, runProgram } from './program.ts';

/** Files from people who tried to use the program, each named for its case; a network of 16-32-8 is trained on them. */
const field = (name: string) => fileURLToPath(new URL(`../fixtures/field/${name}`, import.meta.url));

const train = (data: string, cwd: string) =>
  runProgram(
    [
      ...['train', field('ok-16-32-8.npz'), '--data', data, '--epochs', '60', '--learning-rate', '0.02'],
      ...['--engine', 'sparse', '--workers', '1', '--json'],
    ],
    { cwd },
  );

async function accuracyOn(data: string): Promise<{ readonly accuracy: number; readonly said: string }> {
  return inFolder(async (cwd) => {
    const { code, stdout, stderr } = await train(data, cwd);
    expect(code, stderr).toBe(0);
    return { accuracy: JSON.parse(stdout).testAccuracy, said: stderr };
  });
}

describe('the accuracy is that of the user’s own test set, whose labels are all wrong,', () => {
  test.each([
    'k5-must-stay-right.npz',
    'k5-x-y-x_test-y_test.npz',
    'k5-capital-test.npz',
    'k7-emnist/emnist-letters-train-images-idx3-ubyte',
  ])('of %s', async (name) => {
    expect((await accuracyOn(field(name))).accuracy).toBeLessThan(0.15);
  });
});

describe('a part of the examples is the test set where there is none of its own:', () => {
  test.each(['data-ok.npz', 'k5-must-stay-right-extra.npz', 'k7-qmnist/qmnist-train-images-idx3-ubyte'])(
    '%s',
    async (name) => {
      const { accuracy, said } = await accuracyOn(field(name));
      expect(accuracy).toBe(1);
      expect(said).not.toMatch(/labels? |scaled differently/i);
    },
  );
});

test('labels from 1 to 8 are eight classes for eight outputs, and this is said', async () => {
  const { accuracy, said } = await accuracyOn(field('k6-eight-classes-from-1.npz'));
  expect(accuracy).toBeGreaterThan(0.9);
  expect(said).toContain('Labels run from 1 to 8: label 1 is taken as class 0, and so on.');
});

test('training data from 0 to 1 and test data from 0 to 255 are told, with both ranges', async () => {
  const { said } = await accuracyOn(field('k8-test-not-scaled.npz'));
  expect(said).toMatch(/x_train in .* runs from 0 to 0\.992 and x_test in .* from 10 to 254: .* scaled differently/);
});

describe('refused before anything is made, with what it is and what to do:', () => {
  test.each([
    ['k6-one-class-labelled-1.npz', /has one class only \(label 1\)/],
    ['k10-data.csv', /is a table as text \(CSV\).*\n.*numpy\.loadtxt\(.*delimiter=",".*numpy\.savez_compressed/],
    ['k10-checkpoint.pt', /is a PyTorch file.*\n.*torch\.load\(.*numpy\.savez_compressed/],
    ['k7-emnist', /it is a folder.*\n.*pictures.*numpy\.savez_compressed/],
  ])('%s', async (name, message) => {
    await inFolder(async (cwd) => {
      const { code, stdout, stderr } = await runProgram(
        ['train', field('ok-16-32-8.npz'), '--data', field(name), '--epochs', '1'],
        { cwd },
      );
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(message);
      expect(readdirSync(cwd)).toEqual([]);
    });
  });

  test('half a test set beside IDX files', async () => {
    await inFolder(async (cwd) => {
      for (const part of ['train-images-idx3', 'train-labels-idx1', 'test-images-idx3']) {
        copyFileSync(field(`k7-emnist/emnist-letters-${part}-ubyte`), join(cwd, `emnist-letters-${part}-ubyte`));
      }
      const { code, stderr } = await train('emnist-letters-train-images-idx3-ubyte', cwd);
      expect(code).toBe(1);
      expect(stderr).toMatch(/half a test set: emnist-letters-test-labels is not there/);
    });
  });

  test('a Git LFS pointer, and a device', async () => {
    await inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'lfs.npz'), 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n');
      const { code, stderr } = await train('lfs.npz', cwd);
      expect(code).toBe(1);
      expect(stderr).toMatch(/is a Git LFS pointer.*git lfs pull/s);
      expect((await train('/dev/zero', cwd)).stderr).toMatch(/\/dev\/zero: it is not a regular file/);
    });
  });
});
