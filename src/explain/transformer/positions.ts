/** Positions of a transformer's sequence: what they are called, which of them the output reads, and drawing over them. */
import { VitrineError } from '../../model/errors';
import { overImage } from '../classActivation';
import type { Figure } from '../figure';
import { lookOnce } from '../layers/inside';
import type { Attribution, ExplanationRequest } from '../method';
import { sampleOf } from '../probe';
import { visible } from '../words/visible';
import { wordsFor } from '../words/words';
import { type AttentionMaps, attentionLayers, selfAttention } from './attention';

/** Tokens of the input where every position is one, patches of a picture, or numbers. Filling has the name "". */
export function positionNames(request: ExplanationRequest, length: number): string[] {
  const { shape } = sampleOf(request);
  if (shape.length === 1 && shape[0] === length) {
    const names = request.dataset?.entryNames?.(request.input!);
    return Array.from({ length }, (_, i) =>
      names?.[i] === '' ? '' : `${i + 1}${names?.[i] === undefined ? '' : ` ${visible(names[i])}`}`,
    );
  }
  const grid = gridOf(shape, length);
  if (grid)
    return Array.from({ length }, (_, i) => {
      const patch = i - grid.before;
      return patch < 0
        ? grid.before === 1
          ? 'CLS'
          : `token ${i + 1}`
        : `${Math.floor(patch / grid.columns) + 1},${(patch % grid.columns) + 1}`;
    });
  return Array.from({ length }, (_, i) => String(i + 1));
}

/** Positions that are no filling. */
export function shownPositions(names: readonly string[]): number[] {
  return names.map((_, i) => i).filter(i => names[i] !== '');
}

/** How patches lie over a picture, behind a few tokens of their own. */
function gridOf(shape: readonly number[], length: number) {
  if (shape.length !== 3) return undefined;
  const [h, w] = shape.slice(-2) as [number, number];
  for (const before of [0, 1, 2]) {
    const patches = length - before;
    const rows = Math.round(Math.sqrt((patches * h) / w));
    if (rows < 1 || patches % rows !== 0) continue;
    const columns = patches / rows;
    if (h % rows === 0 && w % columns === 0 && h / rows === w / columns) return { before, rows, columns };
  }
  return undefined;
}

/**
 * One number a position as an attribution to the input: by token, over the picture, or, where positions are neither, as
 * bars.
 */
export function overPositions(
  request: ExplanationRequest,
  values: ArrayLike<number>,
  more: readonly Figure[] = [],
): Attribution {
  const { shape } = sampleOf(request);
  const layers = attentionLayers(request.model).map(l => l.name);
  const data = Float32Array.from(values);
  if (shape.length === 1 && shape[0] === data.length)
    return {
      values: { shape, data },
      layers,
      ...(more.length > 0 && { figures: [{ kind: 'input' }, ...more] }),
    };
  const grid = gridOf(shape, data.length);
  if (grid)
    return {
      layers,
      values: {
        shape,
        data: overImage(data.slice(grid.before), { height: grid.rows, width: grid.columns }, shape),
      },
      ...(more.length > 0 && { figures: [{ kind: 'input' }, ...more] }),
    };
  const names = positionNames(request, data.length);
  const { figures } = wordsFor(request.language);
  return {
    values: { shape: [data.length], data },
    names,
    layers,
    figures: [
      { kind: 'bars', of: figures.position, value: figures.importance, names, values: Array.from(data) },
      ...more,
    ],
  };
}

/**
 * How much the explained output reads each position behind the last layer of attention, summing to 1: all of one for a
 * class token or the last position, and spread where it takes a mean. By the size of the gradient there.
 */
export async function readPositions(request: ExplanationRequest, maps: AttentionMaps): Promise<Float64Array> {
  const last = selfAttention(maps).at(-1);
  if (last === undefined)
    throw new VitrineError(
      'bad-request',
      `No attention layer of ${request.model.name} looks at positions of its own sequence. Use attention.`,
    );
  const { parts } = maps.layers[last]!;
  const { gradients } = await lookOnce(request, { gradients: parts.map(p => p.mixed) });
  const length = maps.queries[last]!;
  const size = new Float64Array(length);
  for (const { mixed } of parts) {
    const gradient = gradients[mixed]!;
    const width = gradient.length / ((maps.heads[last]! / parts.length) * length);
    gradient.forEach((g, i) => {
      size[Math.floor(i / width) % length]! += g * g;
    });
  }
  const roots = size.map(Math.sqrt);
  const total = roots.reduce((a, b) => a + b, 0);
  if (!(total > 0)) {
    // An output that reads no attention: every position counts alike.
    return roots.fill(1 / length);
  }
  return roots.map(v => v / total);
}

/** Rows of a [positions, keys] matrix, weighed. */
export function weighed(matrix: ArrayLike<number>, weights: Float64Array, keys: number): Float64Array {
  const out = new Float64Array(keys);
  weights.forEach((w, q) => {
    if (w > 0) for (let k = 0; k < keys; k++) out[k]! += w * matrix[q * keys + k]!;
  });
  return out;
}

/** All attention of a sample as one figure, by layer and head; filling is left out. */
export function attentionFigure(
  request: ExplanationRequest,
  maps: AttentionMaps,
  of: (layer: number) => Float32Array,
  value: string,
  scale: 'sequential' | 'diverging',
): Figure[] {
  const { figures } = wordsFor(request.language);
  const groups = new Map<string, number[]>();
  maps.layers.forEach((_, l) => {
    const key = [maps.heads[l], maps.queries[l], maps.keys[l]].join();
    groups.set(key, [...(groups.get(key) ?? []), l]);
  });
  return [...groups.values()].map((layers): Figure => {
    const [q, k, h] = [maps.queries[layers[0]!]!, maps.keys[layers[0]!]!, maps.heads[layers[0]!]!];
    const [rows, columns] = [positionNames(request, q), positionNames(request, k)];
    const [shownRows, shownColumns] = [shownPositions(rows), shownPositions(columns)];
    const values = layers.flatMap(l => {
      const map = of(l);
      return Array.from({ length: h }, (_, head) =>
        shownRows.flatMap(r => shownColumns.map(c => map[(head * q + r) * k + c]!)),
      ).flat();
    });
    return {
      kind: 'matrix',
      rows: { title: figures.query, labels: shownRows.map(r => rows[r]!) },
      columns: { title: figures.key, labels: shownColumns.map(c => columns[c]!) },
      stack: [
        { title: figures.layer, labels: layers.map(l => maps.layers[l]!.name) },
        { title: figures.head, labels: Array.from({ length: h }, (_, i) => String(i)) },
      ],
      values,
      scale,
      value,
    };
  });
}
