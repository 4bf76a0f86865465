/** PyTorch source as a file format. */
import type { FileFormat, ReadContext } from '../_format';
import { PytorchReader } from './reader';

/** One reader a set of folders: its interpreter stays warm between calls. */
const readers = new Map<string, PytorchReader>();

export const format: FileFormat = {
  id: 'pytorch',
  name: 'PyTorch source',
  extensions: ['.py', '.ipynb'],
  match: () => true,
  async read(request, context) {
    return readerFor(context).read(request, context.signal);
  },
  async training(request, context) {
    return readerFor(context).training(request, context.signal);
  },
};

function readerFor({ distFolder, workspaceFolder }: ReadContext): PytorchReader {
  const key = JSON.stringify([distFolder, workspaceFolder]);
  let reader = readers.get(key);
  if (!reader) {
    reader = new PytorchReader({ distFolder, ...(workspaceFolder ? { workspaceFolder } : {}) });
    readers.set(key, reader);
  }
  return reader;
}
