/** Names of the file and in the model. */
import type { GraphProto, NodeProto, ValueInfoProto } from './schema';

/** The name, or the name with the first number that makes it a new one. */
export function unique(taken: Map<string, number>, wanted: string): string {
  let count = taken.get(wanted) ?? (wanted === '' ? 1 : 0);
  let name = wanted;
  while (count > 0 && (name === wanted || taken.has(name))) name = `${wanted}:${++count}`;
  taken.set(wanted, Math.max(count, 1));
  taken.set(name, taken.get(name) ?? 1);
  return name;
}

export const isDefault = (domain: string | undefined) => !domain || domain === 'ai.onnx';
export const domainOf = (domain: string | undefined) => (isDefault(domain) ? '' : domain!);

/** An operator as it is shown: with its domain if it is not ONNX's own. */
export const operatorOf = ({ domain, opType = '' }: Pick<NodeProto, 'domain' | 'opType'>) =>
  isDefault(domain) ? opType : `${domain}.${opType}`;

export function nameOf(node: NodeProto): string {
  return `The node "${node.name || node.output?.[0] || ''}" (${node.opType ?? ''})`;
}

/** Where a node stands: its name, and its module's. */
export function placeOf(node: NodeProto, module: string): string {
  return `"${node.name || node.output?.[0] || ''}"${module ? ` in ${module}` : ''}`;
}

export function nodesIn(g: GraphProto): number {
  return (g.node ?? []).reduce(
    (n, node) => n + 1 + (node.attribute ?? []).reduce((m, a) => m + (a.g ? nodesIn(a.g) : 0), 0),
    0,
  );
}

export function kindOf(info: ValueInfoProto): string {
  const t = info.type;
  if (t?.sequenceType) return 'sequence';
  if (t?.mapType) return 'map';
  if (t?.optionalType) return 'optional';
  if (t?.sparseTensorType) return 'sparse tensor';
  if (!t?.tensorType?.shape) return 'tensor of unknown rank';
  return `tensor of element type ${t.tensorType.elemType ?? 0}`;
}

/** Whether a size's name tells it from others: "?" and "-1" stand for any. */
export function namesSize(name: string): boolean {
  return /[A-Za-z_]/.test(name) || /^\d+$/.test(name);
}

/** A name of the file as a symbol of our sizes. */
export function symbolOf(name: string): string {
  const clean = name.replace(/\W/g, '_').slice(0, 64);
  return /^[A-Za-z_]/.test(clean) ? clean : `d${clean}`;
}

/** Names that exporters make up. */
export function isGenerated(name: string): boolean {
  return /^(\d+|onnx::.*|\/.*|_.*|.*[Cc]onst(ant)?.*|val_\d+)$/.test(name);
}
