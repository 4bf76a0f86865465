/** Between the GPU's tab and the extension host, which passes calls of the engine through. */
import type { RemoteAnswer, RemoteMethod } from '../engine/executors/remote';

export interface GpuCall {
  type: 'call';
  call: number;
  method: RemoteMethod;
  params: unknown;
}

export interface GpuReply {
  type: 'reply';
  call: number;
  answer: RemoteAnswer;
}

export type ToGpuPage = GpuCall | { type: 'strings'; strings: Readonly<Record<string, string>> };
export type FromGpuPage = GpuReply | { type: 'ready' } | { type: 'broken'; message: string };
