/** A run whose numbers left the range of numbers is ended, with what was good of it kept. */
import { VitrineError } from '../../model/errors';
import type { Tensors } from '../../model/graph';

/** @param epoch complete epochs. @param step of the run, from 1. @throws diverged */
export function requireFiniteLoss(loss: number, epoch: number, step: number, learningRate: number): void {
  if (Number.isFinite(loss)) return;
  throw new VitrineError(
    'diverged',
    `The loss became ${Number.isNaN(loss) ? 'NaN' : 'infinite'} in epoch ${epoch + 1}, step ${step}, ` +
      `at a learning rate of ${learningRate}. Try a lower one, e.g. ${Number((learningRate / 10).toPrecision(2))}; ` +
      'check the data for extreme values and scale them. The last good checkpoint is kept.',
  );
}

/** @throws diverged naming the first weight that is no number, so that no such weights are ever saved. */
export function requireFinite(weights: Tensors, epoch: number, step: number): void {
  for (const [name, { data }] of Object.entries(weights)) {
    if (data instanceof Int32Array) continue;
    for (let i = 0; i < data.length; i++) {
      if (Number.isFinite(data[i])) continue;
      throw new VitrineError(
        'diverged',
        `The weights of "${name}" became ${Number.isNaN(data[i]) ? 'NaN' : 'infinite'} by epoch ${epoch + 1}, step ${step}. ` +
          'Try a lower learning rate, or scale the data. The last good checkpoint is kept.',
      );
    }
  }
}
