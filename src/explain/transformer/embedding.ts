/** Token embeddings: where whole numbers become vectors that have gradients. */
import { VitrineError } from '../../model/errors';
import type { Model } from '../../model/graph';

const moves = new Set(['Cast', 'Reshape', 'Identity', 'Squeeze', 'Unsqueeze', 'Flatten']);

/** The value with a vector for each token of the input; undefined where tokens go another way. */
export function tokenEmbedding(model: Model): { id: string; name: string } | undefined {
  const tokens = new Set(model.inputs.filter(id => /int/.test(model.values[id]!.dtype)));
  const parameters = new Set(model.parameters.map(p => p.name));
  for (const node of model.nodes) {
    const [first = '', second = ''] = node.inputs;
    if (moves.has(node.op) && tokens.has(first)) tokens.add(node.outputs[0]!);
    if (node.op === 'Gather' && tokens.has(second) && (parameters.has(first) || isWeight(model, first)))
      return { id: node.outputs[0]!, name: node.module || 'embedding' };
  }
  return undefined;
}

/** A parameter that is scaled or cast first. */
function isWeight(model: Model, id: string): boolean {
  const node = model.nodes.find(n => n.outputs.includes(id));
  return node?.inputs.some(i => model.parameters.some(p => p.name === i)) ?? false;
}

export function hasTokens(model: Model): string | undefined {
  return tokenEmbedding(model)
    ? undefined
    : `${model.name} has no embedding of tokens. Use integrated_gradients, or feature_ablation where inputs are whole numbers.`;
}

/** @throws bad-request */
export function requireEmbedding(model: Model): { id: string; name: string } {
  const found = tokenEmbedding(model);
  if (found) return found;
  throw new VitrineError('bad-request', hasTokens(model)!);
}
