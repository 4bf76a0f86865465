/** ONNX as a file format. */
import type { FileFormat } from '../_format';
import { openOnnx } from './read';

export const format: FileFormat = {
  id: 'onnx',
  name: 'ONNX',
  extensions: ['.onnx'],
  match: () => true,
  async read(request, { signal }) {
    const start = performance.now();
    const opened = openOnnx(request.file, {
      ...(request.input && { input: request.input }),
      ...(signal && { signal }),
    });
    opened.close();
    const { model, diagnostics } = opened;
    return { [model.name]: { model, diagnostics, milliseconds: performance.now() - start } };
  },
  async weights(model) {
    const opened = openOnnx(model.file);
    try {
      return opened.weights();
    } finally {
      opened.close();
    }
  },
};
