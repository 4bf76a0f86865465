/**
 * Weights as small whole numbers, one scale a channel, symmetric about zero: how ONNX Runtime and PyTorch keep the weights
 * of quantised models.
 */
import type { Model, Tensor } from './graph';
import { toEven } from './rounding';

/** Of the engine's weights, those that the arithmetic of a layer lies in: matrices, kernels, embeddings. */
export function quantisable(model: Model): string[] {
  return model.parameters
    .filter(p => p.kind === 'parameter' && /float/.test(p.dtype) && p.shape.length > 1)
    .map(p => p.name);
}

/** The axis of a weight that makes its output: each of its entries has a scale of its own. */
export function channelAxis(model: Model, name: string): number {
  for (const { op, inputs, attributes } of model.nodes) {
    if (inputs[1] !== name) continue;
    if (op === 'ConvTranspose' || (op === 'Gemm' && !attributes['transB'])) return 1;
    if (op === 'MatMul') return (model.values[name]?.shape.length ?? 1) - 1;
  }
  return 0;
}

export interface Quantised {
  /** Within ±(2^(bits - 1) - 1). */
  codes: Int8Array;
  /** By entry of the axis; the value is code times scale. */
  scales: Float32Array;
}

/**
 * Nearest multiples (halves to even) of the largest magnitude over 2^(bits - 1) - 1, by entry of `axis`: what ONNX Runtime
 * makes of weights as QInt8, and torch.fake_quantize_per_channel_affine with these scales.
 *
 * @param bits 2 to 8.
 */
export function quantised({ shape, data }: Tensor, axis: number, bits: number): Quantised {
  const most = 2 ** (bits - 1) - 1;
  const scales = new Float32Array(shape[axis] ?? 1);
  const channel = channelOf(shape, axis);
  for (let i = 0; i < data.length; i++) {
    const c = channel(i);
    scales[c] = Math.max(scales[c]!, Math.abs(data[i]!));
  }
  // A channel of zeros has no range: any scale leaves zeros.
  for (let c = 0; c < scales.length; c++) scales[c] = scales[c]! > 0 ? scales[c]! / most : 1;
  const codes = Int8Array.from(data, (v, i) =>
    Math.max(-most, Math.min(most, toEven(v / scales[channel(i)]!))),
  );
  return { codes, scales };
}

/** The weight as it is computed with once it was quantised. */
export function dequantised({ shape, data }: Tensor, axis: number, bits: number): Tensor {
  const { codes, scales } = quantised({ shape, data }, axis, bits);
  const channel = channelOf(shape, axis);
  return { shape, data: Float32Array.from(codes, (q, i) => q * scales[channel(i)]!) };
}

/** Of a number by its place, its entry of an axis. */
function channelOf(shape: readonly number[], axis: number): (place: number) => number {
  const channels = shape[axis] ?? 1;
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  return i => Math.floor(i / inner) % channels;
}
