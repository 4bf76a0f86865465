/** safetensors as a file format: the parameters of a model whose code is elsewhere. */
import type { FileFormat } from '../_format';
import { parametersOnly } from '../checkpoint/parametersOnly';
import { dtypes } from './convert';
import { readSafetensors, readSafetensorsHeader, sampleTensorOf } from './read';

export const format: FileFormat = {
  id: 'safetensors',
  name: 'Weights (safetensors)',
  extensions: ['.safetensors'],
  parametersOnly: true,
  match: () => true,
  async read({ file }) {
    const start = performance.now();
    const { tensors } = await readSafetensorsHeader(file);
    const model = parametersOnly(tensors.values(), file, 'safetensors', d => dtypes[d] ?? 'uint8');
    return { [model.name]: { model, diagnostics: [], milliseconds: performance.now() - start } };
  },
  async weights(model) {
    return (await readSafetensors(model.file)).tensors;
  },
  async contents(file) {
    const { tensors, metadata } = await readSafetensorsHeader(file);
    return {
      tensors: [...tensors.values()].map(({ name, dtype, shape, start, end }) => ({
        name,
        dtype,
        shape,
        bytes: end - start,
      })),
      metadata: Object.entries(metadata),
      lacking: [],
    };
  },
  async sample(file, tensor, most) {
    return sampleTensorOf(await readSafetensorsHeader(file), tensor, most);
  },
};
