/** The layers of a configuration, and which arrays of the file are whose, in the order in which Keras makes them. */
import type { Hdf5Contents } from './hdf5';
import type { Hdf5Entry } from './hdf5Worker';

export interface KerasLayer {
  name: string;
  /** Keras's class, e.g. "Conv2D". */
  kind: string;
  /** Names of the models around it, outermost first. */
  within: readonly string[];
  weights: readonly Hdf5Entry[];
}

/** Layers that python/keras_layers.py has. */
export const knownLayers: ReadonlySet<string> = new Set(
  `Activation ActivityRegularization Add Average AveragePooling1D AveragePooling2D AveragePooling3D BatchNormalization
  Bidirectional Concatenate Conv1D Conv1DTranspose Conv2D Conv2DTranspose Conv3D Cropping1D Cropping2D Dense
  DepthwiseConv1D DepthwiseConv2D Divide Dot Dropout ELU Embedding Flatten GRU GaussianDropout GaussianNoise
  GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D GlobalMaxPooling1D GlobalMaxPooling2D Identity
  LSTM LayerNormalization LeakyReLU MaxPooling1D MaxPooling2D MaxPooling3D Maximum Minimum MultiHeadAttention Multiply
  Normalization PReLU Permute ReLU RepeatVector Rescaling Reshape SeparableConv1D SeparableConv2D SimpleRNN Softmax
  SpatialDropout1D SpatialDropout2D Subtract TimeDistributed TrueDivide UpSampling1D UpSampling2D ZeroPadding1D
  ZeroPadding2D`.split(/\s+/),
);

/** Models that hold layers. */
const models = new Set(['Sequential', 'Functional', 'Model']);
/** Parts of layers whose arrays lie in groups of their own, in the order of `layer.weights`. */
const parts = [
  '',
  'forward_layer/cell',
  'backward_layer/cell',
  'cell',
  'layer',
  'layer/cell',
  'query_dense',
  'key_dense',
  'value_dense',
  'output_dense',
];
const deepest = 20;
const mostLayers = 50_000;

interface Described {
  class_name?: unknown;
  name?: unknown;
  config?: unknown;
}

/** All layers of a configuration that are no models, in its order. */
export function layersOf(config: unknown, listed: Hdf5Contents): KerasLayer[] {
  const out: KerasLayer[] = [];
  walk(config, listed, 'layers', [], out);
  return out;
}

function walk(
  config: unknown,
  listed: Hdf5Contents,
  group: string,
  within: readonly string[],
  out: KerasLayer[],
): void {
  const holder = config as { layers?: unknown } | undefined;
  const layers: unknown = Array.isArray(config) ? config : holder?.layers;
  if (!Array.isArray(layers) || within.length > deepest) return;
  const taken = new Map<string, number>();
  for (const layer of layers as (Described | null)[]) {
    if (out.length >= mostLayers) return;
    const kind = typeof layer?.class_name === 'string' ? layer.class_name : '';
    const own = layer?.config as { name?: unknown } | undefined;
    const name = String(layer?.name ?? own?.name ?? '');
    const snake = snakeCase(kind);
    const count = taken.get(snake) ?? 0;
    taken.set(snake, count + 1);
    const at = `${group}/${snake}${count ? `_${count}` : ''}`;
    if (models.has(kind)) walk(own, listed, `${at}/layers`, [...within, name], out);
    else if (kind && kind !== 'InputLayer')
      out.push({ name, kind, within, weights: weightsOf(listed, at, [...within, name]) });
  }
}

/** The arrays of a layer: by Keras 3's places, or by the names of the whole models in HDF5. */
function weightsOf(listed: Hdf5Contents, at: string, path: readonly string[]): Hdf5Entry[] {
  const found: [rank: number, index: number, entry: Hdf5Entry][] = [];
  for (const entry of under(listed, at)) {
    const match = /^(?:(.+)\/)?vars\/(\d+)$/.exec(entry.path.slice(at.length + 1));
    const rank = match ? parts.indexOf(match[1] ?? '') : -1;
    // The states of random generators are no weights.
    if (match && rank >= 0) found.push([rank, Number(match[2]), entry]);
  }
  if (found.length) return found.sort(([a, i], [b, j]) => a - b || i - j).map(([, , entry]) => entry);
  // A nested model keeps its layers' weights in its own group.
  for (const holder of [path.at(-1)!, path[0]!]) {
    const group = `model_weights/${holder}`;
    const names = listed.orders[group];
    if (!names) continue;
    const own =
      holder === path.at(-1) ? names : names.filter(n => n.split('/').slice(0, -1).includes(path.at(-1)!));
    return own.flatMap(n => byPath(listed).get(`${group}/${n}`) ?? []);
  }
  return [];
}

const indexes = new WeakMap<Hdf5Contents, Map<string, Hdf5Entry>>();

function byPath(listed: Hdf5Contents): Map<string, Hdf5Entry> {
  let index = indexes.get(listed);
  if (!index) {
    index = new Map(listed.entries.map(e => [e.path, e]));
    indexes.set(listed, index);
  }
  return index;
}

const groups = new WeakMap<Hdf5Contents, Map<string, Hdf5Entry[]>>();

/** Entries below a layer's group. */
function under(listed: Hdf5Contents, at: string): readonly Hdf5Entry[] {
  let all = groups.get(listed);
  if (!all) {
    all = new Map();
    for (const e of listed.entries) {
      const steps = e.path.split('/');
      // layers/NAME, layers/NAME/layers/NAME, …
      for (let i = 2; i < steps.length && steps[i - 2] === 'layers'; i += 2) {
        const key = steps.slice(0, i).join('/');
        const known = all.get(key);
        if (known) known.push(e);
        else all.set(key, [e]);
      }
    }
    groups.set(listed, all);
  }
  return all.get(at) ?? [];
}

/** Keras's `to_snake_case`, which names the groups of the weights. */
function snakeCase(name: string): string {
  return name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

/** The shapes of the layers' weights as python/keras_model.py wants them. */
export function shapesOf(layers: readonly KerasLayer[]): object {
  const out: Record<string, unknown> = Object.create(null);
  for (const l of layers) {
    let at = out;
    for (const name of l.within) {
      at[name] ??= Object.create(null);
      at = at[name] as Record<string, unknown>;
    }
    at[l.name] = l.weights.map(w => w.shape);
  }
  return out;
}
