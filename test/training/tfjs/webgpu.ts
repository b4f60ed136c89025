import { existsSync } from 'node:fs';
import type { Outcome } from '../../../src/base/failure.ts';
import type { StartedBackend } from '../../../src/training/pool/messages.ts';
import { probeBackend } from '../../../src/training/tfjs/probe.ts';

/** Debian's chromium-common brings a software Vulkan device; with a real one, that is used. */
const SOFTWARE_VULKAN = '/usr/lib/chromium/vk_swiftshader_icd.json';

/** Whether WebGPU can be tested here, on what, and if not why; points it to the software device where there is no other. */
export async function findWebGpu(): Promise<Outcome<StartedBackend>> {
  const hardware = await probeBackend('webgpu', false);
  if (hardware.ok) return hardware;
  if (existsSync(SOFTWARE_VULKAN)) process.env.VK_ICD_FILENAMES ??= SOFTWARE_VULKAN;
  return probeBackend('webgpu', true);
}
