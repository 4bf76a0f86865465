/** Pictures by path, where a path may lead into a zip: "scenes.zip/0001.png". */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { unzipSync } from 'fflate';
import { VitrineError } from '../../model/errors';
import { listed, nearest } from '../../model/suggest';
import { readWhole } from '../bytes';

/** Bytes that the entries of an archive may take unpacked: more is a bomb, or does not fit the memory. */
const maxUnpacked = 2_000_000_000;
const maxEntries = 1_000_000;

type Entries = Readonly<Record<string, Uint8Array>>;

/** Reads files and keeps the archives that it has opened, as long as it lives. */
export class FileSource {
  private readonly archives = new Map<string, Promise<Entries>>();

  /** @param what of a message, e.g. 'Line 3, column "picture"'. @throws bad-data, file-not-found */
  async read(file: string, what: string): Promise<Uint8Array> {
    const inside = await splitAtArchive(file);
    if (!inside)
      return readFile(file).catch((e: NodeJS.ErrnoException) => {
        throw new VitrineError(
          'bad-data',
          `${what}: ${e.code === 'ENOENT' ? `there is no file ${file}` : `${file} cannot be read (${e.code})`}. Expected the path of a file, relative to the table.`,
          { at: { file } },
        );
      });
    let entries = this.archives.get(inside.archive);
    if (!entries) {
      entries = open(inside.archive);
      this.archives.set(inside.archive, entries);
    }
    const all = await entries;
    if (Object.hasOwn(all, inside.name)) return all[inside.name]!;
    const near = nearest(inside.name, Object.keys(all));
    throw new VitrineError(
      'bad-data',
      `${what}: there is no "${inside.name}" in ${path.basename(inside.archive)}. ${near ? `Did you mean "${near}"?` : `It has ${listed(Object.keys(all).slice(0, 5))}.`}`,
      { at: { file: inside.archive } },
    );
  }
}

/** The zip on a path and the name in it; undefined if no part of the path but its end is a file. */
async function splitAtArchive(file: string): Promise<{ archive: string; name: string } | undefined> {
  const m = /^(.*?\.zip)[/\\](.+)$/i.exec(file);
  if (!m) return undefined;
  const info = await stat(m[1]!).catch(() => undefined);
  return info?.isFile() ? { archive: m[1]!, name: m[2]!.replaceAll('\\', '/') } : undefined;
}

async function open(archive: string): Promise<Entries> {
  const bytes = await readWhole(archive, 'a zip archive');
  const bad = (message: string) => new VitrineError('bad-data', message, { at: { file: archive } });
  let entries = 0;
  let total = 0;
  try {
    return unzipSync(bytes, {
      filter: ({ name, originalSize, size }) => {
        if (name.endsWith('/')) return false;
        total += originalSize;
        // Deflate packs at most about 1030 to 1.
        if (++entries > maxEntries || total > maxUnpacked || originalSize > size * 1100 + 1024)
          throw bad(
            `The archive says that it unpacks to more than is believable, or more than ${maxUnpacked} bytes.`,
          );
        return true;
      },
    });
  } catch (e) {
    if (e instanceof VitrineError) throw e;
    throw bad(`${path.basename(archive)} is no zip archive, or is damaged.`);
  }
}
