/**
 * The head of a safetensors file: 8 bytes with the length of a JSON text (little-endian), the JSON text, then the
 * tensors' bytes. Format: https://github.com/huggingface/safetensors#format. A file is hostile until proven: nothing
 * here allocates more than the header needs, and every offset is checked against the file's true size.
 */
import { basename } from 'node:path';
import { VitrineError } from '../../model/errors';

/** The format's own limit. */
export const maxHeaderBytes = 100_000_000;
/** More than any framework computes with. */
const maxRank = 64;

/** Bits an element takes, by the format's names of types. */
const bits: Readonly<Record<string, number>> = {
  BOOL: 8,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  I64: 64,
  U64: 64,
  F64: 64,
  C64: 64,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
};

export interface TensorEntry {
  name: string;
  /** The format's name, e.g. "F32" or "BF16". */
  dtype: string;
  shape: readonly number[];
  /** Absolute positions in the file: [start, end). */
  start: number;
  end: number;
}

export interface Header {
  file: string;
  tensors: ReadonlyMap<string, TensorEntry>;
  /** The `__metadata__` entry: free strings. */
  metadata: Readonly<Record<string, string>>;
}

/** Length of the JSON text from the file's first 8 bytes. @throws VitrineError bad-file */
export function headerLength(first: Uint8Array, fileSize: number, file: string): number {
  if (first.length < 8)
    throw bad(
      file,
      `${basename(file)} has ${fileSize} bytes; a safetensors file begins with 8 bytes that give its header's length.`,
    );
  const length = new DataView(first.buffer, first.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(maxHeaderBytes))
    throw bad(
      file,
      `The header of ${basename(file)} claims ${length} bytes; at most ${maxHeaderBytes} are allowed. This is no safetensors file, or it is damaged.`,
    );
  if (Number(length) > fileSize - 8)
    throw bad(
      file,
      `The header of ${basename(file)} claims ${length} bytes, but the file has only ${fileSize - 8} after its first 8. It is truncated: copy or download it again.`,
    );
  return Number(length);
}

/**
 * @param text the header's bytes.
 * @param fileSize the file's true size, against which every offset is checked.
 * @throws VitrineError bad-file: not JSON, a name given twice, an unknown type, a shape that is none or whose size
 * overflows, bytes that do not match the shape, overlap, leave gaps, or lie outside of the file.
 */
export function parseHeader(text: Uint8Array, fileSize: number, file: string): Header {
  const root = parseJson(text, file);
  const tensors = new Map<string, TensorEntry>();
  // No prototype, so that a tensor or key named "__proto__" is nothing special.
  let metadata: Record<string, string> = Object.create(null);
  const dataStart = 8 + text.length;
  for (const [name, value] of root) {
    if (name === '__metadata__') {
      metadata = readMetadata(value, file);
      continue;
    }
    tensors.set(name, readEntry(name, value, dataStart, fileSize, file));
  }
  checkLayout([...tensors.values()], dataStart, fileSize, file);
  return { file, tensors, metadata };
}

/** Top-level entries in order. JSON.parse keeps only the last of two equal names, so those are looked for. */
function parseJson(bytes: Uint8Array, file: string): [string, unknown][] {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    value = JSON.parse(text);
  } catch {
    throw bad(
      file,
      `The header of ${basename(file)} is not JSON text. This is no safetensors file, or it is damaged.`,
    );
  }
  if (!isObject(value))
    throw bad(file, `The header of ${basename(file)} is not a JSON object with an entry for each tensor.`);
  checkNames(text, file);
  return Object.entries(value);
}

/** Finds a name that the text states twice on its first level, which JSON.parse would silently merge. */
function checkNames(text: string, file: string): void {
  const seen = new Set<string>();
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x7b || c === 0x5b) depth++;
    else if (c === 0x7d || c === 0x5d) depth--;
    if (c !== 0x22) continue;
    const start = i;
    for (i++; text.charCodeAt(i) !== 0x22; i++) if (text.charCodeAt(i) === 0x5c) i++;
    // On the first level there are only names and objects.
    if (depth !== 1) continue;
    const name = JSON.parse(text.slice(start, i + 1)) as string;
    if (seen.has(name))
      throw bad(
        file,
        `The header of ${basename(file)} names the tensor "${name}" twice. The file was written wrongly.`,
      );
    seen.add(name);
  }
}

function readMetadata(value: unknown, file: string): Record<string, string> {
  if (!isObject(value))
    throw bad(file, `"__metadata__" in the header of ${basename(file)} is not an object of strings.`);
  const out: Record<string, string> = Object.create(null);
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string')
      throw bad(
        file,
        `"__metadata__" in the header of ${basename(file)} has a value for "${key}" that is no text.`,
      );
    out[key] = text;
  }
  return out;
}

function readEntry(
  name: string,
  value: unknown,
  dataStart: number,
  fileSize: number,
  file: string,
): TensorEntry {
  const wrong = (what: string) => bad(file, `Tensor "${name}" of ${basename(file)}: ${what}`);
  if (!isObject(value)) throw wrong('expected an object with dtype, shape and data_offsets.');
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string' || !Object.hasOwn(bits, dtype))
    throw wrong(`found the type ${clip(dtype)}, expected one of ${Object.keys(bits).join(', ')}.`);
  if (!isSizes(shape) || shape.length > maxRank)
    throw wrong(`found the shape ${clip(shape)}, expected at most ${maxRank} whole numbers from 0.`);
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!)
    throw wrong(`found data_offsets ${clip(offsets)}, expected [start, end].`);
  let elements = 1;
  for (const size of shape) {
    elements *= size;
    if (elements > Number.MAX_SAFE_INTEGER)
      throw wrong(
        `the shape (${shape.join(', ')}) has more elements than can be counted. The file is damaged.`,
      );
  }
  const wanted = (elements * bits[dtype]!) / 8;
  const [start, end] = offsets as [number, number];
  if (end - start !== wanted)
    throw wrong(
      `${dtype} of shape (${shape.join(', ')}) takes ${wanted} bytes, but data_offsets give it ${end - start}. The file is damaged.`,
    );
  if (dataStart + end > fileSize)
    throw wrong(
      `its data end at byte ${dataStart + end}, but the file has only ${fileSize}. It is truncated: copy or download it again.`,
    );
  return { name, dtype, shape, start: dataStart + start, end: dataStart + end };
}

/** The format allows neither overlaps nor holes nor bytes behind the last tensor. */
function checkLayout(entries: TensorEntry[], dataStart: number, fileSize: number, file: string): void {
  let position = dataStart;
  for (const entry of entries.sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (entry.start !== position)
      throw bad(
        file,
        `Tensor "${entry.name}" of ${basename(file)} ${entry.start < position ? 'overlaps the tensor before it' : 'leaves a hole before it'} (byte ${entry.start}, expected ${position}). The file is damaged.`,
      );
    position = entry.end;
  }
  if (position !== fileSize)
    throw bad(
      file,
      `The tensors of ${basename(file)} end at byte ${position}, but the file has ${fileSize}. It is damaged, or two files in one.`,
    );
}

function clip(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(x => Number.isSafeInteger(x) && x >= 0);
}

function bad(file: string, message: string): VitrineError {
  return new VitrineError('bad-file', message, { at: { file } });
}
