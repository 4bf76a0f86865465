/** Engines for tests that hold on every backend; those of a GPU are skipped, with the reason, where there is none. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Context } from 'mocha';
import { createEngine } from '../../../src/engine/create';
import type { BackendName, Engine } from '../../../src/engine/engine';
import { openNodeGpu } from '../../../src/engine/gpu/nodeGpu';

/** Where Chromium keeps its Vulkan driver for the CPU. */
const drivers = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'].map(f =>
  path.join(f, 'vk_swiftshader_icd.json'),
);

/** undefined where a GPU answers, be it an emulated one; else why there is none. */
let missing: Promise<string | undefined> | undefined;

async function probe(): Promise<string | undefined> {
  const icd = drivers.find(existsSync);
  if (process.env['VK_ICD_FILENAMES'] === undefined && icd) process.env['VK_ICD_FILENAMES'] = icd;
  // The loader of Vulkan complains of it on the standard error.
  process.env['XDG_RUNTIME_DIR'] ??= '/tmp';
  const gpu = await openNodeGpu();
  if (typeof gpu === 'string') return gpu;
  gpu.close();
  return undefined;
}

/** Skips the tests of the hook's suite, with the reason, where there is no GPU. */
export async function requireGpu(context: Context): Promise<void> {
  missing ??= probe();
  const reason = await missing;
  if (reason === undefined) return;
  console.log(`      webgpu is skipped: ${reason}`);
  context.skip();
}

export async function engineOn(backend: BackendName, context: Context): Promise<Engine> {
  if (backend === 'webgpu') await requireGpu(context);
  return createEngine({ backend });
}

/**
 * The cases of a reference that a backend is put to: on the GPU the first of each kind, as each compiles shaders of its
 * own, which takes an emulated GPU long. VITRINE_TEST_GPU=all puts it to all of them.
 */
export function casesOn<T>(
  backend: BackendName,
  cases: readonly T[],
  kindOf: (c: T) => string,
): readonly T[] {
  if (backend !== 'webgpu' || process.env['VITRINE_TEST_GPU'] === 'all') return cases;
  const seen = new Set<string>();
  return cases.filter(c => !seen.has(kindOf(c)) && seen.add(kindOf(c)));
}
