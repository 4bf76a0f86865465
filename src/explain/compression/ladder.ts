/**
 * A model with less and less in its weights: how far that can go before its answers change, and which layer suffers
 * first. What "less" is, is the method's own.
 */
import type { Split } from '../../data/dataset';
import { VitrineError } from '../../model/errors';
import type { Tensors } from '../../model/graph';
import { quantisable } from '../../model/quantise';
import { formatNumber } from '../answers/predict';
import type { Curve, Figure } from '../figure';
import type { Attribution, ExplanationRequest } from '../method';
import { wordsFor } from '../words/words';
import { type Asked, askedOf, type Kept } from './answers';
import { type CompressionWords, compressionWords } from './words';

export interface Compression {
  /** From the gentlest on. */
  levels: readonly number[];
  /** At which each layer is tried alone. */
  alone: number;
  /** `names` of the weights at a level; the others are not in it. */
  at(level: number, names: readonly string[]): Tensors;
  level(words: CompressionWords, level: number): string;
  /** Done to one layer alone. */
  inOne(words: CompressionWords, level: number): string;
  axis(words: CompressionWords): string;
  /** A column of the table beside the answers: what is saved. */
  saved: { title(words: CompressionWords): string; of(level: number): string };
  told(words: CompressionWords, level: number, kept: string, enough: boolean): string;
}

export interface LadderOptions {
  keep: number;
  split: Split;
  rows: number;
}

/** @throws bad-request where the model has no weights of two or more axes, or there are too few rows. */
export async function ladder(
  request: ExplanationRequest,
  names: readonly string[],
  compression: Compression,
  { keep, split, rows }: LadderOptions,
): Promise<Attribution> {
  const { levels, alone } = compression;
  const asked = await askedOf(request, { split, rows });
  const calls = levels.length + names.length;
  let done = 0;
  const ask = async (level: number, of: readonly string[]) => {
    const kept = await asked.ask({ ...request.weights, ...compression.at(level, of) });
    request.onProgress?.(++done / calls);
    return kept;
  };
  const steps: Kept[] = [];
  for (const level of levels) steps.push(await ask(level, names));
  const changed: number[] = [];
  for (const name of names) changed.push(Math.max(0, 1 - (await ask(alone, [name])).same));
  // The last level of an unbroken row of good ones: beyond a bad one, a good one is chance.
  const bad = steps.findIndex(s => s.same < keep);
  const enough = bad < 0 ? steps.length - 1 : bad - 1;
  const at = Math.max(0, enough);
  const level = levels[at]!;
  const width = await asked.width(steps[at]!, { ...request.weights, ...compression.at(level, names) });
  const shown = names.map(n => n.replace(/\.weight$/, ''));
  const words = compressionWords[request.language ?? 'en'];
  const { percent } = wordsFor(request.language);
  const { same, score } = steps[at]!;
  const most = changed.indexOf(Math.max(...changed));
  const inOne = compression.inOne(words, alone);
  return {
    values: { shape: [names.length], data: Float32Array.from(changed) },
    names: shown,
    layers: shown,
    figures: figures(request, compression, asked, steps, shown, changed),
    facts: {
      rows: asked.rows,
      enough: enough < 0 ? 0 : level,
      same,
      ...(score !== undefined && { score }),
      ...(asked.score !== undefined && { ownScore: asked.score }),
      widest: width,
      fewest: asked.rows,
    },
    told: [
      compression.told(
        words,
        level,
        words.kept(percent(Math.max(0, same)), asked.rows, asked.classes),
        enough >= 0,
      ),
      ...(score !== undefined && asked.metric
        ? [words.score(words.metrics[asked.metric], told(score, asked), told(asked.score!, asked))]
        : []),
      changed[most]! > 0
        ? words.weakest(shown[most]!, inOne, percent(Math.min(1, changed[most]!)), asked.classes)
        : words.noWeakest(inOne),
    ],
  };
}

/** Shares with a decimal, as levels differ by little; R² as a number. */
function told(value: number, { classes }: Asked): string {
  return classes ? `${Number((100 * value).toFixed(1))} %` : formatNumber(Number(value.toFixed(4)));
}

/** The weights that can have less in them. @throws bad-request where there are none */
export function weightsOf({ model, weights }: ExplanationRequest): string[] {
  const names = quantisable(model).filter(n => weights[n]);
  if (names.length === 0)
    throw new VitrineError(
      'bad-request',
      `${model.name} has no weight of two or more axes (of a linear layer, a convolution or an embedding), so there is nothing to leave out.`,
    );
  return names;
}

function figures(
  { language }: ExplanationRequest,
  { levels, alone, ...compression }: Compression,
  asked: Asked,
  steps: readonly Kept[],
  names: readonly string[],
  changed: readonly number[],
): Figure[] {
  const words = compressionWords[language ?? 'en'];
  const same = asked.classes ? words.same : words.variance;
  const gone = asked.classes ? words.changed : words.varianceLost;
  const metric = asked.metric && words.metrics[asked.metric];
  const x = levels.map((_, i) => i);
  // What is worse than nothing is nothing: a curve down to -300 would hide where it breaks.
  const drawn = (of: (s: Kept) => number) => steps.map(s => Math.max(0, of(s)));
  const curves: Curve[] = [{ name: same, x, y: drawn(s => s.same), role: 'main' }];
  if (metric && asked.score !== undefined)
    curves.push({ name: metric, x, y: drawn(s => s.score!), role: 'main' });
  return [
    {
      kind: 'curves',
      x: { title: compression.axis(words), labels: levels.map(l => compression.level(words, l)) },
      y: { title: same },
      curves,
      dots: true,
    },
    {
      kind: 'bars',
      title: `${gone}: ${compression.inOne(words, alone)}`,
      of: words.layer,
      value: gone,
      names,
      values: changed,
    },
    {
      kind: 'table',
      columns: [
        { title: compression.axis(words), align: 'right' },
        { title: compression.saved.title(words), align: 'right' },
        { title: same, align: 'right' },
        ...(metric ? [{ title: metric, align: 'right' as const }] : []),
      ],
      rows: levels.map((l, i) => [
        compression.level(words, l),
        compression.saved.of(l),
        told(steps[i]!.same, asked),
        ...(metric ? [told(steps[i]!.score!, asked)] : []),
      ]),
    },
  ];
}
