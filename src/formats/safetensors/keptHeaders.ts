/**
 * Headers that were read, until their file changes: the table, the graph and the findings of one checkpoint all ask for
 * them, and a person opens it again. A file is known again by its size, its inode and its two times, of which the
 * second (ctime) nobody can set back: another one of the same size in its place is another file.
 */
import type { BigIntStats } from 'node:fs';
import type { Header } from './header';

/** Bytes of JSON text that the kept headers have together; 175 billion parameters in 96 files have 0.1 MB. */
const mostKeptBytes = 16_000_000;
/** A file that was changed so shortly before may change again within the same tick of its clock. */
const settledNs = 2_000_000_000n;

interface Kept {
  stamp: string;
  header: Header;
  bytes: number;
}

/** By path, the one asked for last at the end. */
const kept = new Map<string, Kept>();
let keptBytes = 0;

/** The header of a file whose state is `info`, if it was read in this state. */
export function keptHeader(file: string, info: BigIntStats): Header | undefined {
  const known = kept.get(file);
  if (!known) return undefined;
  kept.delete(file);
  if (known.stamp !== stampOf(info)) {
    keptBytes -= known.bytes;
    return undefined;
  }
  kept.set(file, known);
  return known.header;
}

/** @param info the file's state before it was read. @param bytes of the header's text. */
export function keepHeader(header: Header, info: BigIntStats, bytes: number): void {
  const { file } = header;
  keptBytes -= kept.get(file)?.bytes ?? 0;
  kept.delete(file);
  if (bytes > mostKeptBytes || BigInt(Date.now()) * 1_000_000n - info.ctimeNs < settledNs) return;
  kept.set(file, { stamp: stampOf(info), header, bytes });
  keptBytes += bytes;
  for (const [oldest, { bytes }] of kept) {
    if (keptBytes <= mostKeptBytes) break;
    kept.delete(oldest);
    keptBytes -= bytes;
  }
}

function stampOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join();
}
