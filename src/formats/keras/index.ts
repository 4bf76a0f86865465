/**
 * Keras files as a file format. The model is read from PyTorch source of our own (python/) that takes Keras's
 * configuration; its parameters have the file's shapes, so that weights are read as they lie.
 */
import { basename, join } from 'node:path';
import { VitrineError } from '../../model/errors';
import type { Diagnostic, DType, Model, Tensors } from '../../model/graph';
import type { FileFormat, ReadModel, StoredTensor } from '../_format';
import { parametersOnly } from '../checkpoint/parametersOnly';
import { asData, ownSources } from '../pytorch/ownSources';
import { asObject, type KerasFile, openKeras } from './file';
import { Hdf5Error, isHdf5 } from './hdf5';
import type { Hdf5Entry } from './hdf5Worker';
import { knownLayers, shapesOf } from './layers';

const mostValues = 2 ** 28;
/** As many as the largest file has without compression. */
const mostInAll = 2 ** 29;

const sizeOf = (entry: Hdf5Entry) => entry.shape.reduce((a, b) => a * b, 1);

/** The source that was read is our own: it is no place that a user could go to. */
function withoutPlaces({ definition: _, ...model }: Model): Model {
  return {
    ...model,
    nodes: model.nodes.map(({ call: _, ...node }) => node),
    modules: model.modules.map(({ definition: _, ...module }) => module),
  };
}

export const format: FileFormat = {
  id: 'keras',
  name: 'Keras',
  extensions: ['.keras', '.h5', '.hdf5'],
  match: (file, head) => isHdf5(head) || (file.toLowerCase().endsWith('.keras') && head[0] === 0x50),
  async read(request, { distFolder, signal }) {
    const start = performance.now();
    const { file } = request;
    const keras = await openKeras(file);
    const table = parametersOnly(tensorsOf(keras), file, 'keras', dtypeOf);
    const alone = (diagnostics: readonly Diagnostic[]): Record<string, ReadModel> => ({
      [table.name]: { model: table, diagnostics, milliseconds: performance.now() - start },
    });
    const finding = (message: string): Diagnostic => ({
      ...{ file, line: 1, column: 1, endLine: 1, endColumn: 2 },
      severity: 'warning',
      code: 'unsupported-op',
      message,
    });
    if (keras.kind === undefined || lackingOf(keras).length) return alone([]);
    if (!['Sequential', 'Functional', 'Model'].includes(keras.kind))
      return alone([
        finding(
          `${basename(file)} holds a ${keras.kind}, whose computation is in Python code and not in the file.`,
        ),
      ]);
    const inputs = inputsOf(keras);
    if (!inputs) return alone([finding(`${basename(file)} does not say what its inputs look like.`)]);
    const { reader, folder } = ownSources(distFolder, 'keras');
    const read = await reader.read(
      {
        file: join(folder, 'keras_model.py'),
        class: 'KerasModel',
        arguments: {
          config: asData(keras.config),
          kind: keras.kind,
          shapes: asData(shapesOf(keras.layers)),
        },
        inputs,
      },
      signal,
    );
    const [first] = Object.values(read);
    const failed = first?.diagnostics.filter(d => d.severity === 'error') ?? [];
    if (!first?.model || failed.length)
      return alone(failed.map(d => finding(`${basename(file)} cannot be run: ${d.message}`)));
    const name = String(asObject(keras.config)?.['name'] ?? table.name);
    return {
      [name]: {
        model: { ...withoutPlaces(first.model), name, file, format: 'keras' },
        diagnostics: [],
        milliseconds: performance.now() - start,
      },
    };
  },
  async weights(model) {
    const keras = await openKeras(model.file);
    const out: Tensors = Object.create(null);
    let total = 0;
    for (const [name, entry] of arraysOf(keras, model)) {
      total += sizeOf(entry);
      if (total > mostInAll)
        throw new VitrineError(
          'bad-file',
          `The arrays of ${basename(model.file)} have more than ${mostInAll} values together: some may stand for the same bytes.`,
          { at: { file: model.file } },
        );
      const data = await valuesOf(model.file, keras, entry);
      out[name] = { shape: entry.shape, data };
    }
    return out;
  },
  async contents(file) {
    const keras = await openKeras(file);
    return {
      tensors: tensorsOf(keras),
      metadata: [
        ...keras.about,
        ...keras.layers.map(l => [[...l.within, l.name].join('/'), l.kind] as const),
      ],
      lacking: lackingOf(keras),
    };
  },
  async sample(file, tensor) {
    const keras = await openKeras(file);
    const entry = entriesOf(keras).get(tensor);
    if (!entry)
      throw new VitrineError('bad-file', `${basename(file)} has no tensor "${tensor}".`, { at: { file } });
    const data = await valuesOf(file, keras, entry);
    return { data, of: data.length };
  },
};

