/** Activation patching: which part of the computation, carried over from one prompt, turns the answer to the other. */
import { Type } from '@sinclair/typebox';
import { VitrineError } from '../../model/errors';
import type { Model, Tensor, Tensors } from '../../model/graph';
import type { Figure } from '../figure';
import { changed, look, lookOnce, shapeInside } from '../layers/inside';
import type { Attribution, ExplanationMethod, ExplanationRequest } from '../method';
import { readOptions } from '../options';
import { sampleOf } from '../probe';
import { all, oneInput } from '../suits';
import { attentionLayers, headsOf } from '../transformer/attention';
import { positionNames, shownPositions } from '../transformer/positions';
import { hasStream, residualStream, stations } from '../transformer/stream';
import { wordsFor } from '../words/words';

const options = Type.Object(
  {
    other: Type.String({
      default: '',
      description:
        'What the sample is compared with: a row of the data set by its number, or a text of about the same length; the next row with another answer if empty.',
    }),
  },
  { additionalProperties: false },
);

export const method: ExplanationMethod = {
  id: 'activation_patching',
  title: 'Activation patching',
  paper: {
    authors: 'Meng, Bau, Andonian and Belinkov',
    year: 2022,
    title: 'Locating and Editing Factual Associations in GPT',
    url: 'https://arxiv.org/abs/2202.05262',
  },
  summary:
    'Which layer, position and head, carried over from this sample into another, brings its answer along. For transformers.',
  scope: 'prediction',
  of: 'parts',
  needs: [],
  options,
  judgedBy: ['patching_reverse', 'model_randomisation'],
  suits: all(oneInput, hasStream),
  async explain(request, given) {
    const { other } = readOptions(options, given, 'activation_patching');
    return activationPatching(request, await otherSample(request, other));
  },
};

const others = new WeakMap<Tensor, Tensor>();

/** Rows that are looked through for one with another answer. */
const mostTried = 64;

/** @throws bad-request when there is nothing to compare with. */
export async function otherSample(request: ExplanationRequest, other: string): Promise<Tensor> {
  const { dataset } = request;
  if (!dataset)
    throw new VitrineError('bad-request', 'Patching needs a data set to take another sample from.');
  if (/^\d+$/.test(other)) {
    const row = Number(other);
    if (![dataset.splits.test, dataset.splits.valid, dataset.splits.train].some(s => s.includes(row)))
      throw new VitrineError(
        'bad-request',
        `${dataset.name} has no row ${row}. Give another one with "other".`,
      );
    return dataset.batch([row]).input;
  }
  if (other !== '') {
    if (dataset.modality !== 'text')
      throw new VitrineError(
        'bad-request',
        `"other" is "${other}"; for ${dataset.name} it is the number of a row.`,
      );
    const { column = 'text' } = dataset.preparation() as { column?: string };
    const input = dataset.prepare([{ [column]: other }]);
    if (input.shape[1] === request.input!.shape[1]) return input;
    throw new VitrineError(
      'bad-request',
      `The other text has ${input.shape[1]} tokens and this one ${request.input!.shape[1]}: activations can only be carried over between texts of the same number. Word it otherwise.`,
    );
  }
  // The same one for whoever asks again about this sample, with other weights, say.
  const chosen = others.get(request.input!);
  if (chosen) return chosen;
  const mine = await answerOf(request, request.input!);
  const rows = [...dataset.splits.test, ...dataset.splits.valid, ...dataset.splits.train].slice(0, mostTried);
  if (rows.length === 0)
    throw new VitrineError(
      'bad-request',
      'There are no rows to compare with. Give another text with the option "other".',
    );
  for (const row of rows) {
    const { input } = dataset.batch([row]);
    if ((await answerOf(request, input)) === mine) continue;
    others.set(request.input!, input);
    return input;
  }
  throw new VitrineError(
    'bad-request',
    `All of the first ${rows.length} rows of ${dataset.name} have the same answer. Say with "other" which one to compare with.`,
  );
}

async function answerOf(request: ExplanationRequest, input: Tensor): Promise<number> {
  const { output } = await lookOnce({ ...request, input }, {});
  if (output.length === 1) return output[0]! > 0 ? 1 : 0;
  let best = 0;
  output.forEach((v, i) => {
    if (v > output[best]!) best = i;
  });
  return best;
}

interface Patched {
  /** [stations, positions] */
  stream: Float32Array;
  /** [layers, heads] */
  heads: Float32Array[];
  clean: number;
  corrupted: number;
  positions: number;
  names: string[];
}

/**
 * The effect of a patch: how much of the way from the other sample's answer (0) to this one's (1) the explained output
 * goes, less the output that the other sample answers with, where they differ.
 */
