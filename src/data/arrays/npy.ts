/** NumPy's .npy: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
import { VitrineError } from '../../model/errors';

export interface NumpyArray {
  shape: readonly number[];
  /** Row-major, whatever the file's order. 64-bit integers beyond 2^53 lose digits, as in any double. */
  data: Float64Array;
}

/** An array as a file has it. */
export interface SavedArray extends NumpyArray {
  /** NumPy's letter of the kind and the bytes of a value, which a Float64Array has forgotten: "f4". */
  type: string;
}

const maxHeader = 1 << 16;
/** Values of one array. */
const maxValues = 500_000_000;

type Reader = (view: DataView, at: number, little: boolean) => number;

const readers: Readonly<Record<string, { size: number; read: Reader }>> = {
  b1: { size: 1, read: (v, at) => (v.getUint8(at) === 0 ? 0 : 1) },
  i1: { size: 1, read: (v, at) => v.getInt8(at) },
  u1: { size: 1, read: (v, at) => v.getUint8(at) },
  i2: { size: 2, read: (v, at, little) => v.getInt16(at, little) },
  u2: { size: 2, read: (v, at, little) => v.getUint16(at, little) },
  i4: { size: 4, read: (v, at, little) => v.getInt32(at, little) },
  u4: { size: 4, read: (v, at, little) => v.getUint32(at, little) },
  i8: { size: 8, read: (v, at, little) => Number(v.getBigInt64(at, little)) },
  u8: { size: 8, read: (v, at, little) => Number(v.getBigUint64(at, little)) },
  f2: { size: 2, read: (v, at, little) => halfToNumber(v.getUint16(at, little)) },
  f4: { size: 4, read: (v, at, little) => v.getFloat32(at, little) },
  f8: { size: 8, read: (v, at, little) => v.getFloat64(at, little) },
};

/**
 * @param what names the array in messages, e.g. the file's name.
 * @throws VitrineError bad-data for what is no array of numbers, or has more or fewer bytes than its header says.
 */
export function readNpy(bytes: Uint8Array, file: string, what: string): SavedArray {
  const bad = (message: string) => new VitrineError('bad-data', `${what}: ${message}`, { at: { file } });
  const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
  if (bytes.length < 10 || magic.some((b, i) => bytes[i] !== b))
    throw bad('this is no NumPy array: it does not begin with "\\x93NUMPY". Write it with numpy.save.');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[6]!;
  if (version < 1 || version > 3)
    throw bad(`version ${version} of the format is not known; expected 1 to 3.`);
  const start = version === 1 ? 10 : 12;
  if (bytes.length < start) throw bad('the file ends within its header. Write it again.');
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > maxHeader || start + length > bytes.length)
    throw bad(
      `the header says that it is ${length} bytes long, but the file has ${bytes.length}. It is damaged.`,
    );
  const header = new TextDecoder('latin1').decode(bytes.subarray(start, start + length));
  const { descr, fortran, shape } = parseHeader(header, bad);
  const kind = /^([<>|=])([a-zA-Z]\d+)$/.exec(descr);
  const how = kind && Object.hasOwn(readers, kind[2]!) ? readers[kind[2]!] : undefined;
  if (!how && /O$/.test(descr))
    throw bad(
      'this is an array of Python objects, which only Python can unpack. Save numbers: array.astype("float32").',
    );
  if (!how)
    throw bad(
      `the values are of the type "${descr}"; expected booleans, integers or floats. Convert it with array.astype("float32").`,
    );
  const count = shape.reduce((a, b) => a * b, 1);
  const there = bytes.length - start - length;
  if (!Number.isSafeInteger(count) || count > maxValues)
    throw bad(`the shape (${shape.join(', ')}) has more than ${maxValues} values. Divide the array.`);
  if (count * how.size !== there)
    throw bad(
      `the shape (${shape.join(', ')}) of ${descr} takes ${count * how.size} bytes, but the file has ${there}. It was cut off or is damaged.`,
    );
  const little = kind![1] !== '>';
  const data = new Float64Array(count);
  for (let i = 0, at = start + length; i < count; i++, at += how.size) data[i] = how.read(view, at, little);
  return { shape, type: kind![2]!, data: fortran && shape.length > 1 ? rowMajor(data, shape) : data };
}

/** A dictionary of Python with three keys; nothing is evaluated. */
function parseHeader(text: string, bad: (message: string) => VitrineError) {
  const descr = /'descr'\s*:\s*'([^']{1,32})'/.exec(text)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const sizes = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(text)?.[1];
  if (descr === undefined && /'descr'\s*:\s*\[/.test(text))
    throw bad('this is an array of records. Save each field as an array of its own, or use Parquet.');
  if (descr === undefined || order === undefined || sizes === undefined)
    throw bad("the header lacks 'descr', 'fortran_order' or 'shape'. It is damaged.");
  const shape = sizes
    .split(',')
    .map(s => s.replace('L', '').trim())
    .filter(s => s !== '')
    .map(Number);
  if (shape.length > 16 || !shape.every(n => Number.isSafeInteger(n) && n >= 0))
    throw bad(`the shape (${sizes}) is none.`);
  return { descr, fortran: order === 'True', shape };
}

function rowMajor(data: Float64Array, shape: readonly number[]): Float64Array {
  const out = new Float64Array(data.length);
  const strides = shape.map((_, i) => shape.slice(0, i).reduce((a, b) => a * b, 1));
  const index = new Array<number>(shape.length).fill(0);
  for (let i = 0; i < out.length; i++) {
    let from = 0;
    for (let d = 0; d < shape.length; d++) from += index[d]! * strides[d]!;
    out[i] = data[from]!;
    for (let d = shape.length - 1; d >= 0 && ++index[d]! === shape[d]; d--) index[d] = 0;
  }
  return out;
}

/** IEEE 754 binary16. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}
