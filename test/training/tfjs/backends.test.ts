import { describe, expect, test } from 'vitest';
import { unwrap } from '../../../src/base/failure.ts';
import { backendNames } from '../../../src/training/backend-names.ts';
import { chooseBackend, detectBackends } from '../../../src/training/tfjs/backends.ts';
import { probeBackend } from '../../../src/training/tfjs/probe.ts';

describe('trying a backend', () => {
  test('in a process of its own says what started', async () => {
    expect(await probeBackend('cpu', false)).toEqual({
      ok: true,
      value: { device: null, detail: 'plain JavaScript', gpu: false },
    });
    expect(await probeBackend('wasm', false)).toMatchObject({ ok: true, value: { detail: 'SIMD', gpu: false } });
  });

  test('survives a driver that crashes', async () => {
    const dying = new URL('./probe-that-dies.ts', import.meta.url);
    const outcome = await probeBackend('cpu', false, { childUrl: dying });
    expect(outcome).toMatchObject({ ok: false, reason: 'backend-crashed' });
    expect(outcome).toHaveProperty('message', expect.stringContaining('SIGSEGV'));
  });
});

test('every backend is reported, in order of preference, with a reason and a next step where something is missing', async () => {
  const reports = await detectBackends();
  expect(reports.map(({ backend }) => backend)).toEqual(backendNames);
  for (const { available, auto, gpu, device, reason, message, nextStep } of reports) {
    expect(message).not.toBe('');
    expect(device === null).toBe(!available);
    expect(reason === null).toBe(nextStep === null);
    if (!available) expect([auto, gpu, reason]).toEqual([false, false, expect.stringMatching(/^[a-z-]+$/)]);
  }
  const [tensorflow, webgpu, wasm, cpu] = reports;
  expect([wasm.available, wasm.auto, cpu.available, cpu.auto]).toEqual([true, true, true, true]);
  for (const report of [tensorflow, webgpu]) expect(report.auto).toBe(report.gpu);
});

describe('choosing a backend', () => {
  test('auto is a GPU or wasm, never a software GPU, and says why others were passed over', async () => {
    const { backend, passedOver } = unwrap(await chooseBackend('auto'));
    if (backend === 'wasm') expect(passedOver).toHaveLength(2);
    else expect(['tensorflow', 'webgpu']).toContain(backend);
    for (const [index, why] of passedOver.entries()) expect(why).toMatch(new RegExp(`^${backendNames[index]}: .+`));
  });

  test('by name is that one or a failure, never another', async () => {
    for (const wanted of backendNames) {
      const chosen = await chooseBackend(wanted);
      if (chosen.ok) expect(chosen.value).toEqual({ backend: wanted, passedOver: [] });
      else expect(['tensorflow', 'webgpu']).toContain(wanted);
    }
  });
});
