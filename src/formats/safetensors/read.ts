/** Reads safetensors: the header at once, each tensor when it is asked for. */
import { type FileHandle, open, stat } from 'node:fs/promises';
import path from 'node:path';
import { VitrineError } from '../../model/errors';
import type { Tensor, Tensors } from '../../model/graph';
import { nearest } from '../../model/suggest';
import { dtypes, fromBytes } from './convert';
import { type Header, headerLength, parseHeader, type TensorEntry } from './header';
import { keepHeader, keptHeader } from './keptHeaders';

/** An open safetensors file; only its header is in memory. Close it when done. */
export interface SafetensorsReader {
  readonly header: Header;
  /**
   * One tensor's values, converted to float32 or int32.
   *
   * @throws VitrineError bad-file: no tensor of this name, a type that has no conversion, an integer beyond 32 bits.
   */
  tensor(name: string): Promise<Tensor>;
  close(): Promise<void>;
}

/** Reads only the header, unless it is known. @throws VitrineError file-not-found, bad-file */
export async function readSafetensorsHeader(file: string): Promise<Header> {
  const info = await stat(file, { bigint: true }).catch(() => undefined);
  const known = info && keptHeader(file, info);
  if (known) return known;
  const reader = await openSafetensors(file);
  await reader.close();
  return reader.header;
}

/** All tensors of a file or buffer, by name. @throws VitrineError file-not-found, bad-file */
export async function readSafetensors(
  source: string | Uint8Array,
  name?: string,
): Promise<{ tensors: Tensors; metadata: Readonly<Record<string, string>> }> {
  const reader =
    typeof source === 'string'
      ? await openSafetensors(source)
      : openSafetensorsBuffer(source, name ?? 'buffer');
  try {
    // No prototype: a tensor may have any name.
    const tensors: Tensors = Object.create(null);
    for (const key of reader.header.tensors.keys()) tensors[key] = await reader.tensor(key);
    return { tensors, metadata: reader.header.metadata };
  } finally {
    await reader.close();
  }
}

/** @throws VitrineError file-not-found, bad-file */
export async function openSafetensors(file: string): Promise<SafetensorsReader> {
  const handle = await openFile(file);
  try {
    const header = await headerOf(handle, file);
    return {
      header,
      tensor: async name => {
        const entry = entryOf(header, name);
        return convert(entry, await bytesAt(handle, entry.start, entry.end - entry.start, file), file);
      },
      close: () => handle.close(),
    };
  } catch (e) {
    await handle.close();
    throw e;
  }
}

/** Most headers are read at once with what says how long they are. */
const firstBytes = 16_384;

async function headerOf(handle: FileHandle, file: string): Promise<Header> {
  const info = await handle.stat({ bigint: true });
  if (!info.isFile())
    throw new VitrineError('bad-file', `${path.basename(file)} is no file: expected a safetensors file.`, {
      at: { file },
    });
  const known = keptHeader(file, info);
  if (known) return known;
  const size = Number(info.size);
  const first = await bytesAt(handle, 0, Math.min(firstBytes, size), file);
  const length = headerLength(first.subarray(0, 8), size, file);
  const text =
    8 + length <= first.length ? first.subarray(8, 8 + length) : await bytesAt(handle, 8, length, file);
  const header = parseHeader(text, size, file);
  keepHeader(header, info, length);
  return header;
}

/**
 * One tensor of a file whose header is known already, without keeping the file open.
 *
 * @throws VitrineError file-not-found, bad-file
 */
export async function readTensorOf(header: Header, name: string): Promise<Tensor> {
  const { file } = header;
  const entry = entryOf(header, name);
  const handle = await openFile(file);
  try {
    return convert(entry, await bytesAt(handle, entry.start, entry.end - entry.start, file), file);
  } finally {
    await handle.close();
  }
}

/** Windows that a sample of a large tensor is made of. */
const windows = 64;

/**
 * At most `most` values of a tensor, from windows that lie evenly in it.
 *
 * @throws VitrineError file-not-found, bad-file
 */
export async function sampleTensorOf(
  header: Header,
  name: string,
  most: number,
): Promise<{ data: Tensor['data']; of: number }> {
  const { file } = header;
  const entry = entryOf(header, name);
  const of = entry.shape.reduce((a, b) => a * b, 1);
  if (of <= most) return { data: (await readTensorOf(header, name)).data, of };
  const width = (entry.end - entry.start) / of;
  const count = Math.floor(most / windows);
  const handle = await openFile(file);
  try {
    const parts: Tensor['data'][] = [];
    for (let w = 0; w < windows; w++) {
      const first = Math.floor(((of - count) * w) / (windows - 1));
      const bytes = await bytesAt(handle, entry.start + first * width, count * width, file);
      parts.push(convert({ ...entry, shape: [count] }, bytes, file).data);
    }
    const data =
      parts[0] instanceof Float32Array ? new Float32Array(count * windows) : new Int32Array(count * windows);
    for (const [w, part] of parts.entries()) data.set(part, w * count);
    return { data, of };
  } finally {
    await handle.close();
  }
}

/** The same over bytes in memory; tensors are copied out of them. @throws VitrineError bad-file */
export function openSafetensorsBuffer(bytes: Uint8Array, file: string): SafetensorsReader {
  const length = headerLength(bytes.subarray(0, 8), bytes.length, file);
  const header = parseHeader(bytes.subarray(8, 8 + length), bytes.length, file);
  return {
    header,
    tensor: async name => {
      const entry = entryOf(header, name);
      return convert(entry, bytes.subarray(entry.start, entry.end), file);
    },
    close: async () => {},
  };
}

function openFile(file: string): Promise<FileHandle> {
  return open(file).catch((e: NodeJS.ErrnoException) => {
    throw new VitrineError(
      'file-not-found',
      e.code === 'ENOENT'
        ? `The file "${path.basename(file)}" does not exist.`
        : `The file "${path.basename(file)}" cannot be opened (${e.code}).`,
      { at: { file } },
    );
  });
}

function entryOf(header: Header, name: string): TensorEntry {
  const entry = header.tensors.get(name);
  if (entry) return entry;
  const near = nearest(name, header.tensors.keys());
  throw new VitrineError(
    'bad-file',
    `There is no tensor "${name}" among the ${header.tensors.size} of ${path.basename(header.file)}.${near ? ` Did you mean "${near}"?` : ''}`,
    { at: { file: header.file } },
  );
}

function convert(entry: TensorEntry, bytes: Uint8Array, file: string): Tensor {
  if (!Object.hasOwn(dtypes, entry.dtype))
    throw new VitrineError(
      'bad-file',
      `Tensor "${entry.name}" of ${path.basename(file)} is of type ${entry.dtype}, which cannot be computed with. Expected one of ${Object.keys(dtypes).join(', ')}.`,
      { at: { file } },
    );
  const data = fromBytes(entry.dtype, bytes);
  if ('overflow' in data)
    throw new VitrineError(
      'bad-file',
      `Tensor "${entry.name}" of ${path.basename(file)} holds ${data.overflow}, beyond the 32-bit integers that are computed with.`,
      { at: { file } },
    );
  return { shape: [...entry.shape], data };
}

async function bytesAt(handle: FileHandle, start: number, length: number, file: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(bytes, done, length - done, start + done);
    if (bytesRead === 0)
      throw new VitrineError(
        'bad-file',
        `${path.basename(file)} became shorter while it was read. Try again.`,
        {
          at: { file },
        },
      );
    done += bytesRead;
  }
  return bytes;
}
