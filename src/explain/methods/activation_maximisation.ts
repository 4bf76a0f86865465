/** Activation maximisation: the input that the network itself would draw for an output or a unit, by climbing its gradient. */
import { Type } from '@sinclair/typebox';
import { evenly } from '../../data/evenly';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import { Random } from '../../model/random';
import { formatNumber } from '../answers/predict';
import type { Figure } from '../figure';
import { look, partOf, shapeInside } from '../layers/inside';
import { layerOutput } from '../layers/layers';
import { asSubject } from '../layers/layerValues';
import type { Attribution, ExplanationMethod, ExplanationRequest } from '../method';
import { readOptions } from '../options';
import { trainingMean } from '../perturbation/baseline';
import { isPicture } from '../perturbation/units';
import { hasGradients } from '../suits';
import { wordsFor } from '../words/words';

const options = Type.Object(
  {
    layer: Type.String({
      default: '',
      description: 'A layer by its module path, to see what one of its units looks for; the output if empty.',
    }),
    unit: Type.Integer({
      minimum: 0,
      default: 0,
      description: "The layer's unit, or channel of feature maps, from 0.",
    }),
    steps: Type.Integer({ minimum: 1, maximum: 10000, default: 100, description: 'Steps uphill.' }),
    length: Type.Number({
      exclusiveMinimum: 0,
      default: 0.1,
      description: 'How far a step moves each value on average, in the units that the model sees.',
    }),
    pull: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0.02,
      description: 'Share of the way that each step goes back to the start: keeps the input near the data.',
    }),
    blur: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0.1,
      description: 'Share of its neighbourhood that each pixel takes on after a step: keeps pictures smooth.',
    }),
    jitter: Type.Integer({
      minimum: 0,
      maximum: 16,
      default: 1,
      description: 'Pixels that a picture is moved by at most, anew for each step: what stays is no chance.',
    }),
    seed: Type.Integer({ default: 0, description: 'The same seed gives the same picture.' }),
  },
  { additionalProperties: false },
);

export const method: ExplanationMethod = {
  id: 'activation_maximisation',
  title: 'Activation maximisation',
  paper: {
    authors: 'Olah, Mordvintsev and Schubert',
    year: 2017,
    title: 'Feature Visualization',
    url: 'https://doi.org/10.23915/distill.00007',
  },
  summary:
    'What an input looks like that excites a class, or a unit of a layer, most, starting from the mean input.',
  scope: 'model',
  ofClass: true,
  needs: ['gradients', 'training-data'],
  options,
  judgedBy: ['exceeds_examples'],
  suits: hasGradients,
  async explain(request, given) {
    const chosen = readOptions(options, given, 'activation_maximisation');
    const { dataset } = request;
    if (!dataset)
      throw new VitrineError(
        'bad-request',
        'The climb starts from the mean of the training rows: give a data set.',
      );
    const shape = dataset.sampleShape;
    const goal = goalOf(request, shape, chosen.layer, chosen.unit);
    const start = trainingMean(dataset);
    const found = await ascend(request, start, shape, { ...chosen, goal });
    const rows = evenly(dataset.splits.train, 256);
    const known = await scoresOf(request, dataset.batch(rows).input.data as Float32Array, shape, goal);
    let best = 0;
    known.forEach((v, r) => {
      if (v > known[best]!) best = r;
    });
    const highest = known[best] ?? Number.NEGATIVE_INFINITY;
    const words = wordsFor(request.language);
    const classes = dataset.target.kind === 'classes' ? dataset.target.classes : undefined;
    const index =
      request.sign === -1 ? 0 : classes?.length === 2 && (request.target ?? 0) === 0 ? 1 : request.target;
    const subject =
      chosen.layer === ''
        ? words.reasons.subject(classes ? 'class' : 'number', classes?.[index ?? 0] ?? dataset.target.name)
        : `${chosen.layer}[${chosen.unit}]`;
    const output = found.facts!['output']!;
    return {
      ...found,
      ...(isPicture(shape) ? {} : { names: dataset.features.map(f => f.name) }),
      figures: figuresOf(request, found.values.data as Float32Array, start, rows[best]),
      facts: { ...found.facts!, ...(Number.isFinite(highest) && { highest }) },
      told: [
        words.model.example(
          subject,
          formatNumber(output),
          Number.isFinite(highest) ? formatNumber(highest) : undefined,
        ),
      ],
    };
  },
};

