/** From the file's bytes to the numbers of a Tensor, and back. Little-endian, as the format prescribes. */
import type { DType, Tensor } from '../../model/graph';

/** Types that can be read, with the format's names. */
export const dtypes: Readonly<Record<string, DType>> = {
  F32: 'float32',
  F64: 'float64',
  F16: 'float16',
  BF16: 'bfloat16',
  I64: 'int64',
  I32: 'int32',
  I16: 'int32',
  I8: 'int8',
  U8: 'uint8',
  U16: 'int32',
  BOOL: 'bool',
};

/**
 * Reads elements one by one, so that neither alignment nor the machine's byte order matters.
 *
 * @returns float32 for floats (F64 is rounded to it), int32 for integers and booleans; undefined for a 64-bit integer
 * that does not fit, with its place in `overflow`.
 */
export function fromBytes(dtype: string, bytes: Uint8Array): Tensor['data'] | { overflow: bigint } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const littleEndian = true;
  switch (dtype) {
    case 'F32':
      return fill(new Float32Array(bytes.length / 4), i => view.getFloat32(i * 4, littleEndian));
    case 'F64':
      return fill(new Float32Array(bytes.length / 8), i => view.getFloat64(i * 8, littleEndian));
    case 'F16':
      return fill(new Float32Array(bytes.length / 2), i => halfToFloat(view.getUint16(i * 2, littleEndian)));
    case 'BF16': {
      // bfloat16 is the upper half of a float32.
      const out = new Float32Array(bytes.length / 2);
      const raw = new Uint32Array(out.buffer);
      for (let i = 0; i < out.length; i++) raw[i] = view.getUint16(i * 2, littleEndian) << 16;
      return out;
    }
    case 'I64': {
      const out = new Int32Array(bytes.length / 8);
      for (let i = 0; i < out.length; i++) {
        const x = view.getBigInt64(i * 8, littleEndian);
        out[i] = Number(x);
        if (BigInt(out[i]!) !== x) return { overflow: x };
      }
      return out;
    }
    case 'I32':
      return fill(new Int32Array(bytes.length / 4), i => view.getInt32(i * 4, littleEndian));
    case 'I16':
      return fill(new Int32Array(bytes.length / 2), i => view.getInt16(i * 2, littleEndian));
    case 'U16':
      return fill(new Int32Array(bytes.length / 2), i => view.getUint16(i * 2, littleEndian));
    case 'I8':
      return fill(new Int32Array(bytes.length), i => view.getInt8(i));
    case 'U8':
      return fill(new Int32Array(bytes.length), i => view.getUint8(i));
    case 'BOOL':
      return fill(new Int32Array(bytes.length), i => (view.getUint8(i) === 0 ? 0 : 1));
    default:
      throw new RangeError(`no conversion from ${dtype}`);
  }
}

/** Bytes of a tensor: F32 for float32, I32 for int32. */
export function toBytes(data: Tensor['data']): Uint8Array {
  const bytes = new Uint8Array(data.length * 4);
  const view = new DataView(bytes.buffer);
  const real = data instanceof Float32Array;
  for (let i = 0; i < data.length; i++) {
    if (real) view.setFloat32(i * 4, data[i]!, true);
    else view.setInt32(i * 4, data[i]!, true);
  }
  return bytes;
}

/** IEEE 754 binary16: 1 sign, 5 exponent and 10 fraction bits. */
export function halfToFloat(h: number): number {
  const sign = h & 0x8000 ? -1 : 1;
  const exponent = (h >> 10) & 0x1f;
  const fraction = h & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function fill<T extends Float32Array | Int32Array>(out: T, at: (i: number) => number): T {
  for (let i = 0; i < out.length; i++) out[i] = at(i);
  return out;
}
