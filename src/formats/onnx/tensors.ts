/** The values of TensorProtos: in the message, in its raw bytes, or in a file beside the model. */
import { realpathSync } from 'node:fs';
import path from 'node:path';
import { VitrineError } from '../../model/errors';
import type { DType, Tensor } from '../../model/graph';
import { halfToFloat } from '../safetensors/convert';
import { elementTypes, type TensorProto } from './schema';
import { type ByteSource, fileSource } from './source';
import { numbersOf, WireError } from './wire';

/** More than any framework computes with. */
export const maxRank = 64;
/** Elements that one tensor may have: what an array of float32 can hold here. */
const maxElements = 2 ** 31 - 1;

export interface StoredTensor {
  name: string;
  dtype: DType;
  /** The file's own name of the type. */
  element: string;
  shape: readonly number[];
  /** Elements. */
  size: number;
  /** The values as JavaScript numbers; 64-bit integers beyond 2^53 are rounded. */
  numbers(): number[];
  /** float32 for floats, int32 for integers and booleans; larger integers are cut to the largest. */
  tensor(): Tensor;
}

/** Where a model's tensors may lie. */
export interface TensorFiles {
  file: string;
  source: ByteSource;
}

/**
 * Checks what a tensor says of itself against the bytes that are there; reads none of them.
 *
 * @throws VitrineError bad-file
 */
export function storedTensor(
  files: TensorFiles,
  proto: TensorProto,
  name: string,
  words?: { of(text: string): number },
): StoredTensor {
  const { file, source } = files;
  const bad = (what: string) =>
    new VitrineError('bad-file', `The tensor "${name}" ${what}.`, { at: { file } });
  const type = elementTypes[proto.dataType ?? 0];
  if (!type)
    throw bad(
      `has the element type ${proto.dataType ?? 0}, which is not read. Numbers and booleans of 8 to 64 bits are`,
    );
  const shape = numbersOf(source, proto.dims, maxRank);
  let size = 1;
  for (const d of shape) {
    if (!Number.isSafeInteger(d) || d < 0) throw bad(`has the size ${d}`);
    size *= d;
  }
  if (size > maxElements) throw bad(`has the shape (${shape.join(', ')}): more than ${maxElements} elements`);
  const base = { name, dtype: type.dtype, element: type.name, shape, size };
  const bytes = Math.ceil(size * type.bytes);
  const make = (into: <T extends Sink>(out: T) => T): StoredTensor => ({
    ...base,
    numbers: () => into(new Array<number>(size)),
    tensor: () => ({ shape, data: into(emptyData(type.dtype, size)) }),
  });
  if (type.name === 'STRING') {
    const texts = proto.stringData ?? [];
    if (!words || texts.length !== size)
      throw bad(words ? `has ${texts.length} texts, but its shape takes ${size}` : 'holds text');
    return make(out => {
      texts.forEach((t, i) => {
        if (t.end - t.start > longestText) throw bad(`has a text of ${t.end - t.start} bytes`);
        out[i] = words.of(utf8.decode(source.bytes(t.start, t.end)));
      });
      return out;
    });
  }
  if (proto.dataLocation === 1) {
    const place = externalPlace(proto, bytes, bad);
    return make(out => {
      const full = resolveBeside(file, place.location, bad);
      const other = fileSource(full);
      try {
        if (place.offset + place.length > other.size)
          throw bad(
            `lies at bytes ${place.offset} to ${place.offset + place.length} of "${place.location}", which has ${other.size}`,
          );
        return fill(out, other, place.offset, type.name, type.bytes, size);
      } finally {
        other.close();
      }
    });
  }
  if (proto.rawData) {
    const { start, end } = proto.rawData;
    if (end - start !== bytes)
      throw bad(
        `has ${end - start} bytes, but the shape (${shape.join(', ')}) of ${type.name} takes ${bytes}`,
      );
    return make(out => fill(out, source, start, type.name, type.bytes, size));
  }
  const field = {
    FLOAT: proto.floatData,
    DOUBLE: proto.doubleData,
    INT64: proto.int64Data,
    UINT32: proto.uint64Data,
    UINT64: proto.uint64Data,
  }[type.name];
  const list = type.name in { FLOAT: 0, DOUBLE: 0, INT64: 0, UINT32: 0, UINT64: 0 } ? field : proto.int32Data;
  const packed = type.bytes < 1;
  return make(out => {
    let values: number[];
    try {
      values = numbersOf(source, list, packed ? bytes : size);
    } catch (e) {
      if (e instanceof WireError) throw bad(`cannot be read: ${e.message}`);
      throw e;
    }
    if (values.length !== (packed ? bytes : size))
      throw bad(`has ${values.length} values, but the shape (${shape.join(', ')}) takes ${size}`);
    for (let i = 0; i < size; i++) {
      if (packed) {
        out[i] = half(values[i >> 1]!, i, type.name);
        continue;
      }
      const x = values[i]!;
      out[i] =
        type.name === 'FLOAT16'
          ? halfToFloat(x & 0xffff)
          : type.name === 'BFLOAT16'
            ? brainToFloat(x)
            : out instanceof Int32Array
              ? saturate(x)
              : x;
    }
    return out;
  });
}

