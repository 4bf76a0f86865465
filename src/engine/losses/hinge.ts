import { Type } from '@sinclair/typebox';
import type { LossDefinition } from '../loss';
import { elementwiseLoss } from './_elementwise';
import { reduction } from './_reduction';

/** Targets are -1 or 1; 0 counts as -1, so that two classes will do. */
export const loss: LossDefinition = {
  name: 'hinge',
  torch: ['torch.clamp(1 - t * y, min=0).mean()'],
  title: 'Hinge',
  summary: "A support vector machine's loss: nothing where the score is right by the margin",
  formula: 'L = mean(max(0, m - t y)ᵖ)',
  options: Type.Object(
    {
      reduction,
      margin: Type.Number({ exclusiveMinimum: 0, default: 1, description: 'How right is right enough.' }),
      p: Type.Union([Type.Literal(1), Type.Literal(2)], {
        default: 1,
        description: '2 squares it, which punishes large errors more.',
      }),
    },
    { additionalProperties: false },
  ),
  target: 'numbers',
  build(c) {
    const s = '(t > 0 ? 1 : -1)';
    const d = `(${c.options['margin']} - ${s} * y)`;
    return c.options['p'] === 2
      ? elementwiseLoss(c, `(${d} > 0 ? ${d} * ${d} : 0)`, `(${d} > 0 ? -2 * g * ${s} * ${d} : 0)`)
      : elementwiseLoss(c, `Math.max(0, ${d})`, `(${d} > 0 ? -g * ${s} : 0)`);
  },
};
