/** Writes safetensors as Python's package does: tensors sorted by type and name, the header padded to 8 bytes. */
import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { VitrineError } from '../../model/errors';
import type { Tensors } from '../../model/graph';
import { toBytes } from './convert';
import { maxHeaderBytes } from './header';

/**
 * Writes the file so that it is whole or not there: to a temporary name beside it, flushed to the disk, renamed.
 * What was there before stays until the new one is complete.
 *
 * @throws VitrineError bad-file if the values do not fill a shape or the header grows too large.
 */
export async function writeSafetensors(
  file: string,
  tensors: Tensors,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { head, names } = layOut(file, tensors, metadata);
  const temporary = path.join(
    path.dirname(file),
    `.${path.basename(file)}.${randomBytes(6).toString('hex')}.tmp`,
  );
  try {
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(head);
      for (const name of names) await handle.writeFile(toBytes(tensors[name]!.data));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (e) {
    await rm(temporary, { force: true });
    throw e;
  }
  // The new name is on the disk only when the folder is; some systems cannot open folders.
  const folder = await open(path.dirname(file)).catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

/** The same as bytes in memory. @throws VitrineError bad-file */
export function safetensorsBytes(
  tensors: Tensors,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const { head, names } = layOut('buffer', tensors, metadata);
  return Buffer.concat([head, ...names.map(name => toBytes(tensors[name]!.data))]);
}

function layOut(file: string, tensors: Tensors, metadata: Readonly<Record<string, string>>) {
  const typeOf = (name: string) => (tensors[name]!.data instanceof Float32Array ? 'F32' : 'I32');
  const names = Object.keys(tensors).sort((a, b) => {
    const [ta, tb] = [typeOf(a), typeOf(b)];
    return ta !== tb ? (ta < tb ? -1 : 1) : a < b ? -1 : a > b ? 1 : 0;
  });
  // No prototype: "__proto__" is a name like any other.
  const header: Record<string, unknown> = Object.create(null);
  if (Object.keys(metadata).length > 0) header['__metadata__'] = metadata;
  let offset = 0;
  for (const name of names) {
    const { shape, data } = tensors[name]!;
    if (name === '__metadata__')
      throw new VitrineError('bad-file', 'A tensor cannot be named "__metadata__" in a safetensors file.', {
        at: { file },
      });
    const elements = shape.reduce((a, b) => a * b, 1);
    if (elements !== data.length)
      throw new VitrineError(
        'bad-file',
        `Tensor "${name}" has ${data.length} values, but the shape (${shape.join(', ')}) takes ${elements}.`,
        { at: { file } },
      );
    header[name] = { dtype: typeOf(name), shape, data_offsets: [offset, offset + data.length * 4] };
    offset += data.length * 4;
  }
  const json = Buffer.from(JSON.stringify(header));
  const padded = Math.ceil(json.length / 8) * 8;
  if (padded > maxHeaderBytes)
    throw new VitrineError(
      'bad-file',
      `The header would take ${padded} bytes; at most ${maxHeaderBytes} are allowed.`,
      {
        at: { file },
      },
    );
  const head = Buffer.alloc(8 + padded, ' ');
  head.writeBigUInt64LE(BigInt(padded));
  json.copy(head, 8);
  return { head, names };
}
