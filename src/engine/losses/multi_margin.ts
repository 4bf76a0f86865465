import { Type } from '@sinclair/typebox';
import type { LossDefinition } from '../loss';
import { ShapeError } from '../op';
import { checkClasses } from './_classes';
import { isSum, reduced, reduction } from './_reduction';

export const loss: LossDefinition = {
  name: 'multi_margin',
  torch: ['nn.MultiMarginLoss', 'F.multi_margin_loss'],
  title: 'Multi-class margin',
  summary: 'The hinge loss for several classes: the right score should be above each other by the margin',
  formula: 'L = mean(Σ max(0, m - y[t] + y[i])ᵖ / C), i ≠ t',
  options: Type.Object(
    {
      reduction,
      p: Type.Union([Type.Literal(1), Type.Literal(2)], { default: 1, description: '2 squares each term.' }),
      margin: Type.Number({ default: 1, description: 'How far above is far enough.' }),
      weight: Type.Optional(
        Type.Array(Type.Number({ minimum: 0 }), {
          description: 'A weight for each class, for unbalanced data.',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  target: 'classes',
  build(c) {
    const y = c.type(c.output).shape;
    const [rows, classes] = y as [number, number];
    if (y.length !== 2 || c.type(c.target).shape.join() !== String(rows))
      throw new ShapeError(
        `the model's output has the shape (${y.join(', ')}); this loss needs (N, classes), and a class for each row`,
      );
    const weight = c.options['weight'] as readonly number[] | undefined;
    if (weight && weight.length !== classes)
      throw new ShapeError(`inconsistent weight size, expected ${classes} but got ${weight.length}`);
    const index = c.constant(
      [1, classes],
      Array.from({ length: classes }, (_, i) => i),
    );
    const target = c.emit('Reshape', [c.target], { shape: [rows, 1] })[0]!;
    const right = c.emit('Cast', [c.emit('Equal', [target, index])[0]!], { to: 'float32' })[0]!;
    const sumOf = (x: string) => c.emit('ReduceSum', [x], { axes: [1], keepdims: 1 })[0]!;
    const score = sumOf(c.emit('Mul', [c.output, right])[0]!);
    const d = `(${c.options['margin']} - s + y)`;
    const squared = c.options['p'] === 2;
    const slope = squared ? `2 * ${d}` : '1';
    const cells = c.emit('Map', [c.output, score, right], {
      names: ['y', 's', 'k'],
      expression: `(k < 0.5 && ${d} > 0 ? ${squared ? `${d} * ${d}` : d} : 0)`,
      derivatives: [
        `(k < 0.5 && ${d} > 0 ? g * ${slope} : 0)`,
        `(k < 0.5 && ${d} > 0 ? -g * ${slope} : 0)`,
        '',
      ],
    })[0]!;
    // Of each row it is the mean over the classes, whatever is made of the rows.
    const terms = isSum(c) ? c.emit('Mul', [cells, c.constant([1, 1], [1 / classes])])[0]! : cells;
    if (!weight) return reduced(c, terms);
    const own = sumOf(c.emit('Mul', [right, c.constant([1, classes], weight)])[0]!);
    return reduced(c, c.emit('Mul', [terms, own])[0]!);
  },
  check: (target, output) => checkClasses(target, output, { ignore_index: -1e9 }),
};
