/**
 * A model file with its weights, without an experiment: its inputs are filled from a table's columns, and its output is
 * read as the file says.
 */
import path from 'node:path';
import type { Dataset, InputPart, TargetInfo } from '../../data/dataset';
import { Preparation, type PreparationColumn } from '../../data/preparation';
import { PreparedTable } from '../../data/table/preparedTable';
import { type RawRow, rawRowsOf, readTableFile } from '../../data/table/rawRows';
import { summarise } from '../../data/table/scaling';
import { isMissing } from '../../data/table/values';
import { initializeWeights } from '../../engine/initialize';
import type { FileFormat } from '../../formats/_format';
import { formatOf } from '../../formats/_registry';
import { VitrineError } from '../../model/errors';
import type { Dim, Model, Tensors } from '../../model/graph';
import { lostOutputs } from '../../model/shown';
import { withPlaces, wordsOf } from '../../model/textInputs';
import { columnsFor, type TableInput } from '../setup/modelColumns';
import { packInputs } from '../setup/packInputs';
import { centredOn, unscaled } from '../setup/unscaled';

export interface OpenModelOptions {
  distFolder: string;
  signal?: AbortSignal;
  /** Columns of the table, in the order of the model's features; found by their names and number if absent. */
  columns?: readonly string[];
  /** The column with the true answers. */
  answer?: string;
  /** Whether the output is scores of classes or numbers, where the file does not say it. */
  task?: 'classes' | 'numbers';
}

export interface OpenModel {
  /** What predicts: one input, one output. */
  model: Model;
  weights(): Promise<Tensors>;
  preparation: Preparation;
  dataset(): Promise<Dataset>;
  rows: readonly RawRow[];
  experiment: { loss: string };
  /** What was assumed, in sentences. */
  notes: readonly string[];
}

/** Whether a file is a model that can be asked as it is. */
export async function isModelFile(file: string): Promise<boolean> {
  if (!/\.(onnx|keras|h5)$/i.test(file)) return false;
  const format = await formatOf(file).catch(() => undefined);
  return format?.weights !== undefined;
}

/** @throws file-not-found, bad-file, bad-model; bad-data for a table whose columns do not fit. */
export async function openModel(file: string, table: string, options: OpenModelOptions): Promise<OpenModel> {
  const full = path.resolve(file);
  const format = await formatOf(full);
  const whole = await modelOf(format, full, options);
  const loaded = await format.weights!(whole);
  const notes: string[] = [];
  const { output, target, loss } = answerOf(whole, options, notes);
  const constant = (id: string) => loaded[id]?.data;
  const texts = whole.inputs.filter(id => whole.texts?.values.includes(id));
  const words = new Map(texts.map(id => [id, wordsOf(whole, id, constant)]));

  const inputs = whole.inputs.map(id => inputOf(whole, id));
  const read = await readTableFile(path.resolve(table), new Set(), options.signal);
  const names = read.columns.map(c => c.name);
  const numeric = rawRowsOf(read);
  const { chosen, answer } = columnsFor(inputs, names, numeric, target, table, options, notes);
  const text = new Set(inputs.flatMap(i => (words.has(i.id) ? chosen.get(i.id)! : [])));
  const kept = text.size === 0 ? read : await readTableFile(path.resolve(table), text, options.signal);
  const rows = kept === read ? numeric : rawRowsOf(kept);

  const takesMissing = whole.nodes.some(n => n.op === 'IsNaN' || n.op === 'TreeEnsemble');
  const tabular =
    inputs.every(i => i.shape.length <= 1) && inputs.some(i => /float/.test(whole.values[i.id]!.dtype));
  const columns = inputs.flatMap(i =>
    chosen.get(i.id)!.map((name): PreparationColumn => {
      const own = kept.columns.find(c => c.name === name)!;
      const base = { name, decimal: own.decimal, shift: 0, scale: 1, missing: own.missing };
      const list = words.get(i.id);
      if (list)
        return {
          ...base,
          kind: 'category',
          categories: list,
          encoding: 'index',
          unknown: 'ignore',
          fill: empty(list),
        };
      const there = own.numbers.filter(x => !Number.isNaN(x));
      const summary = summarise(there);
      const { mean, std, min, max } = summary;
      return {
        ...base,
        kind: 'number',
        ...(tabular && centredOn(there, summary)),
        ...(there.length > 0 && { mean, std, min, max }),
        ...(takesMissing && { fill: Number.NaN }),
      };
    }),
  );
  const single = inputs.length === 1;
  const parts = single
    ? undefined
    : inputs.map(({ id, shape }): InputPart => {
        const float = /float/.test(whole.values[id]!.dtype);
        return { name: id, shape, dtype: float ? 'float32' : 'int64', modality: 'table' };
      });
  const sampleShape = single ? [...inputs[0]!.shape] : [columns.length];
  const preparation = new Preparation({
    format: 'vitrine-preparation',
    version: 1,
    name: path.basename(table),
    modality: sampleShape.length === 3 ? 'image' : sampleShape.length === 2 ? 'series' : 'table',
    sampleShape,
    columns,
    target: {
      name: answer ?? target.name,
      kind: target.kind,
      ...(target.classes && { classes: [...target.classes] }),
    },
  });
  let model: Model = { ...whole, outputs: [output] };
  for (const [id, list] of words) model = withPlaces(model, id, list);
  model = unscaled(packInputs(model, parts), columns);
  return {
    model,
    weights: async () => initializeWeights(model, 0, loaded),
    preparation,
    dataset: async () => new PreparedTable(table, rows, preparation, answer),
    rows,
    experiment: { loss },
    notes,
  };
}