/** Layers that the engine cannot run, with counts. */
function lackingOf(keras: KerasFile): { op: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { kind } of keras.layers)
    if (!knownLayers.has(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([op, count]) => ({ op, count })).sort((a, b) => b.count - a.count);
}

/** The arrays by the names that people know: layer and weight; else by their path in the file. */
function entriesOf(keras: KerasFile): Map<string, Hdf5Entry> {
  const out = new Map<string, Hdf5Entry>();
  const owned = new Set<Hdf5Entry>();
  for (const { within, name, kind, weights } of keras.layers) {
    const path = [...within, name].map(n => n.replaceAll(/[./]/g, '_')).join('.');
    weights.forEach((w, i) => {
      owned.add(w);
      const wanted = `${path}.${weightName(w, kind, i, weights.length)}`;
      out.set(out.has(wanted) ? `${path}.${i}` : wanted, w);
    });
  }
  for (const e of keras.listed.entries) if (!owned.has(e)) out.set(e.path.replaceAll('/', '.'), e);
  return out;
}

function weightName(w: Hdf5Entry, kind: string, index: number, count: number): string {
  const last = w.path.slice(w.path.lastIndexOf('/') + 1).replace(/:\d+$/, '');
  // Keras 3 calls them forward_layer and query_dense, whole models in HDF5 e.g. forward_lstm and query.
  const part =
    /\/(forward|backward|query|key|value|output|attention_output)(?:_(?:layer|dense|lstm|gru|simple_rnn)\w*)?\//.exec(
      w.path,
    )?.[1];
  const within = part ? `${part}.` : '';
  if (!/^\d+$/.test(last)) return `${within}${last}`;
  const own = /BatchNormalization|LayerNormalization/.test(kind)
    ? ['gamma', 'beta', 'moving_mean', 'moving_variance']
    : kind === 'Embedding'
      ? ['embeddings']
      : /LSTM|GRU|RNN|Bidirectional/.test(kind)
        ? ['kernel', 'recurrent_kernel', 'bias']
        : kind.startsWith('Separable')
          ? ['depthwise_kernel', 'pointwise_kernel', 'bias']
          : count <= 2 || part
            ? ['kernel', 'bias']
            : [];
  // Without scale or centre the statistics come first: only whole sets have names.
  const named = kind === 'BatchNormalization' && count !== 4 ? undefined : own[Number(last)];
  return `${within}${named ?? index}`;
}

function tensorsOf(keras: KerasFile): StoredTensor[] {
  return [...entriesOf(keras)].map(([name, { dtype, shape }]) => ({
    name,
    dtype,
    shape,
    bytes: shape.reduce((a, b) => a * b, 1) * Number(/\d+$/.exec(dtype)?.[0] ?? 4),
  }));
}

function dtypeOf(dtype: string): DType {
  const kinds: Readonly<Record<string, DType>> = {
    f2: 'float16',
    f4: 'float32',
    f8: 'float64',
    i4: 'int32',
    i8: 'int64',
    i1: 'int8',
    u1: 'uint8',
  };
  return kinds[dtype.replace(/^[<>|=]/, '')] ?? 'float32';
}

