/** A model as it computes when it does not train. */
import type { Model, Node } from './graph';

/** Ops whose output is one of their inputs then: which. */
const chosen: Readonly<Record<string, number>> = { TrainingBranch: 1, Remember: 1 };

/**
 * The model without what it computes only while training, and without what is shown and not run that no output needs; the
 * model itself where there is nothing like that.
 */
export function inEvaluation(model: Model): Model {
  if (!model.nodes.some(n => n.shown || Object.hasOwn(chosen, n.op))) return model;
  const stands = new Map<string, string>();
  const resolve = (id: string): string => stands.get(id) ?? id;
  const nodes: Node[] = [];
  for (const node of model.nodes) {
    const which = chosen[node.op];
    if (which !== undefined) stands.set(node.outputs[0]!, resolve(node.inputs[which]!));
    else nodes.push({ ...node, inputs: node.inputs.map(resolve) });
  }
  const outputs = model.outputs.map(resolve);
  const wanted = new Set(outputs);
  const kept: Node[] = [];
  for (const node of nodes.reverse()) {
    if (!node.outputs.some(id => wanted.has(id))) continue;
    for (const id of node.inputs) wanted.add(id);
    kept.push(node);
  }
  return { ...model, nodes: kept.reverse(), outputs };
}
