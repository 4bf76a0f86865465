/** A model with nodes behind its own, which make another answer of what it gives. */
import type { Model, Node, TensorType, Value } from './graph';

export interface Appending {
  /** Adds a node. @returns the id of its one output */
  emit(op: string, inputs: readonly string[], attributes: Node['attributes'], type: TensorType): string;
  /** The model with what was added, and these outputs. */
  giving(outputs: readonly string[]): Model;
}

/** @param mark what the ids begin with that are added, as those of nothing else: "%last". */
export function appendTo(model: Model, mark: string): Appending {
  const values: Record<string, Value> = { ...model.values };
  const nodes: Node[] = [...model.nodes];
  return {
    emit(op, inputs, attributes, type) {
      const id = `${mark}:${nodes.length}`;
      values[id] = { id, ...type };
      nodes.push({ id: `${mark}.node:${nodes.length}`, op, module: '', inputs, outputs: [id], attributes });
      return id;
    },
    giving: outputs => ({ ...model, values, nodes, outputs }),
  };
}
