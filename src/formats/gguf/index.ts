/**
 * GGUF, the files of llama.cpp: a header of named values and tensors. What is quantised is listed and not unpacked.
 * Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md. A file is hostile until proven: lengths are checked
 * against its size before anything is kept of them.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { VitrineError } from '../../model/errors';
import type { FileFormat, StoredTensor } from '../_format';
import { parametersOnly } from '../checkpoint/parametersOnly';
import { dtypes, fromBytes } from '../safetensors/convert';

/** By ggml's numbers: name, values a block, bytes a block. */
const types: Readonly<Record<number, readonly [name: string, block: number, bytes: number]>> = {
  0: ['F32', 1, 4],
  1: ['F16', 1, 2],
  2: ['Q4_0', 32, 18],
  3: ['Q4_1', 32, 20],
  6: ['Q5_0', 32, 22],
  7: ['Q5_1', 32, 24],
  8: ['Q8_0', 32, 34],
  9: ['Q8_1', 32, 36],
  10: ['Q2_K', 256, 84],
  11: ['Q3_K', 256, 110],
  12: ['Q4_K', 256, 144],
  13: ['Q5_K', 256, 176],
  14: ['Q6_K', 256, 210],
  15: ['Q8_K', 256, 292],
  16: ['IQ2_XXS', 256, 66],
  17: ['IQ2_XS', 256, 74],
  18: ['IQ3_XXS', 256, 98],
  19: ['IQ1_S', 256, 50],
  20: ['IQ4_NL', 32, 18],
  21: ['IQ3_S', 256, 110],
  22: ['IQ2_S', 256, 82],
  23: ['IQ4_XS', 256, 136],
  24: ['I8', 1, 1],
  25: ['I16', 1, 2],
  26: ['I32', 1, 4],
  27: ['I64', 1, 8],
  28: ['F64', 1, 8],
  29: ['IQ1_M', 256, 56],
  30: ['BF16', 1, 2],
};

/** Bytes of a value by its kind; 8 is text, 9 a list. */
const widths: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
};
const mostEntries = 200_000;
/** What a list or a text shows of itself. */
const mostShown = 200;

interface GgufTensor extends StoredTensor {
  start: number;
}

interface Gguf {
  tensors: GgufTensor[];
  metadata: [string, string][];
}

export const format: FileFormat = {
  id: 'gguf',
  name: 'GGUF (llama.cpp)',
  extensions: ['.gguf'],
  parametersOnly: true,
  match: (_, head) => head[0] === 0x47 && head[1] === 0x47 && head[2] === 0x55 && head[3] === 0x46,
  async read({ file }) {
    const start = performance.now();
    const { tensors } = await readGguf(file);
    const model = parametersOnly(tensors, file, 'gguf', d => dtypes[d] ?? 'uint8');
    return { [model.name]: { model, diagnostics: [], milliseconds: performance.now() - start } };
  },
  async contents(file) {
    const { tensors, metadata } = await readGguf(file);
    return { tensors: tensors.map(({ start: _, ...t }) => t), metadata, lacking: [] };
  },
  async sample(file, name, most) {
    const { tensors } = await readGguf(file);
    const t = tensors.find(x => x.name === name);
    if (!t) throw bad(file, `There is no tensor "${name}" in ${basename(file)}.`);
    if (!Object.hasOwn(dtypes, t.dtype))
      throw bad(file, `"${name}" is quantised (${t.dtype}): its values are not unpacked.`);
    const of = t.shape.reduce((a, b) => a * b, 1);
    const count = Math.min(of, most);
    const handle = await open(file);
    try {
      const bytes = new Uint8Array((t.bytes / Math.max(of, 1)) * count);
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, t.start);
      if (bytesRead < bytes.length) throw bad(file, `${basename(file)} became shorter while it was read.`);
      const data = fromBytes(t.dtype, bytes);
      if ('overflow' in data) throw bad(file, `"${name}" holds integers beyond 32 bits.`);
      return { data, of };
    } finally {
      await handle.close();
    }
  },
};

/** @throws VitrineError file-not-found, bad-file */
async function readGguf(file: string): Promise<Gguf> {
  const handle = await open(file).catch((e: NodeJS.ErrnoException) => {
    throw new VitrineError('file-not-found', `"${basename(file)}" cannot be opened (${e.code}).`, {
      at: { file },
    });
  });
  try {
    return await parse(new Reader(handle, (await handle.stat()).size, file));
  } finally {
    await handle.close();
  }
}