/** The model's parameters with the arrays that they begin as: layer by layer, in the order of both. */
function arraysOf(keras: KerasFile, model: Model): [name: string, entry: Hdf5Entry][] {
  const out: [string, Hdf5Entry][] = [];
  for (const { within, name, weights } of keras.layers) {
    const path = [...within, name].map(n => n.replaceAll(/[./]/g, '_')).join('.');
    const own = model.parameters.filter(p => p.name.startsWith(`${path}.`) && p.kind !== 'constant');
    own.forEach((p, i) => {
      const entry = weights[i];
      if (entry && entry.shape.join() === p.shape.join()) out.push([p.name, entry]);
    });
  }
  return out;
}

async function valuesOf(
  file: string,
  keras: KerasFile,
  entry: Hdf5Entry,
): Promise<Float32Array | Int32Array> {
  const bad = (what: string) =>
    new VitrineError('bad-file', `The array "${entry.path}" of ${basename(file)} ${what}.`, { at: { file } });
  const of = sizeOf(entry);
  if (of > mostValues) throw bad(`has ${of} values, too many to be read at once`);
  const data = await keras.hdf5.read(entry.path).catch((e: unknown) => {
    throw e instanceof Hdf5Error ? bad(`cannot be read: ${e.message}`) : e;
  });
  if (data.length !== of) throw bad(`has ${data.length} values where its shape wants ${of}`);
  return data;
}

/** The model's inputs: of its input layers in their order, of `batch_input_shape` of the first layer before Keras 3. */
function inputsOf({
  config,
  kind,
}: KerasFile): { name: string; shape: (number | string)[]; dtype: 'float32' | 'int64' }[] | undefined {
  const holder = asObject(config);
  const layers = Array.isArray(config) ? config : holder?.['layers'];
  if (!Array.isArray(layers)) return undefined;
  const described = layers.map(l => ({
    kind: asObject(l)?.['class_name'],
    own: asObject(asObject(l)?.['config']) ?? {},
    name: asObject(l)?.['name'],
  }));
  const names = kind === 'Sequential' ? undefined : namesIn(holder?.['input_layers']);
  const inputs = names
    ? names.map(n => described.find(d => d.name === n || d.own['name'] === n))
    : [
        described.find(d => d.own['batch_shape'] ?? d.own['batch_input_shape']) ?? {
          own: asObject(holder?.['build_input_shape']) ?? {},
          kind: '',
          name: 'input',
        },
      ];
  const out = inputs.map((d, i) => {
    const shape =
      d?.own['batch_shape'] ??
      d?.own['batch_input_shape'] ??
      (Array.isArray(holder?.['build_input_shape']) ? holder['build_input_shape'] : undefined);
    if (!d || !Array.isArray(shape) || !shape.every(n => n === null || Number.isSafeInteger(n)))
      return undefined;
    const free = ['H', 'W', 'D', 'T'];
    return {
      name: String(d.name ?? d.own['name'] ?? `input_${i}`).replace(/\W/g, '_'),
      shape: shape.map((n: number | null, k: number) =>
        k === 0 ? 'N' : (n ?? (shape.length === 3 || shape.length === 2 ? 'T' : free[k - 1]!)),
      ),
      dtype:
        /int/.test(String(d.own['dtype'])) || firstKind(described) === 'Embedding'
          ? ('int64' as const)
          : ('float32' as const),
    };
  });
  return out.every(i => i !== undefined) && out.length ? out : undefined;
}

function firstKind(described: readonly { kind: unknown }[]): unknown {
  return described.find(d => d.kind !== 'InputLayer')?.kind;
}

function namesIn(listed: unknown): string[] {
  if (!Array.isArray(listed))
    return listed && typeof listed === 'object' ? namesIn(Object.values(listed)) : [];
  if (listed.length === 3 && typeof listed[0] === 'string') return [listed[0]];
  return listed.flatMap(namesIn);
}
