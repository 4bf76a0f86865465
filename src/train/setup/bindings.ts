/** Fits data to a model: which sizes its symbols get, and which shape its targets have. */
import type { Dataset } from '../../data/dataset';
import { requireLoss } from '../../engine/definitions';
import type { LossSpec } from '../../engine/engine';
import { bindShape, symbolsOf } from '../../model/dim';
import { VitrineError } from '../../model/errors';
import type { Bindings, DType, Model, Tensor } from '../../model/graph';

/**
 * Values for the model's symbols, from the shape of one sample and the number of rows in a batch.
 *
 * @throws shape-mismatch when the data does not fit the model's input; bad-model when it has several inputs.
 */
export function bindingsFor(model: Model, sampleShape: readonly number[], rows: number): Bindings {
  const [id, ...more] = model.inputs;
  if (id === undefined || more.length > 0) {
    throw new VitrineError(
      'bad-model',
      `${model.name} takes ${model.inputs.length} inputs; a data set gives one. Use a model whose forward has one argument.`,
    );
  }
  const wanted = model.values[id]!.shape;
  const given = [rows, ...sampleShape];
  const misfit = () =>
    new VitrineError(
      'shape-mismatch',
      `${model.name} takes an input of shape (${wanted.join(', ')}), but the data gives (N, ${sampleShape.join(', ')}). ` +
        'Change the first layer, or the shape under "data" in the experiment file.',
      model.definition && { at: model.definition },
    );
  if (wanted.length !== given.length) throw misfit();
  const bindings: Record<string, number> = {};
  wanted.forEach((dim, i) => {
    if (typeof dim === 'string' && /^[A-Za-z_]\w*$/.test(dim)) {
      bindings[dim] ??= given[i]!;
      if (bindings[dim] !== given[i]) throw misfit();
    }
  });
  const bound = bindShape(wanted, bindings);
  if (bound.some((dim, i) => dim !== given[i])) throw misfit();
  return bindings;
}

/** True when the model's first dimension is a symbol, so that any number of rows fits. */
export function takesAnyBatch(model: Model): boolean {
  const first = model.values[model.inputs[0] ?? '']?.shape[0];
  return first !== undefined && symbolsOf(first).length > 0;
}

/**
 * The shape and type of the targets that the loss wants for a batch.
 *
 * @throws bad-experiment when the loss does not suit the target.
 */
export function targetTypeFor(
  dataset: Dataset,
  loss: LossSpec,
  outputShape: readonly number[],
  rows: number,
): { shape: number[]; dtype: DType } {
  const { target } = dataset;
  if (requireLoss(loss.name).target === 'classes' && !target.sequence) {
    if (target.perPosition) {
      const [, positions, classes] = outputShape;
      const wanted = target.positions ?? dataset.sampleShape[0];
      if (outputShape.length === 3 && positions === wanted && classes === target.classes?.length)
        return { shape: [rows, positions!], dtype: 'int64' };
      throw new VitrineError(
        'bad-model',
        `The model gives (${['N', ...outputShape.slice(1)].join(', ')}), but the target "${target.name}" has ${target.classes?.length} classes at each of ${wanted} positions. ` +
          `Let the output be of the shape (N, ${wanted}, ${target.classes?.length}), e.g. by the constructor's argument under model.arguments.`,
      );
    }
    if (target.kind === 'classes') return { shape: [rows], dtype: 'int64' };
    throw new VitrineError(
      'bad-experiment',
      `The loss "${loss.name}" is for classes, but the target "${target.name}" is a number. Use "mse", or let the target be classes.`,
    );
  }
  if (target.sequence || requireLoss(loss.name).target === 'sequences')
    return sequenceType(dataset, loss, outputShape, rows);
  if (requireLoss(loss.name).target === 'rows') {
    if (target.kind === 'number' || (target.classes?.length ?? 2) <= 2)
      return { shape: [rows], dtype: 'float32' };
    throw new VitrineError(
      'bad-experiment',
      `The loss "${loss.name}" takes a number for each row (1: alike, 0: not), but the target "${target.name}" has ${target.classes?.length} classes.`,
    );
  }
  const width = outputShape.slice(1).reduce((a, b) => a * b, 1);
  if (target.shape) {
    if (target.shape.join() === outputShape.slice(1).join())
      return { shape: [rows, ...target.shape], dtype: 'float32' };
    throw new VitrineError(
      'bad-model',
      `The model gives (${['N', ...outputShape.slice(1)].join(', ')}), but the target "${target.name}" is (${['N', ...target.shape].join(', ')}). Let the output be of that shape.`,
    );
  }
  if (target.kind === 'classes' && (target.classes?.length ?? 2) > 2) {
    throw new VitrineError(
      'bad-experiment',
      `The loss "${loss.name}" compares numbers, but the target "${target.name}" has ${target.classes?.length} classes. ` +
        'Use "cross_entropy".',
    );
  }
  if (width !== 1) {
    throw new VitrineError(
      'bad-experiment',
      `The loss "${loss.name}" compares one number a row with the target "${target.name}", but the model gives ${width}. ` +
        `Let the last layer have 1 output${target.kind === 'classes' ? ', or use "cross_entropy"' : ''}.`,
    );
  }
  // The output's own rank, so that PyTorch's broadcasting of (N) against (N, 1) never happens.
  return { shape: [rows, ...outputShape.slice(1)], dtype: 'float32' };
}

