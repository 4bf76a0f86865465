/** How a loss makes one number of many: PyTorch's `reduction`. */
import { Type } from '@sinclair/typebox';
import type { LossContext } from '../loss';

/** The option `reduction` of PyTorch's losses; "none" is nothing to train by. */
export const reduction = Type.Union([Type.Literal('mean'), Type.Literal('sum')], {
  default: 'mean',
  description:
    '"sum" adds the losses up instead of taking their mean: steps grow with the batch, and what is shown of an epoch is the sum for each row.',
});

export function isSum({ options }: Pick<LossContext, 'options'>): boolean {
  return options['reduction'] === 'sum';
}

/** The mean of cells, or their sum where the loss's options ask for it. */
export function reduced(c: LossContext, cells: string): string {
  return c.emit(isSum(c) ? 'ReduceSum' : 'ReduceMean', [cells], { keepdims: 0 })[0]!;
}

/** By how much a batch's loss counts in that of an epoch, which is of a row. */
export function batchWeight(loss: { options?: Readonly<Record<string, unknown>> }, rows: number): number {
  return loss.options?.['reduction'] === 'sum' ? 1 : rows;
}
