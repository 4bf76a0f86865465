/** Weight precision: how few bits the weights can have before the answers change, and which layer needs them most. */
import { Type } from '@sinclair/typebox';
import type { Tensors } from '../../model/graph';
import { channelAxis, dequantised } from '../../model/quantise';
import { rowsOptions } from '../compression/answers';
import { ladder, weightsOf } from '../compression/ladder';
import type { ExplanationMethod, ExplanationRequest } from '../method';
import { readOptions } from '../options';
import { oneInput } from '../suits';

const options = Type.Object(
  {
    bits: Type.Integer({
      minimum: 2,
      maximum: 8,
      default: 3,
      description: 'Bits of the weights of one layer while the others stay as they are.',
    }),
    ...rowsOptions,
  },
  { additionalProperties: false },
);

const levels = [8, 7, 6, 5, 4, 3, 2];

export const method: ExplanationMethod = {
  id: 'weight_precision',
  title: 'Weight precision',
  paper: {
    authors: 'Krishnamoorthi',
    year: 2018,
    title: 'Quantizing Deep Convolutional Networks for Efficient Inference: A Whitepaper',
    url: 'https://arxiv.org/abs/1806.08342',
  },
  summary: 'How few bits the weights can have before the answers change, and which layer needs them most.',
  scope: 'model',
  needs: [],
  options,
  judgedBy: ['enough_rows'],
  suits: oneInput,
  async explain(request, given) {
    const { bits, ...rows } = readOptions(options, given, 'weight_precision');
    const names = weightsOf(request);
    const size = (level: number) => readable(bytesAt(request, names, level));
    return ladder(
      request,
      names,
      {
        levels,
        alone: bits,
        at: (level, of) => withBits(request, of, level),
        level: (_, level) => String(level),
        inOne: (words, level) => words.bitsOf(String(level)),
        axis: words => words.bits,
        saved: { title: words => words.room, of: size },
        told: (words, level, kept, enough) =>
          enough ? words.bitsEnough(level, kept, size(level), size(32)) : words.bitsNever(level, kept),
      },
      rows,
    );
  },
};

/** The weights as they are computed with once they were rounded to so many bits, one scale a channel. */
export function withBits(
  { model, weights }: Pick<ExplanationRequest, 'model' | 'weights'>,
  names: readonly string[],
  bits: number,
): Tensors {
  return Object.fromEntries(names.map(n => [n, dequantised(weights[n]!, channelAxis(model, n), bits)]));
}

/** Of all parameters and buffers: codes and float32 scales of those that are rounded, float32 of the others. */
function bytesAt({ model, weights }: ExplanationRequest, names: readonly string[], bits: number): number {
  const rounded = new Set(bits < 32 ? names : []);
  return model.parameters.reduce((sum, { name, kind }) => {
    const t = weights[name];
    if (kind === 'constant' || !t) return sum;
    if (!rounded.has(name)) return sum + 4 * t.data.length;
    return sum + Math.ceil((t.data.length * bits) / 8) + 4 * (t.shape[channelAxis(model, name)] ?? 1);
  }, 0);
}

function readable(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const [size, unit] =
    bytes < 1e6 ? [bytes / 1e3, 'kB'] : bytes < 1e9 ? [bytes / 1e6, 'MB'] : [bytes / 1e9, 'GB'];
  return `${Number(size.toPrecision(3))} ${unit}`;
}
