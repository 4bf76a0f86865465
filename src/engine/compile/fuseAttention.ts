/**
 * Finds scaled dot-product attention, however it was spelled: a product, a scale and masks, softmax over the last axis,
 * and a product with the values. Executors with hand-written kernels compute it in one pass (FusedAttention). What a
 * gradient or an explanation reads of it, the weights, is still written.
 */
import { type Graph, type GraphNode, linksOf } from './graph';

/** Masks that the kernel takes. */
const MOST_MASKS = 2;

/** Queries below which packing keys and values does not pay. */
const FEWEST = 4;

interface Chain {
  q: string;
  k: string;
  scale: string;
  divide: boolean;
  masks: { mode: 'keep' | 'hide' | 'add'; values: string; fill: string }[];
}

/** @param ends values that are read from outside; @returns the nodes, some of them replaced and some left out */
export function fuseAttention(
  graph: Graph,
  nodes: readonly GraphNode[],
  ends: ReadonlySet<string>,
): GraphNode[] {
  const { makers, readers } = linksOf(nodes);
  const position = new Map(nodes.map((node, i) => [node, i]));
  const own = (id: string) => readers.get(id) === 1 && !ends.has(id);
  const fused = new Map<GraphNode, GraphNode>();
  const gone = new Set<GraphNode>();

  for (const product of nodes) {
    if (!isProduct(product) || flag(product, 'transA') || flag(product, 'transB') || !plain(product))
      continue;
    const [weights, v] = product.inputs as [string, string];
    const softmax = makers.get(weights);
    if (softmax?.op !== 'Softmax' || graph.type(weights).dtype !== 'float32') continue;
    const shape = graph.shape(weights);
    const rank = shape.length;
    const axis = Number(softmax.attributes['axis'] ?? -1);
    if (rank < 2 || rank > 4 || (axis !== -1 && axis !== rank - 1)) continue;
    if (shape.includes(0) || shape.at(-2)! < FEWEST) continue;
    // Whoever else reads the weights must come after: they are written where the last product stood.
    const last = position.get(product)!;
    const alone = own(weights);
    if (!alone && nodes.some((n, i) => i < last && n.inputs.includes(weights))) continue;
    const chain = chainOf(softmax.inputs[0]!, shape);
    if (!chain) continue;
    const { q, k, scale, divide, masks } = chain.chain;
    const [qs, ks, vs] = [q, k, v].map(id => graph.shape(id));
    const leads = shape.slice(0, -2).join();
    if ([qs, ks, vs].some(s => s!.length !== rank || s!.slice(0, -2).join() !== leads)) continue;
    if (qs!.at(-2) !== shape.at(-2) || ks!.at(-2) !== shape.at(-1)) continue;
    for (const n of [softmax, ...chain.nodes]) gone.add(n);
    fused.set(product, {
      ...product,
      op: 'FusedAttention',
      inputs: [q, k, v, scale, ...masks.flatMap(m => [m.values, m.fill])],
      outputs: [product.outputs[0]!, weights],
      attributes: { divide: divide ? 1 : 0, masks: masks.map(m => m.mode), weights: alone ? 0 : 1 },
    });
  }
  return nodes.flatMap(n => (gone.has(n) ? [] : [fused.get(n) ?? n]));

  /** Follows scores back to the product that they come from; each step is read by the next one alone. */
  function chainOf(
    scores: string,
    shape: readonly number[],
  ): { chain: Chain; nodes: GraphNode[] } | undefined {
    const chain: Chain = { q: '', k: '', scale: '', divide: false, masks: [] };
    const passed: GraphNode[] = [];
    for (let id = scores; ; ) {
      const node = makers.get(id);
      if (!node || !own(id)) return undefined;
      passed.push(node);
      if (isProduct(node)) {
        if (flag(node, 'transA') || !flag(node, 'transB') || !plain(node)) return undefined;
        [chain.q, chain.k] = node.inputs as [string, string];
        return { chain, nodes: passed };
      }
      const [a, b, c] = node.inputs as [string, string, string];
      const whole = (x: string) => graph.shape(x).join() === shape.join();
      const single = (x: string) => graph.shape(x).every(n => n === 1);
      // A scale beneath it is applied before the mask, as here; above it would not be.
      if (node.op === 'Where' && whole(b) && single(c) && makers.has(b)) {
        chain.masks.unshift({ mode: 'keep', values: a, fill: c });
        id = b;
      } else if (node.op === 'Where' && whole(c) && single(b) && makers.has(c)) {
        chain.masks.unshift({ mode: 'hide', values: a, fill: b });
        id = c;
      } else if (node.op === 'Add' && !chain.scale && isScores(a)) {
        chain.masks.unshift({ mode: 'add', values: b, fill: '' });
        id = a;
      } else if (node.op === 'Add' && !chain.scale && isScores(b)) {
        chain.masks.unshift({ mode: 'add', values: a, fill: '' });
        id = b;
      } else if ((node.op === 'Mul' || node.op === 'Div') && !chain.scale && single(b) && whole(a)) {
        chain.scale = b;
        chain.divide = node.op === 'Div';
        id = a;
      } else if (node.op === 'Mul' && !chain.scale && single(a) && whole(b)) {
        chain.scale = a;
        id = b;
      } else return undefined;
      if (chain.masks.length > MOST_MASKS || (chain.scale && node.op !== 'Mul' && node.op !== 'Div'))
        return undefined;
    }
  }

  /** Whether a value comes from a product of queries and keys, and what it is added to is a mask. */
  function isScores(id: string): boolean {
    for (let at = makers.get(id); at; ) {
      if (isProduct(at)) return true;
      if (at.op !== 'Mul' && at.op !== 'Div' && at.op !== 'Where' && at.op !== 'Add') return false;
      const next = at.inputs.find(i => {
        const maker = makers.get(i);
        return maker && (isProduct(maker) || ['Mul', 'Div', 'Where', 'Add'].includes(maker.op));
      });
      at = next === undefined ? undefined : makers.get(next);
    }
    return false;
  }
}

function isProduct(node: GraphNode): boolean {
  return node.op === 'MatMul' || node.op === 'FusedMatMul';
}

const flag = (node: GraphNode, name: string): number => Number(node.attributes[name] ?? 0);

function plain(node: GraphNode): boolean {
  return Number(node.attributes['alpha'] ?? 1) === 1;
}