function figuresOf(
  { dataset, language }: ExplanationRequest,
  made: Float32Array,
  start: Float32Array,
  best: number | undefined,
): Figure[] {
  const { figures } = wordsFor(language);
  const shape = dataset!.sampleShape;
  const length = shape.reduce((a, b) => a * b, 1);
  if (isPicture(shape) || (shape.length === 1 && dataset!.modality === 'image')) {
    const side = Math.sqrt(length);
    const drawn = isPicture(shape) ? shape : [side, side];
    const real = best === undefined ? undefined : (dataset!.batch([best]).input.data as Float32Array);
    const all = [...made, ...(real ?? [])];
    const low = all.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    const high = all.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    const image = (title: string, values: Float32Array, row?: number) => ({
      title,
      shape: drawn,
      values: Array.from(values),
      low,
      high,
      scale: 'grey' as const,
      ...(row !== undefined && { row }),
    });
    return [
      {
        kind: 'images',
        images: [
          image(figures.made, made),
          image(figures.start, start),
          ...(real ? [image(figures.strongest, real, best)] : []),
        ],
      },
    ];
  }
  const names = dataset!.features.flatMap(f =>
    Array.from({ length: f.span[1] - f.span[0] }, (_, i) =>
      f.span[1] - f.span[0] > 1 ? `${f.name}: ${f.categories?.[i] ?? i}` : f.name,
    ),
  );
  return [
    {
      kind: 'bars',
      of: figures.column,
      value: figures.change,
      names: names.length === length ? names : Array.from({ length }, (_, i) => String(i)),
      values: Array.from(made, (v, i) => v - start[i]!),
    },
  ];
}

/** What is climbed: the explained output, or the mean of a unit's cells. */
interface Goal {
  /** The inner value; undefined for the output. */
  id?: string;
  from: number;
  to: number;
}

function goalOf(
  request: ExplanationRequest,
  shape: readonly number[],
  layer: string,
  unit: number,
): Goal | undefined {
  if (layer === '') return undefined;
  const { id, name } = layerOutput(request.model, layer);
  const subject = asSubject(request, {
    shape: [1, ...shape],
    data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
  });
  const [, ...inner] = shapeInside(subject, id);
  const units = inner.length === 3 ? inner[0]! : inner.reduce((a, b) => a * b, 1);
  if (unit >= units)
    throw new VitrineError(
      'bad-request',
      `"${name}" has ${units} units, 0 to ${units - 1}; unit ${unit} was asked for.`,
    );
  const cells = inner.reduce((a, b) => a * b, 1) / units;
  return { id, from: unit * cells, to: (unit + 1) * cells };
}

interface Climb {
  steps: number;
  length: number;
  pull: number;
  blur?: number;
  jitter?: number;
  seed?: number;
  goal?: Goal;
}

/**
 * x ← x + length · √size · g / |g| - pull · (x - start), `steps` times; pictures may be moved before each step and
 * smoothed after it. Stops early where the gradient is zero.
 */
