import { Type } from '@sinclair/typebox';
import type { LossDefinition } from '../loss';
import { elementwiseLoss } from './_elementwise';
import { reduction } from './_reduction';

/** Targets are 1 (alike) or -1 (not alike; 0 counts as such). */
export const loss: LossDefinition = {
  name: 'hinge_embedding',
  torch: ['nn.HingeEmbeddingLoss', 'F.hinge_embedding_loss'],
  title: 'Hinge embedding',
  summary: 'Makes distances of what is alike small, and others at least the margin',
  formula: 'L = mean(y if t = 1, else max(0, m - y))',
  options: Type.Object(
    { reduction, margin: Type.Number({ default: 1, description: 'How far apart is far enough.' }) },
    { additionalProperties: false },
  ),
  target: 'numbers',
  build(c) {
    const m = Number(c.options['margin']);
    return elementwiseLoss(c, `(t > 0 ? y : Math.max(0, ${m} - y))`, `(t > 0 ? g : (${m} - y > 0 ? -g : 0))`);
  },
};
