/**
 * WebGPU in Node: the npm package `webgpu` (Dawn). It is native and large (17 MB a platform and more), so nothing here
 * needs it. It is taken from the folder that VITRINE_WEBGPU names, from `webgpu` beside this program (where a VSIX for
 * one platform may carry it), or from wherever Node finds the package.
 */
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type GpuDevice, messageOf, openDevice } from './device';

interface WebGpuPackage {
  create(options: readonly string[]): GPU;
}

/** Dawn, once a process: it may not be collected while devices live, nor started twice. */
let started: GPU | undefined;

export async function openNodeGpu(): Promise<GpuDevice | string> {
  const named = process.env['VITRINE_WEBGPU'];
  if (named === 'off') return 'it is switched off by VITRINE_WEBGPU=off';
  const beside = path.join(__dirname, 'webgpu');
  const folder = named || (existsSync(beside) ? beside : undefined);
  // Without it drivers for Linux complain on the standard error of whoever looks for a GPU.
  if (process.platform === 'linux') process.env['XDG_RUNTIME_DIR'] ??= os.tmpdir();
  let module: WebGpuPackage;
  try {
    module = folder ? await import(entryOf(folder)) : ((await import('webgpu' as string)) as WebGpuPackage);
  } catch (e) {
    const text = messageOf(e);
    if (!folder && /Cannot find (package|module) 'webgpu'/.test(text))
      return 'the npm package `webgpu` is not installed (docs/engine.md says how to add it)';
    return `the npm package \`webgpu\`${folder ? ` in ${folder}` : ''} does not load here: ${text}`;
  }
  try {
    // Kernels' times are for profiles; nothing secret runs beside them that rounding them would hide.
    started ??= module.create(['disable-dawn-features=timestamp_quantization']);
  } catch (e) {
    return `the npm package \`webgpu\` does not start: ${messageOf(e)}`;
  }
  return openDevice(started);
}

/** Node imports modules by their files, not by their folders. */
function entryOf(folder: string): string {
  const entry = [path.join(folder, 'index.js'), path.join(folder, 'node_modules/webgpu/index.js')];
  return pathToFileURL(entry.find(existsSync) ?? entry[0]!).href;
}
