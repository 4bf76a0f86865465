/** ONNX as a file format. */
import path from 'node:path';
import { VitrineError } from '../../model/errors';
import type { FileFormat } from '../_format';
import { openOnnx } from './read';
import { elementTypeOf, elementTypes } from './schema';

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
  async contents(file) {
    const opened = openOnnx(file);
    opened.close();
    const { model, unsupported, lost, about, isStored } = opened;
    return {
      tensors: model.parameters
        .filter(p => isStored(p.name))
        .map(({ name, dtype, shape }) => ({
          name,
          dtype,
          shape,
          bytes: shape.reduce((a, b) => a * b, 1) * (elementTypes[elementTypeOf[dtype]]?.bytes ?? 4),
        })),
      metadata: about,
      lacking: unsupported,
      computes: lost.length < model.outputs.length,
    };
  },
  async sample(file, tensor, most) {
    const opened = openOnnx(file);
    try {
      const of = opened.model.parameters.find(p => p.name === tensor)?.shape.reduce((a, b) => a * b, 1) ?? 0;
      if (of > Math.max(most, 2 ** 28))
        throw new VitrineError(
          'bad-file',
          `The tensor "${tensor}" of ${path.basename(file)} has ${of} values, too many to be read at once.`,
          { at: { file } },
        );
      return { data: opened.weight(tensor).data, of };
    } finally {
      opened.close();
    }
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
