/** Tensors that a model file's own code makes to train on. */
import path from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { VitrineError } from '../../model/errors';
import { tableOfArrays } from '../arrays/table';
import type { DatasetKind, LoadContext, NamedTensor } from '../dataset';
import { tableFields } from '../table/options';
import { asRows, bad, type Table } from '../table/table';
import { TableDataset } from '../table/tableDataset';

const { features: _, exclude: __, categories: ___, target: ____, file, ...shared } = tableFields;

export const codeSchema = Type.Object(
  {
    kind: Type.Literal('code', {
      description:
        'The tensors that the training code of a PyTorch file makes: what its model is given and compared with.',
    }),
    file: Type.String({ ...file, description: 'The PyTorch file that trains, relative to this file.' }),
    ...shared,
  },
  { additionalProperties: false, description: 'The data to train and test with.' },
);

type CodeOptions = Static<typeof codeSchema>;

export const kind: DatasetKind = {
  id: 'code',
  title: 'The tensors of a training script (.py)',
  extensions: [],
  schema: codeSchema,

  async load(options, context) {
    const given = { scale: 'none', ...(options as CodeOptions) } as const;
    const { table, hash, sampleShape, target } = await read(given, context);
    const shape = given.image ? undefined : sampleShape;
    return asRows(() => new TableDataset(table, { ...given, target }, hash, context.seed, shape));
  },
};

async function read(
  options: CodeOptions,
  { folder, seed, signal, code }: LoadContext,
): Promise<{ table: Table; hash: string; sampleShape: readonly number[]; target: string }> {
  const source = path.resolve(folder, options.file);
  if (!code)
    throw new VitrineError(
      'bad-experiment',
      'The data of this experiment come from code, which is not read here.',
      {
        at: { file: source },
      },
    );
  const { inputs, target, hash } = await code(source, seed, signal);
  const [features, more] = inputs;
  if (!features || more)
    throw bad(
      source,
      undefined,
      `The model is given ${inputs.length} tensors by this code; one is read. Join them (torch.cat), or name the data in the experiment file.`,
    );
  const name = target.name === '' || /^x\d/.test(target.name) ? 'target' : target.name;
  const array = ({ shape, data }: NamedTensor) => ({ shape, data: Float64Array.from(data) });
  const table = tableOfArrays(source, array(features), { name, array: array(target) });
  return { table, hash, sampleShape: features.shape.slice(1), target: name };
}
