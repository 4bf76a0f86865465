/** A look at a folder of files by class, for a first experiment: what it would be as data, from a few of its files. */
import path from 'node:path';
import { VitrineError } from '../../model/errors';
import { listClasses, type Wanted } from './folder';

export interface FolderLook {
  classes: readonly string[];
  files: number;
  /** What the experiment file is to say beside `kind` and `file`. */
  options: Readonly<Record<string, unknown>>;
}

const looked = 16;

/**
 * @param see what is to be known of a file; what it throws leaves the file out.
 * @returns undefined for a folder that holds no classes of such files.
 */
export async function lookAtFiles<T>(
  folder: string,
  wanted: Wanted,
  see: (full: string) => Promise<T> | T,
): Promise<{ classes: readonly string[]; files: number; seen: T[] } | undefined> {
  const found = await listClasses(folder, wanted).catch(e => {
    if (e instanceof VitrineError) return undefined;
    throw e;
  });
  if (!found) return undefined;
  const { classes, files } = found;
  const seen: T[] = [];
  const count = Math.min(looked, files.length);
  for (let i = 0; i < count; i++) {
    try {
      seen.push(await see(path.join(folder, files[Math.floor((i * files.length) / count)]!.name)));
    } catch {
      // Loading tells what cannot be read.
    }
  }
  return seen.length > 0 ? { classes, files: files.length, seen } : undefined;
}

/** The value that most items have; of several the first. */
export function mostCommon<T extends string | number>(items: readonly T[]): T {
  const counts = new Map<T, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return [...counts].reduce((a, b) => (b[1] > a[1] ? b : a))[0];
}

/** Larger pictures are made smaller for a first try: a model that wants more says so. */
const largest = 128;

/** Channels and size that suit the pictures. */
export function pictureOptions(pictures: readonly { width: number; height: number; data: Uint8Array }[]): {
  channels: 1 | 3;
  height: number;
  width: number;
} {
  const [height, width] = mostCommon(pictures.map(p => `${p.height} ${p.width}`))
    .split(' ')
    .map(Number) as [number, number];
  const shrink = Math.max(1, height / largest, width / largest);
  return {
    channels: pictures.every(isGray) ? 1 : 3,
    height: Math.max(1, Math.round(height / shrink)),
    width: Math.max(1, Math.round(width / shrink)),
  };
}

function isGray({ data }: { data: Uint8Array }): boolean {
  for (let i = 0; i + 3 < data.length; i += 4)
    if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) return false;
  return true;
}
