/** PyTorch source as a file format. */
import type { FileFormat } from '../_format';
import { PytorchReader } from './reader';

/** One reader a set of folders: its interpreter stays warm between calls. */
const readers = new Map<string, PytorchReader>();

export const format: FileFormat = {
  id: 'pytorch',
  name: 'PyTorch source',
  extensions: ['.py', '.ipynb'],
  match: () => true,
  async read(request, { distFolder, workspaceFolder, signal }) {
    const key = JSON.stringify([distFolder, workspaceFolder]);
    let reader = readers.get(key);
    if (!reader) {
      reader = new PytorchReader({ distFolder, ...(workspaceFolder ? { workspaceFolder } : {}) });
      readers.set(key, reader);
    }
    return reader.read(request, signal);
  },
};