function sequenceType(
  { target }: Dataset,
  loss: LossSpec,
  outputShape: readonly number[],
  rows: number,
): { shape: number[]; dtype: DType } {
  if (!target.sequence)
    throw new VitrineError(
      'bad-experiment',
      `The loss "${loss.name}" compares sequences, but the target "${target.name}" is one value a row. Let data.targetType be "characters" or "words", or choose another loss.`,
    );
  if (requireLoss(loss.name).target !== 'sequences')
    throw new VitrineError(
      'bad-experiment',
      `The target "${target.name}" is a sequence of symbols for each row, which the loss "${loss.name}" does not compare. Use "ctc".`,
    );
  const classes = target.classes!.length;
  if (loss.options?.['layout'] !== 'TNC' && outputShape.length === 3 && outputShape[2] === classes)
    return { shape: [rows, target.sequence.longest], dtype: 'int64' };
  throw new VitrineError(
    'bad-model',
    `The model gives (${['N', ...outputShape.slice(1)].join(', ')}), but the target "${target.name}" needs a score for each of ${classes} symbols (the blank first) at each step. ` +
      `Let forward return (N, steps, ${classes}).`,
  );
}

/**
 * The loss with the axis on which the data's target has its classes, without the positions that are filling, and with the weights
 * that the data give the classes.
 *
 * @throws bad-experiment when the data weigh classes and the loss cannot.
 */
export function lossFor(dataset: Dataset, loss: LossSpec): LossSpec {
  const { perPosition, classWeights, ignore } = dataset.target;
  const fitted: LossSpec = {
    ...loss,
    ...(perPosition && { classAxis: -1 }),
    ...(perPosition && ignore !== undefined && { options: { ignore_index: ignore, ...loss.options } }),
  };
  if (!classWeights || fitted.options?.['weight'] !== undefined) return fitted;
  const { options } = requireLoss(loss.name);
  if (!Object.hasOwn((options as { properties?: object }).properties ?? {}, 'weight'))
    throw new VitrineError(
      'bad-experiment',
      `data.classWeights needs a loss that weighs classes, such as "cross_entropy"; "${loss.name}" does not.`,
    );
  return { ...fitted, options: { ...fitted.options, weight: classWeights } };
}

/** A batch's targets as the loss wants them. */
export function fitTargets(targets: Tensor, type: { shape: readonly number[]; dtype: DType }): Tensor {
  const rows = targets.shape[0] ?? targets.data.length;
  const shape = [rows, ...type.shape.slice(1)];
  if (type.dtype === 'float32' && !(targets.data instanceof Float32Array))
    return { shape, data: Float32Array.from(targets.data) };
  return { shape, data: targets.data };
}
