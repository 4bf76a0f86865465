/** What a file imports, known from edit to edit: most leave its import statements and all other files alone. */
import { join } from 'node:path';
import { FolderReader } from './files';
import { collect, importsOf } from './imports';

type Collected = Awaited<ReturnType<typeof collect>>;

interface Known {
  /** What it depends on beside the disk: the main file's imports, and which texts the editor has. */
  asked: string;
  reader: FolderReader;
  collected: Collected;
}

const mostKnown = 50;

export class Imported {
  private readonly known = new Map<string, Known>();

  /** As `collect`, below a folder, with the editor's texts where it has some. */
  async of(
    folder: string,
    main: string,
    text: string,
    texts: Readonly<Record<string, string>> | undefined,
  ): Promise<Collected> {
    const key = `${folder}\0${main}`;
    const asked = JSON.stringify([importsOf(text), Object.keys(texts ?? {}).sort()]);
    const before = this.known.get(key);
    if (before?.asked === asked && (await before.reader.unchanged(texts)))
      return { ...before.collected, files: { ...before.collected.files, [main]: text } };
    const reader = new FolderReader(texts, folder);
    const collected = await collect(main, text, path => reader.read(join(folder, path)));
    this.known.delete(key);
    this.known.set(key, { asked, reader, collected });
    for (const oldest of this.known.keys()) {
      if (this.known.size <= mostKnown) break;
      this.known.delete(oldest);
    }
    return collected;
  }
}
