/**
 * Reverse-mode differentiation on the graph: walks from the outputs back, and lets each op's definition emit the
 * nodes that carry gradients from its outputs to its inputs. Nodes that no wanted value flows through are skipped.
 */
import { VitrineError } from '../../model/errors';
import type { GradientContext, GradientRules } from '../op';
import { requireOp } from '../opRegistry';
import type { Graph, GraphNode } from './graph';

/**
 * Adds the gradients of Σ seed · output with respect to `wanted`.
 *
 * @param seeds the gradient of each output, by the output's id.
 * @param rules replace the gradients of the nodes that they name.
 * @returns the id of each wanted value's gradient; undefined where the outputs do not depend on it.
 * @throws unsupported-op where an op on the way has no gradient.
 */
export function differentiate(
  graph: Graph,
  seeds: ReadonlyMap<string, string>,
  wanted: Iterable<string>,
  rules?: GradientRules,
): Map<string, string | undefined> {
  const targets = [...wanted].map(id => [id, graph.resolve(id)] as const);
  // What depends on a wanted value.
  const dependent = new Set(targets.map(([, id]) => id));
  const nodes: GraphNode[] = [];
  for (const node of graph.nodes) {
    if (!node.inputs.some(i => dependent.has(i))) continue;
    for (const id of node.outputs) dependent.add(id);
    nodes.push(node);
  }
  const gradients = new Map<string, string>();
  const add = (id: string, gradient: string) => {
    const known = gradients.get(id);
    gradients.set(id, known === undefined ? gradient : graph.emit('Add', [known, gradient])[0]!);
  };
  for (const [id, seed] of seeds) if (dependent.has(graph.resolve(id))) add(graph.resolve(id), seed);

  for (const node of nodes.reverse()) {
    const outputGradients = node.outputs.map(id => gradients.get(id) ?? null);
    if (outputGradients.every(x => x === null)) continue;
    const definition = requireOp(node);
    const rule = rules?.ruleFor(node);
    if (!rule && !definition.gradient) {
      const { origin } = node;
      throw new VitrineError(
        'unsupported-op',
        `The op "${node.op}"${origin?.module ? ` in ${origin.module}` : ''} has no gradient, so nothing before it can be trained or explained by gradients.`,
        origin?.call && { at: origin.call },
      );
    }
    const context: GradientContext = {
      inputs: node.inputs,
      outputs: node.outputs,
      outputGradients,
      attributes: node.attributes,
      type: id => graph.type(id),
      wants: i => dependent.has(node.inputs[i]!),
      emit: (op, inputs, attributes) => graph.emit(op, inputs, attributes),
      scalar: v => graph.scalar(v),
    };
    const first = graph.nodes.length;
    const found = rule ? rule(context, definition.gradient) : definition.gradient!(context);
    found.forEach((gradient, i) => {
      if (gradient !== null && node.inputs[i] && dependent.has(node.inputs[i])) add(node.inputs[i], gradient);
    });
    const of = node.origin;
    if (of) for (let i = first; i < graph.nodes.length; i++) graph.nodes[i]!.gradientOf ??= of;
  }
  return new Map(targets.map(([id, resolved]) => [id, gradients.get(resolved)]));
}
