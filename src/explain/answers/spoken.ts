/** Explanations of models that speak: which token of the text stands behind which frame of the spectrogram. */
import { VitrineError } from '../../model/errors';
import type { Model } from '../../model/graph';
import type { Figure, MatrixFigure } from '../figure';
import { look, lookOnce } from '../layers/inside';
import type { Attribution, ExplanationRequest } from '../method';
import { visible } from '../words/visible';
import { wordsFor } from '../words/words';

/** The text of a request without its filling, and how its spectrogram is divided. */
export interface Spoken {
  /** Places of the tokens in the sample, and what they are. */
  places: readonly number[];
  tokens: readonly string[];
  frames: number;
  mels: number;
  secondsPerFrame: number;
}

/** @throws bad-request without data of spoken texts or without a sample */
export function spokenOf({ dataset, input }: ExplanationRequest): Spoken {
  const { spoken, shape } = dataset?.target ?? {};
  if (!spoken || !shape || !input || !dataset?.entryNames)
    throw new VitrineError('bad-request', 'This method needs data of the kind "speech", and a row of them.');
  const names = dataset.entryNames(input);
  const places = names.map((_, i) => i).filter(i => names[i] !== '');
  return {
    places,
    tokens: places.map(i => visible(names[i]!)),
    frames: shape[0]!,
    mels: shape[1]!,
    secondsPerFrame: spoken.secondsPerFrame,
  };
}

/**
 * Values [N, (heads,) frames, tokens] that are a softmax over the tokens and weigh what was computed of them: where a
 * frame looks in the text. The last one is nearest to the output.
 */
export function alignments(model: Model, frames: number, tokens: number): string[] {
  return model.nodes
    .filter(n => n.op === 'Softmax')
    .map(n => n.outputs[0]!)
    .filter(id => {
      const { shape } = model.values[id]!;
      return (
        shape.length >= 3 &&
        shape.at(-1) === tokens &&
        shape.at(-2) === frames &&
        model.nodes.some(n => n.op === 'MatMul' && n.inputs[0] === id)
      );
    });
}

/** What the last alignment gives, [tokens, frames] without filling; the mean over heads. */
export async function alignmentOf(request: ExplanationRequest, s: Spoken): Promise<Float32Array> {
  const length = request.input!.data.length;
  const id = alignments(request.model, s.frames, length).at(-1);
  if (id === undefined)
    throw new VitrineError(
      'bad-request',
      `${request.model.name} has no softmax from its ${s.frames} frames to the ${length} tokens of the text. Use removal_over_time.`,
    );
  const map = (await lookOnce(request, { fetch: [id] })).values[id]!;
  const size = s.frames * length;
  const heads = map.length / size;
  const out = new Float32Array(s.places.length * s.frames);
  s.places.forEach((place, row) => {
    for (let f = 0; f < s.frames; f++)
      for (let h = 0; h < heads; h++) out[row * s.frames + f]! += map[h * size + f * length + place]! / heads;
  });
  return out;
}

/** How far each frame moves (mean of the sizes over the mels) when a token is unknown, [tokens, frames]. */
export async function removalOverTime(request: ExplanationRequest, s: Spoken): Promise<Float32Array> {
  const { model } = request;
  const { data } = request.input!;
  const out = new Float32Array(s.places.length * s.frames);
  // What is explained may be a mean of the spectrogram.
  const spectrogram = [...model.outputs, ...model.nodes.flatMap(n => n.outputs).reverse()].find(id => {
    const { shape } = model.values[id]!;
    return shape.length === 3 && shape[1] === s.frames && shape[2] === s.mels;
  });
  if (spectrogram === undefined)
    throw new VitrineError('bad-request', `${model.name} gives no spectrogram of ${s.frames} × ${s.mels}.`);
  let whole: Float32Array | undefined;
  await look(
    request,
    {
      rows: s.places.length + 1,
      feed: {
        [model.inputs[0]!]: (row, into) => {
          into.set(data);
          // Id 1 is the unknown token.
          if (row > 0) into[s.places[row - 1]!] = 1;
        },
      },
      fetch: [spectrogram],
      ...(request.onProgress && { onProgress: request.onProgress }),
    },
    (row, { values }) => {
      const now = values[spectrogram]!;
      whole ??= now.slice();
      if (row === 0) return;
      for (let f = 0; f < s.frames; f++) {
        let moved = 0;
        for (let i = f * s.mels; i < (f + 1) * s.mels; i++) moved += Math.abs(now[i]! - whole[i]!);
        out[(row - 1) * s.frames + f] = moved / s.mels;
      }
    },
  );
  return out;
}

/** [tokens, frames] as a figure over time. */
export function overTime(
  request: ExplanationRequest,
  s: Spoken,
  values: Float32Array,
  value: string,
): MatrixFigure {
  const { figures } = wordsFor(request.language);
  const every = Math.max(1, Math.round(0.1 / s.secondsPerFrame));
  return {
    kind: 'matrix',
    rows: { title: figures.read, labels: s.tokens },
    columns: {
      title: figures.time,
      labels: Array.from({ length: s.frames }, (_, f) =>
        f % every === 0 ? `${(f * s.secondsPerFrame).toFixed(1)} s` : '',
      ),
    },
    values: Array.from(values),
    scale: 'sequential',
    value,
  };
}

/** The alignment as an attribution: how long each token lasts, with the whole over time, and the extremes in words. */
export function asAlignment(request: ExplanationRequest, s: Spoken, values: Float32Array): Attribution {
  const words = wordsFor(request.language);
  const milliseconds = s.tokens.map((_, row) => {
    let sum = 0;
    for (let f = 0; f < s.frames; f++) sum += values[row * s.frames + f]!;
    return 1000 * s.secondsPerFrame * sum;
  });
  const order = milliseconds.map((_, i) => i).sort((a, b) => milliseconds[b]! - milliseconds[a]!);
  const pair = (i: number) => [s.tokens[i]!, milliseconds[i]!.toFixed(0)] as const;
  const names = s.tokens.map((token, i) => `${i + 1} ${token}`);
  const figures: Figure[] = [
    overTime(request, s, values, words.figures.attention),
    { kind: 'bars', of: words.figures.read, value: words.figures.lasts, names, values: milliseconds },
  ];
  return {
    values: { shape: [s.tokens.length], data: Float32Array.from(milliseconds) },
    names,
    figures,
    told: [words.sequences.lasts(order.slice(0, 3).map(pair), order.slice(-3).reverse().map(pair))],
  };
}