export async function ascend(
  request: ExplanationRequest,
  start: Float32Array,
  shape: readonly number[],
  { steps, length, pull, blur = 0, jitter = 0, seed = 0, goal }: Climb,
): Promise<Attribution> {
  const x = Float64Array.from(start);
  const source = request.model.inputs[0]!;
  const random = new Random(seed, 'activation_maximisation');
  const picture = isPicture(shape);
  let first = 0;
  let output = 0;
  const subject = asSubject(request, { shape: [1, ...shape], data: start });
  for (let k = 0; k <= steps; k++) {
    throwIfCancelled(request.signal);
    const last = k === steps;
    const by: [number, number] =
      picture && jitter > 0 && k > 0 && !last
        ? [random.integer(2 * jitter + 1) - jitter, random.integer(2 * jitter + 1) - jitter]
        : [0, 0];
    let gradient: Float64Array | undefined;
    await look(
      subject,
      {
        ...climbing(request, goal),
        gradients: [source],
        feed: { [source]: (_, into) => into.set(moved(x, shape, by)) },
      },
      (_, view) => {
        output = scoreOf(request, view.output, goal);
        gradient = Float64Array.from(view.gradients[source]!);
      },
    );
    if (k === 0) first = output;
    if (last) break;
    const g = moved(gradient!, shape, [-by[0], -by[1]]);
    let norm = 0;
    for (const v of g) norm += v * v;
    norm = Math.sqrt(norm);
    if (norm === 0) break;
    const way = (length * Math.sqrt(x.length)) / norm;
    for (let i = 0; i < x.length; i++) x[i]! += way * g[i]! - pull * (x[i]! - start[i]!);
    if (picture && blur > 0) smooth(x, shape, blur);
    request.onProgress?.((k + 1) / (steps + 1));
  }
  return { values: { shape, data: Float32Array.from(x) }, facts: { output, start: first } };
}

function climbing(request: ExplanationRequest, goal: Goal | undefined) {
  if (!goal?.id) return {};
  return {
    model: partOf(request.model, [], goal.id),
    seed: (_: number, into: Float32Array) => into.fill(1 / (goal.to - goal.from), goal.from, goal.to),
  };
}

function scoreOf({ target, sign }: ExplanationRequest, output: Float32Array, goal: Goal | undefined): number {
  if (!goal) return (sign ?? 1) * output[target ?? 0]!;
  let sum = 0;
  for (let i = goal.from; i < goal.to; i++) sum += output[i]!;
  return sum / (goal.to - goal.from);
}

async function scoresOf(
  request: ExplanationRequest,
  data: Float32Array,
  shape: readonly number[],
  goal: Goal | undefined,
): Promise<number[]> {
  const size = shape.reduce((a, b) => a * b, 1);
  const rows = data.length / size;
  if (rows === 0) return [];
  const source = request.model.inputs[0]!;
  const out: number[] = [];
  await look(
    asSubject(request, { shape: [rows, ...shape], data }),
    {
      ...(goal?.id && { model: partOf(request.model, [], goal.id) }),
      rows,
      feed: { [source]: (r, into) => into.set(data.subarray(r * size, (r + 1) * size)) },
    },
    (r, view) => {
      out[r] = scoreOf(request, view.output, goal);
    },
  );
  return out;
}

/** A picture's planes, moved; what leaves on one side comes in on the other. */
function moved(x: Float64Array, shape: readonly number[], [dy, dx]: readonly [number, number]): Float64Array {
  if (dy === 0 && dx === 0) return x;
  const [h, w] = shape.slice(-2) as [number, number];
  const out = new Float64Array(x.length);
  for (let p = 0; p < x.length; p += h * w)
    for (let i = 0; i < h; i++)
      for (let j = 0; j < w; j++) {
        const to = ((((i + dy) % h) + h) % h) * w + ((((j + dx) % w) + w) % w);
        out[p + to] = x[p + i * w + j]!;
      }
  return out;
}

/** Each pixel goes the share of the way to the mean of its neighbours. */
function smooth(x: Float64Array, shape: readonly number[], share: number): void {
  const [h, w] = shape.slice(-2) as [number, number];
  const before = x.slice();
  for (let p = 0; p < x.length; p += h * w)
    for (let i = 0; i < h; i++)
      for (let j = 0; j < w; j++) {
        let [sum, count] = [0, 0];
        for (const [di, dj] of [
          [-1, 0],
          [1, 0],
          [0, -1],
          [0, 1],
        ] as const) {
          const [r, c] = [i + di, j + dj];
          if (r < 0 || c < 0 || r >= h || c >= w) continue;
          sum += before[p + r * w + c]!;
          count++;
        }
        const at = p + i * w + j;
        if (count > 0) x[at] = (1 - share) * before[at]! + share * (sum / count);
      }
}
