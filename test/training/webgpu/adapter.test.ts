import { expect, test } from 'vitest';
import { isSoftware } from '../../../src/training/webgpu/adapter.ts';

const adapter = (description: string, more: object = {}) => ({
  info: { vendor: '', architecture: '', device: '', description, ...more },
});

test.each([
  ['SwiftShader driver 5.0.0', { vendor: 'google', architecture: 'swiftshader' }],
  ['llvmpipe (LLVM 15.0.6, 256 bits)', {}],
  ['Microsoft Basic Render Driver', {}],
  ['a name that says nothing', { isFallbackAdapter: true }],
])('%s is a program that plays a GPU', (description, more) => {
  expect(isSoftware(adapter(description, more))).toBe(true);
});

test.each([
  ['NVIDIA H100 80GB HBM3', { vendor: 'nvidia', architecture: 'hopper' }],
  ['AMD Radeon RX 7900 XTX (RADV NAVI31)', { vendor: 'amd', architecture: 'rdna-3' }],
  ['Intel(R) Iris(R) Xe Graphics (TGL GT2)', { vendor: 'intel', architecture: 'xe' }],
  ['Apple M2', { vendor: 'apple', isFallbackAdapter: false }],
])('%s is a GPU', (description, more) => {
  expect(isSoftware(adapter(description, more))).toBe(false);
});
