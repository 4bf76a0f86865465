/**
 * The members of a zip archive that are stored without compression, by their place in the file: what `torch.save`
 * writes. Own code, as fflate, which the project has, wants the whole archive in memory, and checkpoints are large.
 *
 * Format: APPNOTE.TXT 6.3.10 of PKWARE, with zip64.
 */
import type { FileHandle } from 'node:fs/promises';

export class ZipError extends Error {}

export interface ZipMember {
  name: string;
  /** Where its bytes begin, to be found by `startOf`. */
  header: number;
  size: number;
  stored: boolean;
}

const maxDirectory = 64_000_000;

/** Reads the directory at the archive's end. @throws ZipError */
export async function readDirectory(handle: FileHandle, size: number): Promise<Map<string, ZipMember>> {
  const tail = await bytesAt(handle, Math.max(0, size - 65_557), Math.min(size, 65_557), size);
  let end = -1;
  for (let i = tail.length - 22; i >= 0; i--)
    if (tail.getUint32(i) === 0x06054b50) {
      end = i;
      break;
    }
  if (end < 0) throw new ZipError('it has no directory at its end: it is truncated, or no zip archive');
  let length = tail.getUint32(end + 12);
  let start = tail.getUint32(end + 16);
  if (start === 0xffffffff || length === 0xffffffff || tail.getUint16(end + 10) === 0xffff) {
    const locator = end - 20;
    if (locator < 0 || tail.getUint32(locator) !== 0x07064b50)
      throw new ZipError('its directory cannot be found');
    const record = await bytesAt(handle, tail.getUint64(locator + 8), 56, size);
    if (record.getUint32(0) !== 0x06064b50) throw new ZipError('its directory cannot be found');
    length = record.getUint64(40);
    start = record.getUint64(48);
  }
  if (length > maxDirectory) throw new ZipError(`its directory claims ${length} bytes`);
  const directory = await bytesAt(handle, start, length, size);
  const members = new Map<string, ZipMember>();
  for (let at = 0; at + 46 <= directory.length; ) {
    if (directory.getUint32(at) !== 0x02014b50) throw new ZipError('its directory is damaged');
    const nameLength = directory.getUint16(at + 28);
    const extraLength = directory.getUint16(at + 30);
    const next = at + 46 + nameLength + extraLength + directory.getUint16(at + 32);
    if (next > directory.length) throw new ZipError('its directory is damaged');
    const name = directory.text(at + 46, nameLength);
    let packed = directory.getUint32(at + 20);
    let unpacked = directory.getUint32(at + 24);
    let header = directory.getUint32(at + 42);
    // Fields that are full are continued in the zip64 extra, in this order.
    for (let e = at + 46 + nameLength; e + 4 <= at + 46 + nameLength + extraLength; ) {
      const kind = directory.getUint16(e);
      const extra = directory.getUint16(e + 2);
      if (kind === 1) {
        let field = e + 4;
        const last = e + 4 + extra;
        const long = () => {
          if (field + 8 > last || last > next) throw new ZipError('its directory is damaged');
          field += 8;
          return directory.getUint64(field - 8);
        };
        if (unpacked === 0xffffffff) unpacked = long();
        if (packed === 0xffffffff) packed = long();
        if (header === 0xffffffff) header = long();
      }
      e += 4 + extra;
    }
    const stored = directory.getUint16(at + 10) === 0;
    if (header + 30 > size || (stored && (packed !== unpacked || header + packed > size)))
      throw new ZipError(`its member "${name}" lies outside of the file: it is truncated or damaged`);
    if (members.has(name)) throw new ZipError(`it has two members "${name}"`);
    members.set(name, { name, header, size: unpacked, stored });
    at = next;
  }
  return members;
}

/** Where a stored member's bytes begin. @throws ZipError */
export async function startOf(handle: FileHandle, member: ZipMember, size: number): Promise<number> {
  if (!member.stored)
    throw new ZipError(`its member "${member.name}" is compressed, which torch.save never does`);
  const local = await bytesAt(handle, member.header, 30, size);
  if (local.getUint32(0) !== 0x04034b50)
    throw new ZipError(`its member "${member.name}" is not where it should be`);
  const start = member.header + 30 + local.getUint16(26) + local.getUint16(28);
  if (start + member.size > size)
    throw new ZipError(`its member "${member.name}" ends behind the file: it is truncated`);
  return start;
}

/** Little-endian numbers of a piece of the file. */
class Piece {
  private readonly view: DataView;

  constructor(readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get length(): number {
    return this.bytes.length;
  }

  getUint16(at: number): number {
    return this.view.getUint16(at, true);
  }

  getUint32(at: number): number {
    return this.view.getUint32(at, true);
  }

  /** At most 2^53. @throws ZipError */
  getUint64(at: number): number {
    const n = this.view.getBigUint64(at, true);
    if (n > BigInt(Number.MAX_SAFE_INTEGER)) throw new ZipError('it claims sizes that no file has');
    return Number(n);
  }

  text(at: number, length: number): string {
    return new TextDecoder().decode(this.bytes.subarray(at, at + length));
  }
}

async function bytesAt(handle: FileHandle, start: number, length: number, size: number): Promise<Piece> {
  if (start < 0 || start + length > size) throw new ZipError('it is truncated, or no zip archive');
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await handle.read(bytes, done, length - done, start + done);
    if (bytesRead === 0) throw new ZipError('it became shorter while it was read');
    done += bytesRead;
  }
  return new Piece(bytes);
}
