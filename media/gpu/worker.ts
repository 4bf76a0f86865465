/** The worker that computes for the engine on the page's GPU: by WebGPU, and where that has no GPU, by WebGL2. */

import type { GpuCall, GpuReply } from '../../src/editor/gpuProtocol';
import type { Executor } from '../../src/engine/executors/executor';
import { RemoteHost } from '../../src/engine/executors/remoteHost';
import { webglExecutor } from '../../src/engine/executors/webgl';
import { webgpuExecutor } from '../../src/engine/executors/webgpu';
import { openDevice } from '../../src/engine/gpu/device';

/** Of the two APIs, the only one that may be used. */
let only: string | null = null;

async function open(): Promise<Executor | string> {
  const gpu =
    only === 'webgl2'
      ? 'WebGPU is switched off'
      : navigator.gpu
        ? await openDevice(navigator.gpu)
        : 'this VS Code has no WebGPU';
  if (typeof gpu !== 'string') return webgpuExecutor(gpu, 'webview');
  const gl = webglExecutor('webview');
  return typeof gl === 'string' ? `${gpu}, and ${gl}` : gl;
}

const host = new RemoteHost(open);

self.onmessage = async ({ data }: MessageEvent<GpuCall>) => {
  if (data.method === 'open') only = (data.params as { only: string | null } | null)?.only ?? null;
  const answer = await host.answer(data.method, data.params);
  const reply: GpuReply = { type: 'reply', call: data.call, answer };
  self.postMessage(reply);
};