export async function activationPatching(request: ExplanationRequest, other: Tensor): Promise<Attribution> {
  const rival = indexOfMost((await lookOnce({ ...request, input: other }, {})).output);
  const { stream, heads, clean, corrupted, positions, names } = await patch(request, other, rival);
  const { figures, model: told } = wordsFor(request.language);
  const labels = positionNames(request, positions);
  const before = positionNames({ ...request, input: other }, positions);
  // Where one text is shorter, filling stands against a token: that is carried over too, and named.
  const kept = shownPositions(labels.map((l, p) => (l === '' ? before[p]! : l)));
  const bare = (name: string) => (name === '' ? figures.filling : name.replace(/^\d+ /, ''));
  const both = labels.map((l, p) =>
    l === before[p] ? l : `${l === '' ? `${p + 1} ${figures.filling}` : l} ← ${bare(before[p]!)}`,
  );
  const unlike = kept.filter(p => (labels[p] === '') !== (before[p] === '')).length;
  const layers = attentionLayers(request.model);
  const shown: Figure[] = [
    {
      kind: 'matrix',
      rows: { title: figures.after, labels: names },
      columns: { title: figures.position, labels: kept.map(p => both[p]!) },
      values: names.flatMap((_, s) => kept.map(p => stream[s * positions + p]!)),
      scale: 'diverging',
      value: figures.restored,
    },
  ];
  const most = Math.max(...heads.map(h => h.length));
  shown.push({
    kind: 'matrix',
    rows: { title: figures.layer, labels: layers.map(l => l.name) },
    columns: { title: figures.head, labels: Array.from({ length: most }, (_, h) => String(h)) },
    values: heads.flatMap(h => Array.from({ length: most }, (_, i) => h[i] ?? 0)),
    scale: 'diverging',
    value: figures.restored,
  });
  let best = kept[0] ?? 0;
  for (let s = 0; s < names.length; s++)
    for (const p of kept) if (stream[s * positions + p]! > stream[best]!) best = s * positions + p;
  const words = wordsFor(request.language);
  return {
    values: { shape: [names.length, positions], data: stream },
    figures: shown,
    baseline: { shape: request.input!.shape.slice(1), data: other.data },
    facts: { clean, corrupted, rival, stations: names.length },
    told: [
      told.patched(
        words.percent(stream[best]!),
        names[Math.floor(best / positions)]!,
        both[best % positions]!,
      ),
      ...(unlike > 0 ? [told.unlikeLength(unlike)] : []),
    ],
  };
}

/** Two names for what a patch brings into a graph. */
const from = (id: string) => `%clean:${id}`;
const mask = (id: string) => `%mask:${id}`;

/** The model in which cells of some values are those of another run where a mask says so. */
function patchable(model: Model, ids: readonly string[], shapes: ReadonlyMap<string, number[]>): Model {
  return changed(
    model,
    ids.map(id => ({
      id,
      make(emit) {
        const difference = emit('Sub', [from(id), id]);
        return emit('Add', [id, emit('Mul', [mask(id), difference])]);
      },
    })),
    {
      inputs: ids.map(id => ({ id: mask(id), like: id })),
      constants: ids.map(id => ({ id: from(id), like: id, shape: shapes.get(id)! })),
    },
  );
}

const models = new WeakMap<Model, Map<string, Model>>();

/**
 * All patches of the stream by station and position, and of heads.
 *
 * @param rival the output that the explained one is held against: the other sample's best.
 */
export async function patch(request: ExplanationRequest, other: Tensor, rival: number): Promise<Patched> {
  const { model } = request;
  const { shape } = sampleOf(request);
  const all = stations(residualStream(model));
  const layers = attentionLayers(model);
  const ids = [...new Set([...all.map(s => s.id), ...layers.flatMap(l => l.parts.map(p => p.mixed))])];
  const [mine, theirs] = [
    await lookOnce(request, { fetch: ids }),
    await lookOnce({ ...request, input: other }, {}),
  ];
  const [a, b] = [mine.output, theirs.output];
  const target = request.target ?? 0;
  const sign = request.sign ?? 1;
  const score = (o: Float32Array) => sign * (o[target]! - (rival === target ? 0 : o[rival]!));
  const [clean, corrupted] = [score(a), score(b)];
  if (Math.abs(clean - corrupted) < 1e-9)
    throw new VitrineError(
      'bad-request',
      'Both samples give the same output, so there is nothing to carry over. Choose another sample with "other".',
    );
  const shapes = new Map(ids.map(id => [id, shapeInside(request, id)]));
  const key = JSON.stringify([...shapes]);
  const known = models.get(model) ?? new Map<string, Model>();
  models.set(model, known);
  const changedModel = known.get(key) ?? patchable(model, ids, shapes);
  known.set(key, changedModel);
  const weights: Tensors = Object.fromEntries(
    ids.map(id => [from(id), { shape: shapes.get(id)!, data: mine.values[id]! }]),
  );
  const sizes = new Map(ids.map(id => [id, mine.values[id]!.length]));
  const width = shapes.get(all[0]!.id)!.at(-1)!;
  const positions = sizes.get(all[0]!.id)! / width;
  const counts = layers.map(l => l.parts.reduce((n, p) => n + headsOf(request, p), 0));
  type Job = { id: string; from: number; to: number };
  const jobs: Job[] = all.flatMap(s =>
    Array.from({ length: positions }, (_, p) => ({ id: s.id, from: p * width, to: (p + 1) * width })),
  );
  for (const part of layers.flatMap(l => l.parts)) {
    const heads = headsOf(request, part);
    const size = sizes.get(part.mixed)! / heads;
    for (let h = 0; h < heads; h++) jobs.push({ id: part.mixed, from: h * size, to: (h + 1) * size });
  }
  const effects = new Float32Array(jobs.length);
  const otherData = Float32Array.from(other.data);
  const source = model.inputs[0]!;
  await look(
    { ...request, input: { shape: [1, ...shape], data: request.input!.data } },
    {
      model: changedModel,
      weights,
      rows: jobs.length,
      feed: {
        [source]: (_, into) => into.set(otherData),
        ...Object.fromEntries(
          ids.map(id => [
            mask(id),
            (row: number, into: Float32Array) => {
              into.fill(0);
              const job = jobs[row]!;
              if (job.id === id) into.fill(1, job.from, job.to);
            },
          ]),
        ),
      },
      ...(request.onProgress && { onProgress: request.onProgress }),
    },
    (row, view) => {
      effects[row] = (score(view.output) - corrupted) / (clean - corrupted);
    },
  );
  let at = all.length * positions;
  return {
    stream: effects.slice(0, at),
    heads: counts.map(n => {
      at += n;
      return effects.slice(at - n, at);
    }),
    clean,
    corrupted,
    positions,
    names: all.map(s => s.name),
  };
}

function indexOfMost(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