async function parse(r: Reader): Promise<Gguf> {
  const magic = await r.uint(4);
  const version = await r.uint(4);
  if (magic !== 0x46554747 || (version !== 2 && version !== 3))
    throw r.bad(`is no GGUF file of version 2 or 3 (it says ${version})`);
  const tensorCount = await r.uint(8);
  const entryCount = await r.uint(8);
  if (tensorCount > mostEntries || entryCount > mostEntries)
    throw r.bad(`claims ${tensorCount} tensors and ${entryCount} values; at most ${mostEntries} are read`);
  const metadata: [string, string][] = [['version', String(version)]];
  let alignment = 32;
  for (let i = 0; i < entryCount; i++) {
    const name = await r.text();
    const value = await entryValue(r, await r.uint(4), 0);
    if (name === 'general.alignment') alignment = Number(value);
    metadata.push([name, value]);
  }
  if (!Number.isSafeInteger(alignment) || alignment < 1 || alignment > 1 << 20)
    throw r.bad(`aligns its tensors by ${alignment}`);
  const tensors: GgufTensor[] = [];
  for (let i = 0; i < tensorCount; i++) {
    const name = await r.text();
    const rank = await r.uint(4);
    if (rank > 8) throw r.bad(`has a tensor "${name.slice(0, 100)}" of ${rank} dimensions`);
    const sizes: number[] = [];
    for (let d = 0; d < rank; d++) sizes.push(await r.uint(8));
    const kind = await r.uint(4);
    const start = await r.uint(8);
    const [dtype, block, bytes] = types[kind] ?? [`type ${kind}`, 1, 0];
    const count = sizes.reduce((a, b) => a * b, 1);
    if (!Number.isSafeInteger(count))
      throw r.bad(`has a tensor "${name.slice(0, 100)}" of more values than there can be`);
    // The innermost dimension comes first in the file.
    tensors.push({ name, dtype, shape: sizes.reverse(), bytes: Math.ceil(count / block) * bytes, start });
  }
  const base = Math.ceil(r.at / alignment) * alignment;
  for (const t of tensors) {
    t.start += base;
    if (t.start + t.bytes > r.size)
      throw r.bad(`ends before its tensor "${t.name.slice(0, 100)}" does: it is truncated or damaged`);
  }
  return { tensors, metadata };
}

async function entryValue(r: Reader, kind: number, depth: number): Promise<string> {
  if (kind === 8) return (await r.text()).slice(0, mostShown);
  if (kind === 9) {
    if (depth > 2) throw r.bad('has lists in lists in lists');
    const inner = await r.uint(4);
    const count = await r.uint(8);
    const shown: string[] = [];
    const width = widths[inner];
    if (width !== undefined) {
      const first = Math.min(count, 8);
      for (let i = 0; i < first; i++) shown.push(await entryValue(r, inner, depth + 1));
      r.skip((count - first) * width);
    } else
      for (let i = 0; i < count; i++) {
        const value = await entryValue(r, inner, depth + 1);
        if (i < 8) shown.push(value);
      }
    return `${count}: ${shown.join(', ')}${count > 8 ? ', …' : ''}`.slice(0, mostShown);
  }
  switch (kind) {
    case 0:
      return String(await r.uint(1));
    case 1:
      return String(((await r.uint(1)) << 24) >> 24);
    case 2:
      return String(await r.uint(2));
    case 3:
      return String(((await r.uint(2)) << 16) >> 16);
    case 4:
      return String(await r.uint(4));
    case 5:
      return String((await r.uint(4)) | 0);
    case 6:
      return String(Number((await r.view(4)).getFloat32(0, true).toPrecision(7)));
    case 7:
      return (await r.uint(1)) ? 'true' : 'false';
    case 10:
      return String((await r.view(8)).getBigUint64(0, true));
    case 11:
      return String((await r.view(8)).getBigInt64(0, true));
    case 12:
      return String((await r.view(8)).getFloat64(0, true));
    default:
      throw r.bad(`has a value of the unknown kind ${kind}`);
  }
}

const windowBytes = 1 << 18;
const longestText = 1 << 20;

/** Reads on, a window at a time. */
class Reader {
  at = 0;
  private window = new Uint8Array(0);
  private from = 0;

  constructor(
    private readonly handle: FileHandle,
    readonly size: number,
    private readonly file: string,
  ) {}

  async view(length: number): Promise<DataView> {
    const { at } = this;
    if (at + length > this.size) throw this.bad('ends in the middle of its header: it is truncated');
    if (at < this.from || at + length > this.from + this.window.length) {
      const bytes = new Uint8Array(Math.min(Math.max(windowBytes, length), this.size - at));
      let done = 0;
      while (done < bytes.length) {
        const { bytesRead } = await this.handle.read(bytes, done, bytes.length - done, at + done);
        if (bytesRead === 0) throw this.bad('became shorter while it was read');
        done += bytesRead;
      }
      this.window = bytes;
      this.from = at;
    }
    this.at += length;
    return new DataView(this.window.buffer, at - this.from, length);
  }

  skip(length: number): void {
    if (!(length >= 0) || this.at + length > this.size)
      throw this.bad('ends in the middle of its header: it is truncated');
    this.at += length;
  }

  async uint(bytes: 1 | 2 | 4 | 8): Promise<number> {
    const v = await this.view(bytes);
    if (bytes === 1) return v.getUint8(0);
    if (bytes === 2) return v.getUint16(0, true);
    if (bytes === 4) return v.getUint32(0, true);
    const n = v.getBigUint64(0, true);
    if (n > BigInt(Number.MAX_SAFE_INTEGER)) throw this.bad('claims sizes that no file has');
    return Number(n);
  }

  async text(): Promise<string> {
    const length = await this.uint(8);
    if (length > longestText) throw this.bad(`has a text of ${length} bytes in its header`);
    const v = await this.view(length);
    return new TextDecoder().decode(new Uint8Array(v.buffer, v.byteOffset, length));
  }

  bad(what: string): VitrineError {
    return bad(this.file, `${basename(this.file)} ${what}.`);
  }
}

function bad(file: string, message: string): VitrineError {
  return new VitrineError('bad-file', message, { at: { file } });
}