async function modelOf(format: FileFormat, file: string, options: OpenModelOptions): Promise<Model> {
  const { distFolder, signal } = options;
  const read = Object.values(await format.read({ file }, { distFolder, ...(signal && { signal }) }))[0];
  const error = read?.diagnostics.find(d => d.severity === 'error');
  if (read?.model && !error) return read.model;
  throw new VitrineError('bad-model', error?.message ?? `${path.basename(file)} holds no model.`, {
    at: { file },
  });
}

function inputOf(model: Model, id: string): TableInput {
  const { shape } = model.values[id]!;
  const [, ...sample] = shape;
  const open = sample.find(d => typeof d !== 'number');
  if (shape.length === 0 || open !== undefined)
    throw new VitrineError(
      'bad-model',
      `${model.name}'s input "${id}" has the shape (${shape.join(', ')})${open === undefined ? '' : `, of which ${open} is open`}: a table's rows have no such shape. Name the model in an experiment file, with its data, and ask that.`,
      { at: { file: model.file } },
    );
  const sizes = sample as readonly (Dim & number)[];
  return { id, shape: sizes, size: sizes.reduce((a, b) => a * b, 1) };
}

/** Which output answers, and what it means. */
function answerOf(
  model: Model,
  { task }: OpenModelOptions,
  notes: string[],
): { output: string; target: TargetInfo; loss: string } {
  const { values } = model;
  const isFloat = (id: string) => /float/.test(values[id]!.dtype);
  const lost = new Set(lostOutputs(model));
  const computed = model.outputs.filter(id => !lost.has(id));
  const classes = model.classes && !lost.has(model.classes.scores) ? model.classes : undefined;
  const output = classes?.scores ?? computed.find(isFloat) ?? computed[0] ?? model.outputs[0]!;
  const width = values[output]!.shape.slice(1).reduce<number>(
    (n, d) => n * (typeof d === 'number' ? d : 1),
    1,
  );
  const number: TargetInfo = { name: values[output]!.name ?? output, kind: 'number' };
  if (classes && task !== 'numbers') {
    const probable = endsIn(model, output, [
      'Softmax',
      'Sigmoid',
      'Exp',
      'TreeEnsemble',
      'Concat',
      'Div',
      'Where',
    ]);
    return {
      output,
      target: { name: 'class', kind: 'classes', classes: classes.labels },
      loss: probable ? 'bce' : 'mse',
    };
  }
  const last = endsIn(model, output, ['Softmax', 'LogSoftmax', 'Sigmoid']);
  if (task === 'numbers' || (width === 1 && last !== 'Sigmoid' && task !== 'classes'))
    return { output, target: number, loss: 'mse' };
  const count = width === 1 ? 2 : width;
  const target: TargetInfo = {
    name: 'class',
    kind: 'classes',
    classes: Array.from({ length: count }, (_, i) => String(i)),
  };
  if (last === 'Sigmoid' && width > 1) return { output, target: number, loss: 'mse' };
  if (last) return { output, target, loss: last === 'LogSoftmax' ? 'nll' : 'bce' };
  notes.push(
    `The file does not say what its ${width === 1 ? 'number means: it is' : `${width} numbers mean: they are`} taken for ${width === 1 ? 'a score' : 'scores'} of classes. --task numbers takes them as they are.`,
  );
  return { output, target, loss: width === 1 ? 'bce_with_logits' : 'cross_entropy' };
}

/** The op that makes a value, looked for behind what only renames it, if it is one of these. */
function endsIn(model: Model, output: string, wanted: readonly string[]): string | undefined {
  let at = output;
  for (;;) {
    const node = model.nodes.find(n => n.outputs.includes(at));
    if (!node) return undefined;
    if (wanted.includes(node.op)) return node.op;
    if (!['Identity', 'Cast', 'Reshape', 'Squeeze', 'Flatten', 'Add', 'Transpose'].includes(node.op))
      return undefined;
    if (node.op === 'Add' && !wanted.includes('TreeEnsemble')) return undefined;
    at = node.inputs[0]!;
  }
}

/** What an empty cell says: one of the texts that tables have for it, where the model was trained with it. */
function empty(words: readonly string[]): string {
  return words.find(isMissing) ?? '';
}
