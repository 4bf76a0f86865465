/** A GPU of WebGPU's as the engine uses it: the same in Node (npm package `webgpu`) and in a page. */
import { VitrineError } from '../../model/errors';

export interface GpuDevice {
  readonly device: GPUDevice;
  /** What it calls itself, for people: "NVIDIA GeForce RTX 4060 (ampere)". */
  readonly description: string;
  /** Whether it can time its kernels. */
  readonly timing: boolean;
  /** A driver that computes on the CPU (SwiftShader, llvmpipe, WARP): there for tests, seldom faster than the CPU itself. */
  readonly emulated: boolean;
  /** Why it answers no more; undefined while it does. */
  lost(): string | undefined;
  close(): void;
}

/** What drivers that compute on the CPU call themselves. */
export const emulators = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|\bwarp\b/i;

/**
 * @param gpu `navigator.gpu`, or what stands for it
 * @returns the device, or in a sentence why there is none.
 */
export async function openDevice(gpu: GPU): Promise<GpuDevice | string> {
  let adapter: GPUAdapter | null;
  try {
    adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  } catch (e) {
    return `asking for a GPU failed: ${messageOf(e)}`;
  }
  if (!adapter) return 'no GPU answered that WebGPU can use (is its driver installed?)';
  const { limits, info } = adapter;
  const timing = adapter.features.has('timestamp-query');
  let device: GPUDevice;
  try {
    device = await adapter.requestDevice({
      ...(timing && { requiredFeatures: ['timestamp-query'] }),
      requiredLimits: {
        maxBufferSize: limits.maxBufferSize,
        maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      },
    });
  } catch (e) {
    return `the GPU refused to be used: ${messageOf(e)}`;
  }
  const names = [info.vendor, info.device, info.architecture, info.description].filter(n => n !== '');
  const emulated = adapter.info.isFallbackAdapter === true || emulators.test(names.join(' '));
  const description = info.description || names.slice(0, 3).join(' ') || 'a GPU without a name';
  let reason: string | undefined;
  let failure: string | undefined;
  void device.lost.then(({ reason: why, message }) => {
    reason = message || why;
  });
  // What goes wrong where nobody asked: the next run tells it instead of wrong numbers.
  device.onuncapturederror = ({ error }) => {
    failure ??= error.message;
  };
  return {
    device,
    description,
    timing,
    emulated,
    lost: () => reason ?? failure,
    close: () => device.destroy(),
  };
}

/** The device is gone, and what it held with it. */
export function lostError(backend: string, reason: string): VitrineError {
  return new VitrineError(
    'device-lost',
    `The backend "${backend}" was lost: ${reason.trim().replace(/\.$/, '')}. Try again; the backend "webasm" needs no GPU.`,
  );
}

export function messageOf(e: unknown): string {
  return (e instanceof Error ? e.message : String(e)).split('\n')[0]!.trim();
}
