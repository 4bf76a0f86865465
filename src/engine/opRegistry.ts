/** All ops, by name: one file each in engine/ops/. */
import all from 'registry:engine/ops#op';
import { VitrineError } from '../model/errors';
import type { SourceRange } from '../model/graph';
import { nearest } from '../model/suggest';
import type { OpDefinition } from './op';

export const ops: ReadonlyMap<string, OpDefinition> = new Map(
  (all as readonly OpDefinition[]).map(op => [op.name, op] as const),
);

/**
 * The definition of a node's op.
 *
 * @throws unsupported-op, naming the op, the module and the source line.
 */
export function requireOp(node: { op: string; module?: string; call?: SourceRange }): OpDefinition {
  const op = ops.get(node.op);
  if (op) return op;
  const near = nearest(
    node.op,
    [...ops.values()].filter(o => !o.internal).map(o => o.name),
  );
  throw new VitrineError(
    'unsupported-op',
    `The engine has no op "${node.op}"${node.module ? `, which ${node.module} uses` : ''}.${near ? ` Did you mean "${near}"?` : ''} ${node.call ? 'Rewrite it with ops that "vitrine ops" lists.' : '"vitrine check FILE" says which nodes of a file are not run here, and what to do.'}`,
    node.call && { at: node.call },
  );
}
