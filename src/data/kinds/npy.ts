/** NumPy arrays: .npy files, or the arrays of an .npz archive. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { VitrineError } from '../../model/errors';
import { readNpy } from '../arrays/npy';
import { readNpz } from '../arrays/npz';
import { tableOfArrays } from '../arrays/table';
import { readWhole } from '../bytes';
import type { DatasetKind } from '../dataset';
import { headsOf } from '../table/head';
import { tableFields } from '../table/options';
import { asRows, type Table } from '../table/table';
import { TableDataset } from '../table/tableDataset';

const { features: _, exclude: __, categories: ___, target: ____, ...shared } = tableFields;

export const npySchema = Type.Object(
  {
    kind: Type.Literal('npy', { description: 'NumPy arrays: .npy or .npz.' }),
    ...shared,
    array: Type.String({
      default: 'X',
      description: 'The array of an .npz archive with the samples along its first axis.',
    }),
    target: Type.String({
      minLength: 1,
      default: 'y',
      description: 'The array of an .npz archive with a target for each sample; for .npy files only a name.',
    }),
    targetFile: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'For .npy files: the file with a target for each sample, relative to this file.',
      }),
    ),
  },
  { additionalProperties: false, description: 'The data to train and test with.' },
);

type NpyOptions = Static<typeof npySchema>;

export const kind: DatasetKind = {
  id: 'npy',
  title: 'NumPy arrays (.npy, .npz)',
  extensions: ['.npy', '.npz'],
  schema: npySchema,
  paths: ['file', 'targetFile'],

  async load(options, context) {
    const given = options as NpyOptions;
    const { table, hash, sampleShape } = await read(given, context.folder);
    // Arrays hold numbers; which of them are classes is for the loss to say.
    const shape = given.image ? undefined : sampleShape;
    return asRows(() => new TableDataset(table, given, hash, context.seed, shape));
  },

  async columns(options, context) {
    return headsOf((await read(options as NpyOptions, context.folder)).table);
  },
};

async function read(
  options: NpyOptions,
  folder: string,
): Promise<{ table: Table; hash: string; sampleShape: readonly number[] }> {
  const file = path.resolve(folder, options.file);
  const bytes = await readWhole(file, 'a NumPy file');
  const hash = createHash('sha256').update(bytes);
  const name = options.target;
  if (path.extname(file).toLowerCase() === '.npz') {
    const [features, target] = readNpz(bytes, file, [options.array, name]);
    return {
      table: tableOfArrays(file, features!, { name, array: target! }),
      hash: hash.digest('hex'),
      sampleShape: features!.shape.slice(1),
    };
  }
  if (options.targetFile === undefined)
    throw new VitrineError(
      'bad-experiment',
      'data.targetFile is missing: the .npy file with a target for each sample. Or put both arrays into one .npz file.',
      { at: { file } },
    );
  const features = readNpy(bytes, file, path.basename(file));
  const targetFile = path.resolve(folder, options.targetFile);
  const targetBytes = await readWhole(targetFile, 'a NumPy file');
  const array = readNpy(targetBytes, targetFile, path.basename(targetFile));
  return {
    table: tableOfArrays(file, features, { name, array }),
    hash: hash.update(targetBytes).digest('hex'),
    sampleShape: features.shape.slice(1),
  };
}
