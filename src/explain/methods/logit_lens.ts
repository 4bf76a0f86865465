/** Logit lens: what the model would answer if it ended after each block. */
import { Type } from '@sinclair/typebox';
import type { Model } from '../../model/graph';
import { linkOf, probabilitiesOf } from '../answers/predict';
import { answerTitle } from '../answers/responses';
import type { Figure } from '../figure';
import { look, lookOnce, partOf, shapeInside } from '../layers/inside';
import type { ExplanationMethod, ExplanationRequest } from '../method';
import { readOptions } from '../options';
import { all, oneInput } from '../suits';
import { positionNames, shownPositions } from '../transformer/positions';
import { hasStream, residualStream, stations } from '../transformer/stream';
import { wordsFor } from '../words/words';

const options = Type.Object({}, { additionalProperties: false });

export const method: ExplanationMethod = {
  id: 'logit_lens',
  title: 'Logit lens',
  paper: {
    authors: 'nostalgebraist',
    year: 2020,
    title: 'Interpreting GPT: the logit lens',
    url: 'https://www.lesswrong.com/posts/AcKRB8wDpdaN6v6ru/interpreting-gpt-the-logit-lens',
  },
  summary: 'What the model would answer if it ended after each block. For transformers.',
  scope: 'prediction',
  of: 'parts',
  needs: [],
  options,
  judgedBy: ['lens_speaks', 'model_randomisation'],
  suits: all(oneInput, hasStream),
  async explain(request, given) {
    readOptions(options, given, 'logit_lens');
    const lens = await logitLens(request);
    const { names, target, final } = lens;
    const { figures, model: told } = wordsFor(request.language);
    const classes = request.dataset?.target.classes;
    const nameOf = (i: number) => classes?.[i] ?? String(i);
    const best = lens.outputs.map(o => nameOf(indexOfMost(o)));
    const shown: Figure[] = [
      {
        kind: 'curves',
        x: { title: figures.after, labels: names },
        y: { title: answerTitle(request) },
        curves: [{ x: names.map((_, i) => i), y: target, role: 'main' }],
        dots: true,
      },
    ];
    if (lens.positions) {
      const { rows, labels } = lens.positions;
      const kept = shownPositions(labels);
      shown.push({
        kind: 'matrix',
        rows: { title: figures.after, labels: names },
        columns: { title: figures.position, labels: kept.map(p => labels[p]!) },
        values: rows.flatMap(r => kept.map(p => r[p]!.probability)),
        text: rows.flatMap(r => kept.map(p => nameOf(r[p]!.index).replaceAll('\n', '⏎').replace(/^ $/, '␣'))),
        scale: 'sequential',
        value: figures.topProbability,
      });
    } else {
      shown.push({
        kind: 'table',
        columns: [
          { title: figures.after },
          { title: figures.answer },
          { title: answerTitle(request), align: 'right' },
        ],
        rows: names.map((n, i) => [n, best[i]!, target[i]!]),
      });
    }
    // The first station from which on the answer stays the model's own.
    let decided = names.length - 1;
    while (decided > 0 && best[decided - 1] === best.at(-1)) decided--;
    return {
      values: { shape: [names.length], data: Float32Array.from(target) },
      names,
      figures: shown,
      facts: { stations: names.length, decided, agreement: final },
      told: [told.lens(best.at(-1)!, names[decided]!, decided, names.length - 1)],
    };
  },
};

export interface Lens {
  /** Stations: the embedding, and each block. */
  names: string[];
  /** What the head makes of each station's stream: scores of the outputs where the output reads. */
  outputs: Float32Array[];
  /** The explained answer at each station: a probability where there are some. */
  target: number[];
  /** Share of positions (or 1 and 0) where the last station but one answers as the model. */
  final: number;
  /** By station and position, where the head scores positions: the best token there. */
  positions?: { labels: string[]; rows: { index: number; probability: number }[][] };
}

/**
 * Everything after the last block, the head with its normalisation, applied to the stream after each block.
 *
 * @throws bad-request when there is no residual stream.
 */
export async function logitLens(request: ExplanationRequest): Promise<Lens> {
  const { model } = request;
  const stream = residualStream(model);
  const all = stations(stream);
  const ids = [...new Set(all.map(s => s.id))];
  const { values } = await lookOnce(request, { fetch: ids });
  const output = model.outputs[0]!;
  const head = partOf(model, [stream.final], output);
  const width = shapeInside(request, output)
    .slice(1)
    .reduce((a, b) => a * b, 1);
  const length = shapeInside(request, stream.final).reduce((a, b) => a * b, 1);
  const [classes, each] = scoredPositions(request, head, stream.final, width);
  const outputs: Float32Array[] = [];
  const scores: Float32Array[] = [];
  await look(
    request,
    {
      model: head,
      rows: all.length,
      feed: { [stream.final]: (row, into) => into.set(values[all[row]!.id]!.subarray(0, length)) },
      ...(each !== undefined && { fetch: [each] }),
      ...(request.onProgress && { onProgress: request.onProgress }),
    },
    (_, view) => {
      outputs.push(view.output.slice());
      if (each !== undefined) scores.push(view.values[each]!.slice());
    },
  );
  const link = linkOf(model, request.loss, request.dataset?.target, width);
  const index = width === 1 ? (request.sign === -1 ? 0 : 1) : (request.target ?? 0);
  const target = outputs.map(
    o => probabilitiesOf(o, link)?.[index] ?? (request.sign ?? 1) * (o[request.target ?? 0] ?? 0),
  );
  const names = all.map(s => s.name);
  if (each === undefined) {
    const same = indexOfMost(outputs.at(-2)!) === indexOfMost(outputs.at(-1)!) ? 1 : 0;
    return { names, outputs, target, final: width > 1 ? same : 1 };
  }
  const rows = scores.map(s =>
    Array.from({ length: s.length / classes }, (_, p) => {
      const own = s.subarray(p * classes, (p + 1) * classes);
      const best = indexOfMost(own);
      return { index: best, probability: probabilitiesOf(own, 'softmax')![best]! };
    }),
  );
  const labels = positionNames(request, rows[0]!.length);
  const kept = shownPositions(labels);
  const agreeing = kept.filter(p => rows.at(-2)![p]!.index === rows.at(-1)![p]!.index);
  return {
    names,
    outputs,
    target,
    final: agreeing.length / Math.max(1, kept.length),
    positions: { labels, rows },
  };
}

/** The head's value that has scores of every position, where it has one: a product with a weight, and its bias. */
function scoredPositions(
  request: ExplanationRequest,
  head: Model,
  final: string,
  width: number,
): [classes: number, id: string | undefined] {
  const stream = shapeInside(request, final);
  const length = stream.at(-2)!;
  const parameters = new Set(head.parameters.map(p => p.name));
  let found: [number, string | undefined] = [0, undefined];
  for (const node of head.nodes) {
    const id = node.outputs[0]!;
    const shape = shapeInside(request, id);
    if (shape.length !== 3 || shape.at(-2) !== length || shape.at(-1)! < 2) continue;
    // Scores of the same classes as the output's, or the output itself where it has all positions.
    if (shape.at(-1) !== width && shape.at(-1)! * length !== width) continue;
    const bias =
      node.op === 'Add' && node.inputs.includes(found[1] ?? '') && node.inputs.some(i => parameters.has(i));
    if (/^(MatMul|Gemm|Einsum)$/.test(node.op) || bias) found = [shape.at(-1)!, id];
  }
  return found;
}

function indexOfMost(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
