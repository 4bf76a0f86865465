/** The GPU by WebGL2, in a page, for where WebGPU has none: gpu.js's pipeline over textures. */
import { GPU } from 'gpu.js';
import type { BackendInfo, BackendName } from '../engine';
import { emulators } from '../gpu/device';
import type { Executor } from './executor';
import { compilePipeline } from './pipeline';

/** @returns the executor, or in a sentence why there is none. */
export function webglExecutor(name: BackendName): Executor | string {
  const context =
    typeof OffscreenCanvas === 'function' ? new OffscreenCanvas(1, 1).getContext('webgl2') : null;
  if (!context) return 'WebGL2 is not there either';
  if (!context.getExtension('EXT_color_buffer_float'))
    return 'WebGL2 cannot store floating-point numbers here';
  const debug = context.getExtension('WEBGL_debug_renderer_info');
  const renderer = String(context.getParameter(debug ? debug.UNMASKED_RENDERER_WEBGL : context.RENDERER));
  const emulated = emulators.test(renderer);
  const backend: BackendInfo = {
    name,
    executor: `WebGL2 on ${renderer}${emulated ? ', emulated on the CPU' : ''}`,
    threads: 1,
    ...(emulated && { emulated }),
  };
  const gpu = new GPU({ mode: 'webgl2' });
  let lost: string | undefined;
  return {
    backend,
    fast: false,
    compile: plan => compilePipeline(gpu, backend, 'webgl2', plan),
    lost: () => lost,
    dispose: async () => {
      lost = 'it was closed';
      await gpu.destroy();
    },
  };
}
