import type { Dim } from '../../model/graph';
import type { OpDefinition } from '../op';
import { ShapeError } from '../op';
import { differ, elements, input, mulDims, number, productOf } from './_infer';

/**
 * Inputs x, scale, bias (both may be left out), running mean and running variance (left out: the batch's own, as with
 * track_running_stats=False). Attributes `epsilon` (1e-5) and `momentum` (0.9) in ONNX's sense: the share of the old
 * running statistics that is kept; PyTorch's is 1 minus that. While training the batch's statistics are used, and the
 * running variance is updated with the unbiased one, as in PyTorch.
 */
export const op: OpDefinition = {
  name: 'BatchNormalization',
  summary: 'Normalizes each channel over the batch',
  formula: 'y = (x - E[x]) / √(Var[x] + ε) · γ + β',
  torch: ['nn.BatchNorm1d', 'nn.BatchNorm2d', 'nn.BatchNorm3d', 'F.batch_norm'],
  infer(inputs) {
    const x = input(inputs, 0, 'BatchNormalization');
    if (x.shape.length < 2) throw new ShapeError(`expected 2D or 3D input (got ${x.shape.length}D input)`);
    const channels = x.shape[1]!;
    const names = ['weight', 'bias', 'running_mean', 'running_var'];
    for (const i of [3, 4, 1, 2]) {
      const t = inputs[i];
      if (t && differ(productOf(t.shape), channels))
        throw new ShapeError(
          `${names[i - 1]} should contain ${channels} elements not ${productOf(t.shape)}`,
          {
            argument: 'num_features',
            found: productOf(t.shape),
            expected: channels,
          },
        );
    }
    return [x];
  },
  flops: inputs => mulDims(4, elements(inputs[0])),
  expand(e) {
    const [x, scale, bias, mean, variance] = e.inputs;
    const { shape } = e.type(x!);
    const channels = shape[1]!;
    const epsilon = number(e.attributes, 'epsilon', 1e-5);
    const column = (value: string) =>
      e.emit('Reshape', [value], { shape: [channels, ...shape.slice(2).map(() => 1)] as Dim[] })[0]!;
    let y: string;
    if (e.training || !mean || !variance) {
      const axes = shape.map((_, i) => i).filter(i => i !== 1);
      const count = axes.reduce((p, i) => p * Number(shape[i]), 1);
      if (e.training && count === 1)
        throw new ShapeError(
          `Expected more than 1 value per channel when training, got input size torch.Size([${shape.join(', ')}])`,
        );
      const [standard, batchMean, batchVariance] = e.emit('Standardize', [x!], { axes, epsilon });
      y = standard!;
      // A batch of no rows leaves the running statistics as they are.
      if (e.training && mean && variance && count > 0) {
        const keep = number(e.attributes, 'momentum', 0.9);
        const mix = (old: string, now: string, factor: number) => {
          const flat = e.emit('Reshape', [now], { shape: [channels] })[0]!;
          return e.emit('Map', [old, flat], { expression: `${keep} * a + ${(1 - keep) * factor} * b` })[0]!;
        };
        e.update(mean, mix(mean, batchMean!, 1));
        e.update(variance, mix(variance, batchVariance!, count / (count - 1)));
      }
    } else {
      y = e.emit('Map', [x!, column(mean), column(variance)], {
        expression: `(a - b) / Math.sqrt(c + ${epsilon})`,
        derivatives: [`g / Math.sqrt(c + ${epsilon})`, '', ''],
      })[0]!;
    }
    if (scale) y = e.emit('Mul', [y, column(scale)])[0]!;
    if (bias) y = e.emit('Add', [y, column(bias)])[0]!;
    return [y];
  },
};
