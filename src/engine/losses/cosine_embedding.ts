import { Type } from '@sinclair/typebox';
import type { LossDefinition } from '../loss';
import { reduction } from './_reduction';
import { meanOf, partsOf } from './_rows';

/** The output is (N, 2, D): two vectors. The target is 1 where they are alike, else -1 (or 0). */
export const loss: LossDefinition = {
  name: 'cosine_embedding',
  torch: ['nn.CosineEmbeddingLoss', 'F.cosine_embedding_loss'],
  title: 'Cosine embedding',
  summary: 'Turns vectors of what is alike the same way, and others apart',
  formula: 'L = mean(1 - cos(y₁, y₂) if t = 1, else max(0, cos(y₁, y₂) - m))',
  options: Type.Object(
    {
      reduction,
      margin: Type.Number({
        minimum: -1,
        maximum: 1,
        default: 0,
        description: 'The cosine that is low enough.',
      }),
    },
    { additionalProperties: false },
  ),
  target: 'rows',
  build(c) {
    const [a, b] = partsOf(c, 2, 'two vectors') as [string, string];
    const sumOf = (x: string, y: string) =>
      c.emit('ReduceSum', [c.emit('Mul', [x, y])[0]!], { axes: [1], keepdims: 0 })[0]!;
    const m = Number(c.options['margin']);
    // PyTorch's ε, which keeps the root from zero.
    const eps = 1e-12;
    const root = `Math.sqrt((u + ${eps}) * (v + ${eps}))`;
    const slope = `(t > 0 ? -g : (d / ${root} > ${m} ? g : 0))`;
    return meanOf(
      c,
      { d: sumOf(a, b), u: sumOf(a, a), v: sumOf(b, b), t: c.target },
      `(t > 0 ? 1 - d / ${root} : Math.max(0, d / ${root} - ${m}))`,
      {
        d: `${slope} / ${root}`,
        u: `-0.5 * ${slope} * d / (${root} * (u + ${eps}))`,
        v: `-0.5 * ${slope} * d / (${root} * (v + ${eps}))`,
      },
    );
  },
};
