/** Checkpoints of torch.save, and the index of one in several safetensors files, as file formats. */
import { basename } from 'node:path';
import { VitrineError } from '../../model/errors';
import type { DType } from '../../model/graph';
import type { FileFormat } from '../_format';
import { dtypes } from '../safetensors/convert';
import { type CheckpointReader, openCheckpoint } from './checkpoint';
import { parametersOnly } from './parametersOnly';

/** Bytes an element, by PyTorch's and by safetensors' names. */
const widths: Readonly<Record<string, number>> = {
  float64: 8,
  int64: 8,
  F64: 8,
  I64: 8,
  U64: 8,
  C64: 8,
  float32: 4,
  int32: 4,
  F32: 4,
  I32: 4,
  U32: 4,
  float16: 2,
  bfloat16: 2,
  int16: 2,
  F16: 2,
  BF16: 2,
  I16: 2,
  U16: 2,
};

/** What of a pickle was not read, by its name. */
function notTaken({
  refused = new Map<string, string>(),
  leftOut = [],
}: CheckpointReader): [string, string][] {
  return [
    ...[...refused].map(([name, kind]): [string, string] => [`not read: ${name}`, kind]),
    ...(leftOut.length > 0
      ? [['not read: objects of', leftOut.join(', ').slice(0, 400)] as [string, string]]
      : []),
  ];
}

export const format: FileFormat = {
  id: 'checkpoint',
  name: 'Checkpoint (torch.save, or an index of safetensors)',
  extensions: ['.safetensors.index.json', '.bin.index.json', '.pt', '.pth', '.ckpt', '.bin'],
  parametersOnly: true,
  match: (file, head) =>
    file.toLowerCase().endsWith('.json') || (head[0] === 0x50 && head[1] === 0x4b) || head[0] === 0x80,
  async read({ file }) {
    const start = performance.now();
    const reader = await openCheckpoint(file);
    try {
      const model = parametersOnly(
        reader.tensors.values(),
        file,
        'checkpoint',
        d => dtypes[d] ?? (Object.values(dtypes).includes(d as DType) ? (d as DType) : 'uint8'),
      );
      return { [model.name]: { model, diagnostics: [], milliseconds: performance.now() - start } };
    } finally {
      await reader.close();
    }
  },
  async weights({ file }) {
    const reader = await openCheckpoint(file);
    try {
      // No prototype: a tensor may have any name.
      const out = Object.create(null);
      for (const name of reader.tensors.keys()) out[name] = await reader.tensor(name);
      return out;
    } finally {
      await reader.close();
    }
  },
  async contents(file) {
    const reader = await openCheckpoint(file);
    try {
      const { shards } = reader;
      return {
        tensors: [...reader.tensors.values()].map(({ name, dtype, shape }) => ({
          name,
          dtype,
          shape,
          bytes: shape.reduce((a, b) => a * b, 1) * (widths[dtype] ?? 1),
          ...(shards && { shard: shards.get(name)! }),
        })),
        metadata: [
          ...(shards ? [['files', String(new Set(shards.values()).size)] as [string, string]] : []),
          ...notTaken(reader),
        ],
        lacking: [],
      };
    } finally {
      await reader.close();
    }
  },
  async sample(file, tensor, most) {
    const reader = await openCheckpoint(file);
    try {
      if (reader.sample) return await reader.sample(tensor, most);
      const of = reader.tensors.get(tensor)?.shape.reduce((a, b) => a * b, 1) ?? 0;
      if (of > 2 ** 28)
        throw new VitrineError(
          'bad-file',
          `The tensor "${tensor}" of ${basename(file)} has ${of} values, too many to be read at once.`,
          { at: { file } },
        );
      return { data: (await reader.tensor(tensor)).data, of };
    } finally {
      await reader.close();
    }
  },
};
