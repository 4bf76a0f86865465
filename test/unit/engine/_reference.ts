/** Models of one op for comparing with PyTorch's values. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Attributes, DType, Model, Parameter, Tensor, Value } from '../../../src/model/graph';

export interface ReferenceTensor {
  shape: number[];
  data: number[];
  dtype: DType;
}

export function reference<T>(name: string): T {
  return JSON.parse(readFileSync(join(process.cwd(), 'test/reference', name), 'utf8')) as T;
}

export function tensor({ shape, data, dtype }: ReferenceTensor): Tensor {
  return { shape, data: dtype.startsWith('float') ? Float32Array.from(data) : Int32Array.from(data) };
}

/** A model whose only node is the op; its inputs are x0, x1, … and its outputs y0, y1, … */
export function modelOf(
  op: string,
  attributes: Attributes,
  inputs: readonly (ReferenceTensor | null)[],
  outputs: readonly ReferenceTensor[],
): Model {
  const values: Record<string, Value> = {};
  inputs.forEach((t, i) => {
    if (t) values[`x${i}`] = { id: `x${i}`, dtype: t.dtype, shape: t.shape };
  });
  outputs.forEach((t, i) => {
    values[`y${i}`] = { id: `y${i}`, dtype: t.dtype, shape: t.shape };
  });
  const ids = inputs.map((t, i) => (t ? `x${i}` : ''));
  const results = outputs.map((_, i) => `y${i}`);
  return {
    name: op,
    file: 'test.py',
    format: 'pytorch',
    inputs: ids.filter(id => id !== ''),
    outputs: results,
    values,
    nodes: [{ id: 'n', op, module: '', inputs: ids, outputs: results, attributes }],
    parameters: [],
    modules: [],
  };
}

export function parameter(name: string, shape: readonly number[], more: Partial<Parameter> = {}): Parameter {
  return {
    name,
    dtype: 'float32',
    shape,
    kind: 'parameter',
    trainable: true,
    initializer: { kind: 'zeros' },
    ...more,
  };
}

/**
 * The largest difference, relative to the largest expected value. Where only zeros are expected, anything else is
 * infinitely far.
 */
export function relativeError(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  let error = 0;
  let scale = 0;
  for (let i = 0; i < expected.length; i++) {
    const d = Math.abs(got[i]! - expected[i]!);
    error = Number.isNaN(d) ? Number.POSITIVE_INFINITY : Math.max(error, d);
    scale = Math.max(scale, Math.abs(expected[i]!));
  }
  return error === 0 ? 0 : error / scale;
}

/** `noise` of engine_models.py: the finaliser of MurmurHash3 over the index and the stream's number. */
export function noise(count: number, stream: number): Float32Array {
  const start = Math.imul(stream, 0x9e3779b1);
  return Float32Array.from({ length: count }, (_, i) => {
    let h = (i + start) >>> 0;
    h ^= h >>> 16;
    h = Math.imul(h, 0x85ebca6b);
    h ^= h >>> 13;
    h = Math.imul(h, 0xc2b2ae35);
    h ^= h >>> 16;
    return (h >>> 0) / 2147483648 - 1;
  });
}
