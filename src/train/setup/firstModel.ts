/** A first model and its experiment for data that no model is there for: a table, or a folder by class, and nothing else. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { ColumnHead, Dataset, LoadContext } from '../../data/dataset';
import { datasetKinds, loadDataset } from '../../data/load';
import { readTableFile } from '../../data/table/rawRows';
import { columnNamed, textAt } from '../../data/table/table';
import { VitrineError } from '../../model/errors';
import { listed, nearest } from '../../model/suggest';
import { writeAtomically } from '../runs/atomicFile';
import {
  folderOptions,
  guessLoss,
  type LookedAt,
  likelyTargets,
  lookAt,
  newExperimentText,
  pictureShape,
  tableOptions,
  textColumn,
  timed,
} from './firstExperiment';
import { columnsOptions, type EmbeddedInput, embeddedInputs } from './idColumns';
import type { EmbeddedArgument } from './newEmbeddings';
import { type Fitting, newModel } from './newModel';

export interface FirstModel {
  source: string;
  experiment: string;
  /** The column that is predicted; absent for folders, whose names are the classes. */
  target?: string;
  loss: string;
}

/** Above this a table's head has to tell what is in it. */
const readWhole = 64 << 20;

/** The column of a table that a name means. @throws bad-usage */
export function targetNamed(heads: readonly ColumnHead[], target: string, file: string): ColumnHead {
  const head = heads.find(h => h.name === target);
  if (head) return head;
  const names = heads.map(h => h.name);
  const near = nearest(target, names);
  throw new VitrineError(
    'bad-usage',
    `There is no column "${target}" in ${path.basename(file)}. ${near ? `Did you mean "${near}"?` : `It has ${listed(names)}.`}`,
  );
}

/**
 * Writes a class of PyTorch and an experiment beside the data, under names that are free.
 *
 * @param target the column to predict; the likeliest if undefined.
 * @param looked what the data are, where that is known already.
 * @throws bad-data, bad-usage, cancelled; nothing is written then.
 */
export async function writeFirstModel(
  data: string,
  target: string | undefined,
  context: Pick<LoadContext, 'signal' | 'onProgress'> = {},
  looked?: LookedAt,
): Promise<FirstModel> {
  const file = path.resolve(data);
  const { kind: found, heads, folder } = looked ?? (await lookAt(file, datasetKinds));
  if (heads && heads.length < 2 && found.id !== 'text')
    throw new VitrineError(
      'bad-data',
      `${path.basename(file)} has one column; at least two are needed: what is predicted, and from what.`,
      { at: { file } },
    );
  const head = heads && (target === undefined ? likelyTargets(heads)[0]! : targetNamed(heads, target, file));
  const text = head && heads.length > 1 ? textColumn(heads, head.name) : undefined;
  const inputs = head && !text ? embeddedInputs(heads, head.name) : undefined;
  const kind = text ? 'text' : inputs ? 'columns' : found.id;
  const options = text
    ? [{ name: 'column', value: text.name }]
    : inputs
      ? columnsOptions(inputs, heads!, head!)
      : heads
        ? tableOptions(heads, head!.name)
        : [
            ...(await folderOptions(kind, folder!)),
            // What a small network hears well.
            ...(kind === 'sound' ? [{ name: 'features', value: 'mel' }] : []),
          ];
  const loss = head && kind !== 'text' ? guessLoss(head) : 'cross_entropy';
  const home = path.dirname(file);
  const described = {
    kind,
    file: path.basename(file),
    ...(head && { target: head.name }),
  };
  const info = await stat(file);
  const dataset =
    info.isFile() && info.size > readWhole && !inputs
      ? undefined
      : await loadDataset(
          {
            ...described,
            ...Object.fromEntries(options.map(o => [o.name, o.value])),
            ...(head && kind !== 'text' && { targetType: loss === 'cross_entropy' ? 'classes' : 'number' }),
          },
          { folder: home, seed: 0, ...context },
        );
  // A row of a table takes some hundred bytes.
  const rows = dataset?.splits.train.length ?? Math.round(info.size / 200);
  const fit: Fitting = {
    file: path.basename(file),
    target: head?.name ?? 'the class',
    ...(inputs && { embedded: await sized(inputs, file, context.signal) }),
    ...(dataset
      ? fitting(dataset)
      : {
          modality: 'table',
          shape: pictureShape(kind, options) ?? [undefined],
          outputs: loss === 'cross_entropy' ? Math.max(2, head?.distinct ?? 2) : 1,
        }),
  };
  const { name, text: written } = newModel(fit);
  const stem = name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toLowerCase();
  const [source, experiment] = [
    await freeName(home, stem, '.py'),
    await freeName(home, stem, '.vitrine.json'),
  ];
  await writeAtomically(source, written);
  await writeAtomically(
    experiment,
    newExperimentText({
      model: { file: path.basename(source), class: name },
      data: described,
      options,
      loss,
      rows,
      // Vectors of the few rows that an id is in are learned by heart without it.
      ...(inputs && { weightDecay: 0.1 }),
      ...(head && kind !== 'text' && { head, ...timed(heads!, head.name) }),
    }),
  );
  return { source, experiment, loss, ...(head && { target: head.name }) };
}

/** What each argument of forward takes: all values of the table have a place, those that training does not draw too. */
async function sized(
  inputs: readonly EmbeddedInput[],
  file: string,
  signal: AbortSignal | undefined,
): Promise<EmbeddedArgument[]> {
  const spelled = inputs.flatMap(i => (i.as === 'category' ? [i.column] : []));
  const table = await readTableFile(file, new Set(spelled), signal);
  return inputs.map(i => {
    if (i.as === 'numbers') return { name: i.name, width: i.columns.length };
    const column = columnNamed(table, i.column, 'of ids');
    const values = new Set<string>();
    for (let row = 0; row < table.rows; row++) {
      const text = textAt(column, row);
      if (text !== undefined) values.add(text);
    }
    return { name: i.name, id: i.id, values: values.size };
  });
}

function fitting(dataset: Dataset): Omit<Fitting, 'file' | 'target'> {
  const { sampleShape, modality, target } = dataset;
  const { tokenizer } = Object(dataset.preparation()) as { tokenizer?: { vocabulary?: readonly string[] } };
  const tokens = modality === 'text' ? tokenizer?.vocabulary?.length : undefined;
  return {
    modality,
    shape: sampleShape,
    outputs: target.classes?.length ?? target.shape?.reduce((a, b) => a * b, 1) ?? 1,
    ...(tokens !== undefined && { vocabulary: tokens }),
    ...(target.perPosition && { continues: true }),
  };
}

async function freeName(folder: string, stem: string, suffix: string): Promise<string> {
  for (let i = 1; ; i++) {
    const file = path.join(folder, `${stem}${i === 1 ? '' : `-${i}`}${suffix}`);
    if (!(await stat(file).catch(() => undefined))) return file;
  }
}
