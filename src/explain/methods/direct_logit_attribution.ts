/** Direct logit attribution: what each head and each MLP writes into the output itself, past all later blocks. */
import { Type } from '@sinclair/typebox';
import { VitrineError } from '../../model/errors';
import { listed, nearest } from '../../model/suggest';
import { formatNumber } from '../answers/predict';
import type { Figure } from '../figure';
import type { ExplanationMethod, ExplanationRequest } from '../method';
import { descending } from '../numerics/statistics';
import { readOptions } from '../options';
import { all, oneInput } from '../suits';
import { attentionLayers, headsOf } from '../transformer/attention';
import { pullBack, readouts } from '../transformer/readout';
import { hasStream, residualStream } from '../transformer/stream';
import { wordsFor } from '../words/words';

const options = Type.Object(
  {
    versus: Type.String({
      default: '',
      description: 'Another class: the difference to its output is divided instead of the output.',
    }),
  },
  { additionalProperties: false },
);

export const method: ExplanationMethod = {
  id: 'direct_logit_attribution',
  title: 'Direct logit attribution',
  paper: {
    authors: 'Elhage, Nanda, Olsson and others',
    year: 2021,
    title: 'A Mathematical Framework for Transformer Circuits',
    url: 'https://transformer-circuits.pub/2021/framework/index.html',
  },
  summary: 'What each attention head and each MLP adds to the output directly. For transformers.',
  scope: 'prediction',
  of: 'parts',
  needs: ['gradients'],
  options,
  judgedBy: ['parts_of_output', 'model_randomisation', 'sparseness'],
  suits: all(oneInput, hasStream),
  async explain(request, given) {
    const { versus } = readOptions(options, given, 'direct_logit_attribution');
    const against = versus === '' ? undefined : classIndex(request, versus);
    const { parts, constant, output } = await directLogitAttribution(request, against);
    const { figures, model: told } = wordsFor(request.language);
    const names = parts.map(p => p.name);
    const values = parts.map(p => p.value);
    const heads = parts.filter(p => p.head !== undefined);
    const layers = [...new Set(heads.map(p => p.layer))];
    const most = Math.max(0, ...heads.map(p => p.head! + 1));
    const shown: Figure[] = [
      {
        kind: 'matrix',
        rows: { title: figures.layer, labels: layers },
        columns: { title: figures.head, labels: Array.from({ length: most }, (_, h) => String(h)) },
        values: layers.flatMap(l =>
          Array.from({ length: most }, (_, h) => heads.find(p => p.layer === l && p.head === h)?.value ?? 0),
        ),
        scale: 'diverging',
        value: figures.contribution,
      },
      { kind: 'bars', of: figures.part, value: figures.contribution, names, values },
    ];
    const order = descending(values.map(Math.abs));
    const strongest = Array.from(order.slice(0, 3), i => `${names[i]} (${formatNumber(values[i]!)})`);
    return {
      values: { shape: [values.length], data: Float32Array.from(values) },
      names,
      figures: shown,
      facts: { output, constant, heads: heads.length },
      told: [told.direct(strongest)],
    };
  },
};

export interface Part {
  name: string;
  value: number;
  /** The block's module. */
  layer: string;
  /** For attention heads. */
  head?: number;
}

/**
 * The explained output (or its difference to another one) as a sum: the embedding, each head, each block's biases, each
 * MLP, and a constant of the head's biases. Exact where the head is linear behind a normalisation, as in language
 * models; of another head it is the first-order reading.
 */
export async function directLogitAttribution(
  request: ExplanationRequest,
  against?: number,
): Promise<{ parts: Part[]; constant: number; output: number }> {
  const stream = residualStream(request.model);
  const layers = attentionLayers(request.model);
  const partsOf = (layer: number) => layers[layer]!.parts;
  const mixed = stream.steps.flatMap(s =>
    s.attention === undefined ? [] : partsOf(s.attention).map(p => p.mixed),
  );
  const target = request.target ?? 0;
  const sign = request.sign ?? 1;
  const seed = (_: number, into: Float32Array) => {
    into[target]! += sign;
    if (against !== undefined) into[against]! -= sign;
  };
  const { at, values, output } = await readouts(request, stream, { more: mixed, seed });
  const dot = (a: Float32Array, b: Float32Array) => {
    let sum = 0;
    for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
    return sum;
  };
  const parts: Part[] = [
    {
      name: 'embedding',
      layer: 'embedding',
      value: dot(at.get(stream.embedding)!, values[stream.embedding]!),
    },
  ];
  let done = 0;
  for (const step of stream.steps) {
    request.onProgress?.(done++ / stream.steps.length);
    if (step.branch === undefined) continue;
    const gradient = at.get(step.after)!;
    const whole = dot(gradient, values[step.branch]!);
    if (step.attention === undefined) {
      parts.push({ name: step.name, layer: step.name, value: whole });
      continue;
    }
    const all = partsOf(step.attention);
    const own = await pullBack(
      request,
      all.map(p => p.mixed),
      step.branch,
      values,
      gradient,
    );
    let sum = 0;
    let head = 0;
    for (const part of all) {
      const map = values[part.mixed]!;
      // [(N ×) heads, positions, width]: a sample's heads are its outermost axis.
      const heads = headsOf(request, part);
      const size = map.length / heads;
      for (let h = 0; h < heads; h++, head++) {
        const [from, to] = [h * size, (h + 1) * size];
        const value = dot(own[part.mixed]!.subarray(from, to), map.subarray(from, to));
        sum += value;
        parts.push({ name: `${step.name} head ${head}`, layer: step.name, head, value });
      }
    }
    if (Math.abs(whole - sum) > 1e-7)
      parts.push({ name: `${step.name} bias`, layer: step.name, value: whole - sum });
  }
  const total = sign * (output[target]! - (against === undefined ? 0 : output[against]!));
  return { parts, constant: total - parts.reduce((s, p) => s + p.value, 0), output: total };
}

/** @throws bad-request for a class that does not exist, with the nearest name. */
export function classIndex({ dataset, model }: ExplanationRequest, name: string): number {
  const classes = dataset?.target.classes;
  const found = classes?.indexOf(name) ?? -1;
  if (found >= 0) return found;
  const shape = model.values[model.outputs[0]!]!.shape.slice(1);
  const width = shape.reduce<number>((n, d) => n * (typeof d === 'number' ? d : 1), 1);
  if (/^\d+$/.test(name) && Number(name) < (classes?.length ?? width)) return Number(name);
  const near = classes && nearest(name, classes);
  throw new VitrineError(
    'bad-request',
    `There is no class "${name}".${near ? ` Did you mean "${near}"?` : ''} There are ${classes ? listed([...classes], 20) : `${width} outputs, 0 to ${width - 1}`}.`,
  );
}
