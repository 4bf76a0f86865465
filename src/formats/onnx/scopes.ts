/** Which module a node belongs to, from the names that exporters give. */
import type { NodeProto } from './schema';

/**
 * PyTorch's exporters write scopes in two ways: as the node's name ("/layer1/layer1.0/conv1/Conv", of which the last
 * part is the op), and as metadata ("['', 'layer1', 'layer1.0', 'layer1.0.conv1', 'conv2d']"). Other names are taken
 * as they are, a slash as a step down.
 */
export function scopeOf(node: NodeProto, known: Map<string, string>): string {
  const metadata = node.metadataProps?.find(p => p.key === 'pkg.torch.onnx.name_scopes')?.value;
  if (metadata) {
    const scopes = [...metadata.slice(0, 10_000).matchAll(/'([^']*)'/g)].map(m => m[1]!);
    const path = scopes.at(-2);
    if (path !== undefined) return path;
  }
  const name = (node.name ?? '').slice(0, 1000);
  if (!name.includes('/')) return name;
  const parts = name.split('/').filter(p => p !== '');
  const key = parts.slice(0, -1).join('/');
  const found = known.get(key);
  if (found !== undefined) return found;
  let path = '';
  let last = '';
  for (const part of parts.slice(0, -1)) {
    // "layer1" then "layer1.0": the child of a list is named with the list.
    if (last !== '' && part.startsWith(`${last}.`)) path += part.slice(last.length);
    else path = path === '' ? part : `${path}.${part}`;
    last = part;
  }
  known.set(key, path);
  return path;
}
