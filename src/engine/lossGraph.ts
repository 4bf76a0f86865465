/** Puts a loss behind a model's graph. */
import { VitrineError } from '../model/errors';
import type { DType, Model, Tensor } from '../model/graph';
import type { Graph } from './compile/graph';
import { completeOptions, requireLoss } from './definitions';
import type { LossSpec } from './engine';
import { checkFilled, sameShape, shapeText } from './feeds';
import { ShapeError } from './op';
import { addPenalty, type BuiltPenalty } from './penalty';

export interface BuiltLoss {
  /** The scalar. */
  value: string;
  /** What the rows' groups are fed to, with a penalty on them. */
  penalty?: BuiltPenalty;
  /** The targets' value. */
  target: string;
  check(targets: Tensor | undefined): Tensor;
}

const TARGET = '%targets';

/**
 * Emits the mean loss of the model's first output against targets of the given shape.
 *
 * @throws bad-experiment for an unknown loss or option, shape-mismatch when output and targets do not fit.
 */
export function addLoss(
  graph: Graph,
  model: Model,
  spec: LossSpec,
  targets: { shape: readonly number[]; dtype: DType } | undefined,
): BuiltLoss {
  const definition = requireLoss(spec.name);
  const options = completeOptions<Record<string, unknown>>(
    `The loss "${spec.name}"`,
    definition.options,
    spec.options ?? {},
  );
  const given = model.outputs[0]!;
  const rank = graph.shape(given).length;
  const moved = spec.classAxis === -1 && definition.target === 'classes' && rank > 2;
  const output = moved
    ? graph.emit('Transpose', [given], {
        perm: [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, i) => i + 1)],
      })[0]!
    : given;
  const outputShape = graph.shape(output);
  const expected = definition.target === 'classes' ? [outputShape[0]!, ...outputShape.slice(2)] : outputShape;
  const shape = targets?.shape ?? (definition.target === 'rows' ? [outputShape[0]!] : expected);
  if (definition.target === 'sequences' && !targets)
    throw new VitrineError(
      'bad-request',
      `The loss "${spec.name}" needs to know the shape of its targets beforehand.`,
    );
  const target = graph.declare(TARGET, {
    dtype: definition.target === 'numbers' || definition.target === 'rows' ? 'float32' : 'int64',
    shape,
  });
  const inUnits = (id: string): string => {
    if (!spec.units) return id;
    const { shift, scale } = spec.units;
    const [moved] = graph.emit('Sub', [id, graph.constant([1], [shift])]);
    return graph.emit('Mul', [moved!, graph.constant([1], [1 / scale])])[0]!;
  };
  let value: string;
  try {
    value = definition.build({
      output: inUnits(output),
      target: inUnits(target),
      options,
      type: id => graph.type(id),
      emit: (op, inputs, attributes) => graph.emit(op, inputs, attributes),
      constant: (of, values) => graph.constant(of, values),
    });
  } catch (e) {
    if (!(e instanceof ShapeError)) throw e;
    throw new VitrineError(
      'shape-mismatch',
      `The loss "${spec.name}" does not fit ${model.name}: ${e.message}.`,
      model.definition && { at: model.definition },
    );
  }
  const penalty = spec.penalty && addPenalty(graph, given, spec.penalty);
  return {
    value: penalty ? graph.emit('Add', [value, penalty.value])[0]! : value,
    ...(penalty && { penalty }),
    target,
    check(given) {
      if (!given)
        throw new VitrineError('bad-request', `The loss "${spec.name}" needs targets, but there are none.`);
      checkFilled('the targets', given);
      if (!sameShape(given.shape, shape))
        throw new VitrineError(
          'shape-mismatch',
          `The loss "${spec.name}" takes targets of the shape ${shapeText(shape)}, but got ${shapeText(given.shape)}.`,
        );
      const wrong = definition.check?.(given, outputShape, options);
      if (wrong) throw new VitrineError('bad-data', wrong);
      return given;
    },
  };
}
