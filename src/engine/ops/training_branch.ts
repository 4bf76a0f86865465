import type { OpDefinition } from '../op';
import { ShapeError } from '../op';
import { differ, input } from './_infer';

/**
 * Inputs: what a model computes while training, and what it computes otherwise; only one of the two is. So a model whose
 * code asks `self.training` is one graph.
 */
export const op: OpDefinition = {
  name: 'TrainingBranch',
  summary: 'One value while training, another otherwise',
  formula: 'y = a while training, else b',
  torch: ['if self.training'],
  infer(inputs) {
    const a = input(inputs, 0, 'TrainingBranch');
    const b = input(inputs, 1, 'TrainingBranch');
    if (a.shape.length !== b.shape.length || a.shape.some((d, i) => differ(d, b.shape[i]!)))
      throw new ShapeError(
        `what is computed while training has the shape [${a.shape.join(', ')}], and otherwise [${b.shape.join(', ')}]`,
      );
    return [b];
  },
  expand: e => e.emit('Identity', [e.inputs[e.training ? 0 : 1]!]),
};
