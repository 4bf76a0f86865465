/**
 * Matrix products read their operands in either order, so a transposition before or after one costs nothing: it becomes
 * a flag of the product. PyTorch's linear layers on sequences and attention's k.transpose(-2, -1) are such.
 */
import { type Graph, type GraphNode, linksOf } from './graph';

/** @param ends values that are read from outside; @returns the nodes, some replaced; what is no longer read stays in. */
export function foldTransposes(
  graph: Graph,
  nodes: readonly GraphNode[],
  ends: ReadonlySet<string>,
): GraphNode[] {
  const { makers, readers } = linksOf(nodes);
  return nodes.map(node => {
    let made = node;
    if (isProduct(node)) made = withOperands(graph, node, makers);
    else if (isSwap(graph, node)) {
      const product = makers.get(node.inputs[0]!);
      const alone = product && readers.get(node.inputs[0]!) === 1 && !ends.has(node.inputs[0]!);
      if (alone && isProduct(product) && product.inputs.every(id => graph.type(id).shape.length >= 2))
        made = transposed(product, node);
    }
    for (const id of made.outputs) makers.set(id, made);
    return made;
  });
}

function isProduct(node: GraphNode): boolean {
  return node.op === 'MatMul' || node.op === 'FusedMatMul';
}

/** A transposition of the last two axes alone. */
function isSwap(graph: Graph, node: GraphNode): boolean {
  if (node.op !== 'Transpose') return false;
  const rank = graph.type(node.inputs[0]!).shape.length;
  const perm = node.attributes['perm'] as readonly number[] | undefined;
  if (rank < 2) return false;
  if (!perm) return rank === 2;
  return perm.every((axis, i) => axis === (i === rank - 1 ? rank - 2 : i === rank - 2 ? rank - 1 : i));
}

const flag = (node: GraphNode, name: string): number => Number(node.attributes[name] ?? 0);

function withOperands(graph: Graph, node: GraphNode, makers: ReadonlyMap<string, GraphNode>): GraphNode {
  const inputs = [...node.inputs];
  const flags = [flag(node, 'transA'), flag(node, 'transB')];
  inputs.forEach((id, i) => {
    const maker = makers.get(id);
    if (!maker || !isSwap(graph, maker)) return;
    inputs[i] = maker.inputs[0]!;
    flags[i] = 1 - flags[i]!;
  });
  if (inputs.every((id, i) => id === node.inputs[i])) return node;
  const attributes = { ...node.attributes, transA: flags[0]!, transB: flags[1]! };
  return { ...node, op: 'FusedMatMul', inputs, attributes };
}

/** (A B)ᵀ = Bᵀ Aᵀ. */
function transposed(product: GraphNode, swap: GraphNode): GraphNode {
  const [a, b] = product.inputs as [string, string];
  return {
    ...product,
    op: 'FusedMatMul',
    inputs: [b, a],
    outputs: swap.outputs,
    attributes: {
      ...product.attributes,
      transA: 1 - flag(product, 'transB'),
      transB: 1 - flag(product, 'transA'),
    },
  };
}
