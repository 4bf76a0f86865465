/** Plain arrays, row-major: places of their elements. */

export type Index = (i: number) => number;

/** From an element's place in the broadcast result to its place in the operand. */
export function broadcastIndex(from: readonly number[], to: readonly number[]): Index {
  if (from.length === to.length && from.every((d, i) => d === to[i])) return i => i;
  if (count(from) === 1) return () => 0;
  const missing = to.length - from.length;
  const own = stridesOf(from);
  const strides = to.map((_, i) => (i < missing || from[i - missing] === 1 ? 0 : own[i - missing]!));
  const steps = stridesOf(to);
  return i => {
    let at = 0;
    for (let d = 0; d < to.length; d++) {
      const index = Math.floor(i / steps[d]!);
      i -= index * steps[d]!;
      at += index * strides[d]!;
    }
    return at;
  };
}

export function gather(
  data: Float64Array,
  shape: readonly number[],
  strides: readonly number[],
  offset = 0,
): Float64Array {
  const out = new Float64Array(count(shape));
  const index = shape.map(() => 0);
  let at = offset;
  for (let i = 0; i < out.length; i++) {
    out[i] = data[at]!;
    for (let d = shape.length - 1; d >= 0; d--) {
      at += strides[d]!;
      if (++index[d]! < shape[d]!) break;
      at -= strides[d]! * shape[d]!;
      index[d] = 0;
    }
  }
  return out;
}

export function fill(size: number, f: (i: number) => number): Float64Array {
  const out = new Float64Array(size);
  for (let i = 0; i < size; i++) out[i] = f(i);
  return out;
}

export function stridesOf(shape: readonly number[]): number[] {
  const out = shape.map(() => 1);
  for (let i = shape.length - 2; i >= 0; i--) out[i] = out[i + 1]! * shape[i + 1]!;
  return out;
}

export function count(shape: readonly number[]): number {
  return shape.reduce((p, d) => p * d, 1);
}
