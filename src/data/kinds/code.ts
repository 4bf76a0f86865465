/** Tensors that a model file's own code makes to train on. */
import path from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { VitrineError } from '../../model/errors';
import { ArraysDataset, restoreArrays } from '../arrays/arraysDataset';
import { tableOfArrays } from '../arrays/table';
import type { CodeTensors, DatasetKind, LoadContext, NamedTensor } from '../dataset';
import { tableFields } from '../table/options';
import { asRows } from '../table/table';
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
    const { file, tensors } = await read(given, context);
    const { inputs, held, hash } = tensors;
    const [features] = inputs;
    const target = namedTarget(tensors);
    if (!isTable(tensors, target, given.targetType === 'classes')) {
      const name = path.basename(file);
      const own = { targetType: given.targetType ?? 'number', split: given.split };
      return new ArraysDataset(name, file, { ...tensors, target }, own, context.seed);
    }
    const table = tableOfArrays(
      file,
      array(features!),
      { name: target.name, array: array(target) },
      usable(features!.columns, target.name),
    );
    const shape = given.image ? undefined : features!.shape.slice(1);
    return asRows(
      () => new TableDataset(table, { ...given, target: target.name }, hash, context.seed, shape, held),
    );
  },

  restore: restoreArrays,
};

/** Tensors of more numbers are kept as they are: a table takes three times the memory. */
const mostInTable = 4_000_000;

function isTable({ inputs, scores = 0 }: CodeTensors, target: NamedTensor, classes: boolean): boolean {
  const [features, more] = inputs;
  return (
    features !== undefined &&
    more === undefined &&
    features.data instanceof Float32Array &&
    features.data.length <= mostInTable &&
    target.data.length === target.shape[0] &&
    // A table has the classes that it has rows of.
    (!classes || new Set(target.data).size >= scores)
  );
}

const array = ({ shape, data }: NamedTensor) => ({ shape, data: Float64Array.from(data) });

/** A target's name that no feature has. */
function namedTarget({ inputs, target }: CodeTensors): NamedTensor {
  const own = target.columns?.length === 1 ? target.columns[0]! : target.name;
  const taken = inputs.some(t => t.columns?.includes(own)) || own === '' || /^x\d/.test(own);
  return { ...target, name: taken ? 'target' : own };
}

/** Names that can be a table's: each once, and not the target's. */
function usable(columns: readonly string[] | undefined, target: string): readonly string[] | undefined {
  return columns && new Set([...columns, target]).size === columns.length + 1 ? columns : undefined;
}

async function read(
  options: CodeOptions,
  { folder, seed, signal, code }: LoadContext,
): Promise<{ file: string; tensors: CodeTensors }> {
  const file = path.resolve(folder, options.file);
  if (!code)
    throw new VitrineError(
      'bad-experiment',
      'The data of this experiment come from code, which is not read here.',
      {
        at: { file },
      },
    );
  return { file, tensors: await code(file, seed, signal) };
}
