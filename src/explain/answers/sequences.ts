/** Explanations of models that write one sequence after reading another: which word read stands behind which word written. */
import { VitrineError } from '../../model/errors';
import type { Model } from '../../model/graph';
import type { MatrixFigure } from '../figure';
import type { Attribution, ExplanationRequest } from '../method';
import { withProbe } from '../probe';
import { wordsFor } from '../words/words';

/** What was read and what was written, without filling. */
export interface Written {
  /** Positions in the packed sample, and their words. */
  source: readonly number[];
  sourceWords: readonly string[];
  /** The id written at each position, `end` too if there was room; and their words. */
  written: readonly number[];
  writtenWords: readonly string[];
  /** Sizes of the two parts. */
  sizes: readonly [number, number];
}

/** @throws bad-request without data of pairs or without a sample */
export function writtenOf({ dataset, input }: ExplanationRequest): Written {
  const writes = dataset?.target.writes;
  const parts = dataset?.parts;
  if (!writes || parts?.length !== 2 || !input || !dataset.entryNames)
    throw new VitrineError('bad-request', 'This method needs data of the kind "pairs", and a row of them.');
  const [s, t] = [parts[0]!.shape[0]!, parts[1]!.shape[0]!];
  const names = dataset.entryNames(input);
  const source = Array.from({ length: s }, (_, i) => i).filter(i => input.data[i] !== 0);
  const behind = Array.from(input.data.subarray(s + 1, s + t)).filter(id => id !== 0);
  const written = behind.length < t ? [...behind, writes.end] : behind;
  return {
    source,
    sourceWords: source.map(i => names[i]!),
    written,
    writtenWords: written.map(id => dataset.target.classes![id]!),
    sizes: [s, t],
  };
}

/** The matrix [written, read] as an attribution: as a figure, and told by the strongest of each row. */
export function asMatrix(
  request: ExplanationRequest,
  { sourceWords, writtenWords }: Written,
  values: Float32Array,
  { value, scale, facts }: { value: string; scale: MatrixFigure['scale']; facts?: Record<string, number> },
): Attribution {
  const words = wordsFor(request.language);
  const columns = sourceWords.length;
  const strongest = writtenWords.map((_, r) => {
    const row = values.subarray(r * columns, (r + 1) * columns);
    let at = 0;
    for (let c = 1; c < columns; c++) if (row[c]! > row[at]!) at = c;
    return sourceWords[at]!;
  });
  const pairs = writtenWords
    .map((word, r) => [word, strongest[r]!] as const)
    // What ends the sequence stands for no word.
    .slice(0, -1)
    .slice(0, 8);
  return {
    values: { shape: [writtenWords.length, columns], data: values },
    figures: [
      {
        kind: 'matrix',
        rows: { title: words.figures.written, labels: writtenWords },
        columns: { title: words.figures.read, labels: sourceWords },
        values: Array.from(values),
        scale,
        value,
      },
    ],
    ...(facts && { facts }),
    told: [words.sequences.strongest(value, pairs)],
  };
}

/**
 * How much less likely each word becomes without each word that was read (in its place stands the unknown word): the
 * fall of its log probability, [written, read], the words before it given.
 */
export async function removalMatrix(request: ExplanationRequest, w: Written): Promise<Float32Array> {
  const { data, shape } = request.input!;
  const columns = w.source.length;
  const classes = request.dataset!.target.classes!.length;
  const logs = await withProbe(
    { ...request, target: 0 },
    shape.slice(1),
    { rows: columns + 1 },
    async probe => {
      const outputs = await probe.outputs(
        columns + 1,
        (row, into) => {
          into.set(data);
          // Id 1 is the unknown word.
          if (row > 0) into[w.source[row - 1]!] = 1;
        },
        request.onProgress,
      );
      return Array.from({ length: columns + 1 }, (_, row) =>
        w.written.map((id, t) => logProbability(outputs, row * probe.width + t * classes, classes, id)),
      );
    },
  );
  const out = new Float32Array(w.written.length * columns);
  w.written.forEach((_, t) => {
    for (let c = 0; c < columns; c++) out[t * columns + c] = logs[0]![t]! - logs[c + 1]![t]!;
  });
  return out;
}

function logProbability(scores: Float32Array, at: number, classes: number, id: number): number {
  let top = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < classes; c++) top = Math.max(top, scores[at + c]!);
  let sum = 0;
  for (let c = 0; c < classes; c++) sum += Math.exp(scores[at + c]! - top);
  return scores[at + id]! - top - Math.log(sum);
}

/**
 * Values that hold cross-attention, [N, heads, written, read] or [N, written, read], in the model's order: what a
 * softmax gives for scores between what was written and what was read, weighing values of what was read.
 */
export function crossAttentions(model: Model, sizes: readonly [number, number]): string[] {
  const reach = new Map<string, number>();
  const sourceOnly = 1;
  const input = model.inputs[0]!;
  const consumers = new Map<
    string,
    { op: string; inputs: readonly string[]; outputs: readonly string[] }[]
  >();
  for (const node of model.nodes) {
    let mask = 0;
    for (const id of node.inputs) mask |= reach.get(id) ?? 0;
    if (node.inputs[0] === input && node.op === 'Slice')
      mask = (node.attributes['starts'] as readonly number[])[0]! < sizes[0] ? sourceOnly : 2;
    for (const id of node.outputs) reach.set(id, mask);
    for (const id of node.inputs) {
      const list = consumers.get(id);
      if (list) list.push(node);
      else consumers.set(id, [node]);
    }
  }
  const weighs = (id: string): boolean =>
    (consumers.get(id) ?? []).some(n =>
      n.op === 'MatMul'
        ? n.inputs[0] === id && reach.get(n.inputs[1]!) === sourceOnly
        : /^(Dropout|Identity|Cast|Reshape)$/.test(n.op) && weighs(n.outputs[0]!),
    );
  return model.nodes
    .filter(n => n.op === 'Softmax')
    .map(n => n.outputs[0]!)
    .filter(id => {
      const { shape } = model.values[id]!;
      return (
        (shape.length === 3 || shape.length === 4) &&
        shape.at(-1) === sizes[0] &&
        shape.at(-2) === sizes[1] &&
        ((reach.get(id) ?? 0) & 2) !== 0 &&
        weighs(id)
      );
    });
}
