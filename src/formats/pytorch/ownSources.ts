/** PytorchReaders of sources of our own that ship with the extension: architectures for files that hold no code. */
import path from 'node:path';
import { PytorchReader } from './reader';

/** One reader a folder: its interpreter stays warm between calls. */
const readers = new Map<string, PytorchReader>();

/** The reader of our own sources, and the folder that they are in. @param name of the folder in dist. */
export function ownSources(distFolder: string, name: string): { reader: PytorchReader; folder: string } {
  const folder = path.join(distFolder, name);
  let reader = readers.get(folder);
  if (!reader) {
    reader = new PytorchReader({ distFolder, workspaceFolder: folder });
    readers.set(folder, reader);
  }
  return { reader, folder };
}

/**
 * A value of a file as a constructor's argument: only data, of which nothing is evaluated, whatever it says. Objects
 * become dictionaries.
 */
export function asData(value: unknown): { python: string } {
  return { python: `__import__('json').loads(${JSON.stringify(JSON.stringify(value))})` };
}
