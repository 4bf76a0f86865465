/** Rows to ask a check's question with, and a model compiled for them. */
import type { Evaluator, EvaluatorRequest } from '../../engine/engine';
import { bindShape, concreteShape } from '../../model/dim';
import type { Model, SourceRange, Tensor, Tensors } from '../../model/graph';
import type { CheckSubject } from '../check';
import { bindingsFor, fitTargets, takesAnyBatch, targetTypeFor } from '../setup/bindings';

export interface Rows {
  count: number;
  feeds: Tensors;
  targets: Tensor;
  /** Of the targets, which losses of sequences are compiled for. */
  type: ReturnType<typeof targetTypeFor>;
}

/** `most` rows evenly spaced over a split, fewer if it has fewer; as many as the model takes if that is fixed. */
export function spread(rows: Int32Array, most: number, model: Model): Int32Array {
  const fixed = takesAnyBatch(model) ? undefined : Number(model.values[model.inputs[0]!]!.shape[0]);
  const count = fixed ?? Math.min(most, rows.length);
  return Int32Array.from({ length: count }, (_, i) => rows[Math.floor((i * rows.length) / count)]!);
}

export function prepared({ dataset, model, loss }: CheckSubject, rows: Int32Array): Rows {
  const { input, targets } = dataset.batch(rows);
  const type = targetTypeFor(
    dataset,
    loss,
    outputShapeOf(model, dataset.sampleShape, rows.length),
    rows.length,
  );
  return {
    count: rows.length,
    feeds: { [model.inputs[0]!]: input },
    targets: fitTargets(targets, type),
    type,
  };
}

export function outputShapeOf(model: Model, sampleShape: readonly number[], rows: number): readonly number[] {
  return concreteShape(
    bindShape(model.values[model.outputs[0]!]!.shape, bindingsFor(model, sampleShape, rows)),
  );
}

/** Compiles the model for so many rows, hands it over, and frees it whatever happens. */
export async function withEvaluator<T>(
  { engine, model, dataset }: CheckSubject,
  rows: number,
  request: Omit<EvaluatorRequest, 'bindings'>,
  work: (evaluator: Evaluator) => Promise<T>,
): Promise<T> {
  const evaluator = await engine.evaluator(model, {
    bindings: bindingsFor(model, dataset.sampleShape, rows),
    ...request,
  });
  try {
    return await work(evaluator);
  } finally {
    await evaluator.dispose();
  }
}

/** Where the module that owns a parameter, or that a path names, is defined. */
export function definitionOf(model: Model, module: string | { parameter: string }): SourceRange | undefined {
  const found = model.modules.find(m =>
    typeof module === 'string' ? m.path === module : m.parameters.includes(module.parameter),
  );
  return found?.definition ?? model.definition;
}