const utf8 = new TextDecoder();
/** Bytes. */
const longestText = 1 << 20;

type Sink = number[] | Float32Array | Int32Array;

function emptyData(dtype: DType, size: number): Float32Array | Int32Array {
  return /^b?float/.test(dtype) ? new Float32Array(size) : new Int32Array(size);
}

function saturate(x: number): number {
  return x > 2147483647 ? 2147483647 : x < -2147483648 ? -2147483648 : x;
}

const brain = new DataView(new ArrayBuffer(4));
/** bfloat16 is the upper half of a float32. */
function brainToFloat(bits: number): number {
  brain.setUint32(0, (bits & 0xffff) << 16);
  return brain.getFloat32(0);
}

/** Little-endian elements, a part of the source at a time. */
function fill<T extends Sink>(
  out: T,
  source: ByteSource,
  start: number,
  type: string,
  width: number,
  size: number,
): T {
  if (width < 1) return fillHalves(out, source, start, type, size);
  const chunk = Math.max(1, Math.floor(65536 / width));
  const whole = out instanceof Int32Array;
  for (let first = 0; first < size; first += chunk) {
    const count = Math.min(chunk, size - first);
    const bytes = source.bytes(start + first * width, start + (first + count) * width);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let i = 0; i < count; i++) {
      const x = element(view, i * width, type);
      out[first + i] = whole ? saturate(x) : x;
    }
  }
  return out;
}

/** Whole numbers of 4 bits, two a byte, the lower half first. */
function fillHalves<T extends Sink>(
  out: T,
  source: ByteSource,
  start: number,
  type: string,
  size: number,
): T {
  const chunk = 65536;
  for (let first = 0; first < size; first += 2 * chunk) {
    const count = Math.min(2 * chunk, size - first);
    const bytes = source.bytes(start + first / 2, start + first / 2 + Math.ceil(count / 2));
    for (let i = 0; i < count; i++) out[first + i] = half(bytes[i >> 1]!, i, type);
  }
  return out;
}

function half(byte: number, i: number, type: string): number {
  const bits = (i & 1 ? byte >> 4 : byte) & 15;
  return type === 'INT4' && bits > 7 ? bits - 16 : bits;
}

function element(view: DataView, at: number, type: string): number {
  switch (type) {
    case 'FLOAT':
      return view.getFloat32(at, true);
    case 'DOUBLE':
      return view.getFloat64(at, true);
    case 'FLOAT16':
      return halfToFloat(view.getUint16(at, true));
    case 'BFLOAT16':
      return brainToFloat(view.getUint16(at, true));
    case 'INT64':
      return Number(view.getBigInt64(at, true));
    case 'UINT64':
      return Number(view.getBigUint64(at, true));
    case 'INT32':
      return view.getInt32(at, true);
    case 'UINT32':
      return view.getUint32(at, true);
    case 'INT16':
      return view.getInt16(at, true);
    case 'UINT16':
      return view.getUint16(at, true);
    case 'INT8':
      return view.getInt8(at);
    case 'UINT8':
      return view.getUint8(at);
    default:
      return view.getUint8(at) === 0 ? 0 : 1;
  }
}

/** Keys of external data: https://github.com/onnx/onnx/blob/main/docs/ExternalData.md */
function externalPlace(
  proto: TensorProto,
  expected: number,
  bad: (what: string) => VitrineError,
): { location: string; offset: number; length: number } {
  const entries = new Map((proto.externalData ?? []).map(e => [e.key ?? '', e.value ?? '']));
  const location = entries.get('location') ?? '';
  if (location === '') throw bad('is said to lie in another file, which is not named');
  const offset = Number(entries.get('offset') ?? 0);
  const length = Number(entries.get('length') ?? expected);
  if (!Number.isSafeInteger(offset) || offset < 0)
    throw bad(`begins at the byte "${entries.get('offset')}" of "${location}"`);
  if (length !== expected)
    throw bad(`has ${entries.get('length')} bytes in "${location}", but its shape and type take ${expected}`);
  return { location, offset, length };
}

/**
 * A file below the model's own folder, links followed: a model must not be able to have any other file read.
 */
function resolveBeside(file: string, location: string, bad: (what: string) => VitrineError): string {
  const folder = path.dirname(path.resolve(file));
  const refused = () =>
    bad(`is said to lie in "${location}", outside of the model's folder. Put the data beside the model`);
  if (location.includes('\0') || path.isAbsolute(location) || path.win32.isAbsolute(location))
    throw refused();
  const full = path.resolve(folder, location.replaceAll('\\', '/'));
  const isInside = (root: string, inner: string) =>
    inner.startsWith(root.endsWith(path.sep) ? root : root + path.sep);
  if (!isInside(folder, full)) throw refused();
  let real: string;
  try {
    real = realpathSync(full);
  } catch {
    throw bad(`lies in the file "${location}", which is not there. Put it beside the model`);
  }
  if (!isInside(realpathSync(folder), real)) throw refused();
  return full;
}
