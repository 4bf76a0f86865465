/**
 * The residual stream: the value that each block of a transformer reads and adds to. It is found from its end: an
 * addition of two values, one of which the other was computed from, is a block that was added to its own input.
 */
import { VitrineError } from '../../model/errors';
import type { Model, Node } from '../../model/graph';
import { attentionLayers } from './attention';

export interface StreamStep {
  /** A block's addition, or a normalisation of the stream itself (of models that normalise after the addition). */
  kind: 'add' | 'norm';
  before: string;
  after: string;
  /** What was added, for additions. */
  branch?: string;
  /** What the block is: attention where it has a layer of it. */
  of: 'attention' | 'mlp';
  /** Index in `attentionLayers`, for attention. */
  attention?: number;
  /** The module's path, such as "transformer.h.0.attn". */
  name: string;
}

export interface Stream {
  /** The stream before the first block. */
  embedding: string;
  steps: readonly StreamStep[];
  /** The stream after the last one. What follows is the head. */
  final: string;
}

/** What hands the stream on as it is. */
const passes = new Set(['Dropout', 'Cast', 'Identity', 'Transpose']);
const norms = new Set(['LayerNormalization', 'RMSNormalization']);

const known = new WeakMap<Model, Stream | undefined>();

/** @throws bad-request when there is none. */
export function residualStream(model: Model): Stream {
  const stream = findStream(model);
  if (stream) return stream;
  throw new VitrineError('bad-request', noStream(model));
}

export function hasStream(model: Model): string | undefined {
  return findStream(model) ? undefined : noStream(model);
}

function noStream(model: Model): string {
  return `${model.name} has no residual stream with attention: no blocks that are added to their own input. Use integrated_gradients, or token_integrated_gradients for tokens.`;
}

function findStream(model: Model): Stream | undefined {
  if (!known.has(model)) known.set(model, search(model));
  return known.get(model);
}

function search(model: Model): Stream | undefined {
  const layers = attentionLayers(model);
  if (layers.length === 0) return undefined;
  const made = new Map<string, Node>();
  for (const n of model.nodes) for (const o of n.outputs) made.set(o, n);
  const readers = new Map<string, Node[]>();
  for (const n of model.nodes) for (const i of n.inputs) readers.set(i, [...(readers.get(i) ?? []), n]);
  const parameters = new Set(model.parameters.map(p => p.name));
  const above = new Map<string, Set<string>>();
  /** All values that one was computed from, itself included. */
  const ancestors = (id: string): Set<string> => {
    const old = above.get(id);
    if (old) return old;
    const set = new Set<string>();
    const visit = [id];
    while (visit.length > 0) {
      const v = visit.pop()!;
      if (set.has(v) || parameters.has(v) || v === '') continue;
      set.add(v);
      visit.push(...(made.get(v)?.inputs ?? []));
    }
    above.set(id, set);
    return set;
  };
  const isStep = (node: Node | undefined) => {
    if (node?.op !== 'Add') return undefined;
    const [a, b] = node.inputs as [string, string];
    if (parameters.has(a) || parameters.has(b)) return undefined;
    if (ancestors(b).has(through(a))) return { before: a, branch: b };
    if (ancestors(a).has(through(b))) return { before: b, branch: a };
    // x + attention(x) + mlp(x): the mlp reads what the sum began with.
    for (const [sum, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const inner = made.get(through(sum));
      if (
        inner?.op === 'Add' &&
        inner.inputs.some(i => !parameters.has(i) && ancestors(other).has(through(i)))
      )
        return { before: sum, branch: other };
    }
    return undefined;
  };
  const through = (id: string): string => {
    let at = id;
    for (;;) {
      const node = made.get(at);
      if (!node || !passes.has(node.op)) return at;
      at = node.inputs[0]!;
    }
  };
  // The last addition of a block: the additions that no other one has above it, nearest to the output.
  const last = [...model.nodes]
    .reverse()
    .find(n => isStep(n) && ancestors(model.outputs[0]!).has(n.outputs[0]!));
  if (!last) return undefined;
  let final = last.outputs[0]!;
  // Where blocks end with a normalisation, the stream does, too; a last one before the head is part of the head.
  const steps: StreamStep[] = [];
  let at = final;
  let postNorm = false;
  for (;;) {
    const here = through(at);
    const node = made.get(here);
    const step = isStep(node);
    if (node && step) {
      const attention = layers.findIndex(l => {
        const up = ancestors(step.branch);
        const { probabilities } = l.parts[0]!;
        return up.has(probabilities) && !ancestors(step.before).has(probabilities);
      });
      steps.unshift({
        kind: 'add',
        before: step.before,
        after: at,
        branch: step.branch,
        of: attention >= 0 ? 'attention' : 'mlp',
        ...(attention >= 0 && { attention }),
        name: nameOf(model, made.get(through(step.branch)) ?? node, node),
      });
      at = step.before;
      continue;
    }
    if (node && norms.has(node.op) && isStep(made.get(through(node.inputs[0]!)))) {
      postNorm = true;
      steps.unshift({ kind: 'norm', before: node.inputs[0]!, after: at, of: 'mlp', name: node.module });
      at = node.inputs[0]!;
      continue;
    }
    break;
  }
  if (postNorm) {
    // x ← norm(x + f(x)) all the way: the normalisation after the last addition belongs to the block as well.
    const norm = (readers.get(final) ?? []).find(n => norms.has(n.op));
    if (norm && (readers.get(final) ?? []).length === 1) {
      steps.push({ kind: 'norm', before: final, after: norm.outputs[0]!, of: 'mlp', name: norm.module });
      final = norm.outputs[0]!;
    }
  }
  return steps.some(s => s.of === 'attention') ? { embedding: at, steps, final } : undefined;
}

/** The block's own module: that of what was added, without layers of the block that only pass it on. */
function nameOf(model: Model, branch: Node, add: Node): string {
  const path = branch.module;
  const parent = add.module;
  // The child of the module that adds, which the branch comes from.
  if (parent === '' || path.startsWith(`${parent}.`)) {
    const rest = parent === '' ? path : path.slice(parent.length + 1);
    const parts = rest.split('.');
    const child = /^\d+$/.test(parts[0] ?? '') ? parts.slice(0, 2).join('.') : (parts[0] ?? '');
    const named = parent === '' ? child : `${parent}.${child}`;
    if (model.modules.some(m => m.path === named)) return named;
  }
  return path || parent || 'block';
}

/** The stream after each block's last addition (and its normalisation), with the block's name: for lenses. */
export function stations(stream: Stream): { id: string; name: string }[] {
  const out: { id: string; name: string }[] = [{ id: stream.embedding, name: 'embedding' }];
  for (const step of stream.steps) {
    if (step.kind === 'norm') out[out.length - 1] = { ...out.at(-1)!, id: step.after };
    else out.push({ id: step.after, name: step.name });
  }
  return out;
}
