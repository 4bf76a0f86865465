/** A layer's arguments in the few characters that a card has: what identifies it, without what is usual. */
import type { Attributes } from '../../../src/model/graph';

/** Arguments that say nothing when they have these values: PyTorch's defaults. */
const usual: Readonly<Record<string, readonly string[]>> = {
  bias: ['True'],
  stride: ['1'],
  padding: ['0'],
  output_padding: ['0'],
  dilation: ['1'],
  groups: ['1'],
  padding_mode: ['zeros'],
  inplace: ['True', 'False'],
  ceil_mode: ['False'],
  eps: ['1e-05', '1e-5', '1e-06', '1e-12'],
  momentum: ['0.1'],
  affine: ['True'],
  elementwise_affine: ['True'],
  track_running_stats: ['True'],
  start_dim: ['1'],
  end_dim: ['-1'],
};

/** Shown by value alone; the pairs are joined by an arrow. */
const sources = new Set(['in_features', 'in_channels', 'input_size', 'num_embeddings']);
const sinks = new Set(['out_features', 'out_channels', 'hidden_size', 'embedding_dim']);
const bare = new Set(['kernel_size', 'num_features', 'normalized_shape', 'output_size']);
const short: Readonly<Record<string, string>> = { padding: 'pad', dilation: 'dilate' };

/** "in_features=128, out_features=64, bias=True" -> "128 → 64"; "1, 16, kernel_size=(3, 3), stride=(1, 1)" -> "1 → 16, 3×3". */
export function shortArguments(text: string): string {
  const positional: string[] = [];
  const out: string[] = [];
  let source = '';
  for (const part of splitArguments(text)) {
    const [, key, raw] = /^(\w+)=(.*)$/s.exec(part) ?? [undefined, '', part];
    const value = sizes(raw!);
    if (key === '') positional.push(value);
    else if (sources.has(key!)) source = value;
    else if (sinks.has(key!)) out.push(source ? `${source} → ${value}` : value);
    else if (usual[key!]?.includes(same(value))) continue;
    else if (value === 'False') out.push(`no ${key}`);
    else if (bare.has(key!)) out.push(value);
    else if (key === 'stride' && out.includes(value)) continue;
    else out.push(`${short[key!] ?? key} ${key === 'padding' || key === 'dilation' ? same(value) : value}`);
  }
  // extra_repr prints channels and sizes first, without their names.
  const first =
    positional.length === 2 && positional.every(p => /^\d+$/.test(p)) ? [positional.join(' → ')] : positional;
  return [...first, ...out].join(', ');
}

/** The window of a pooling or convolving call, e.g. "2×2"; "" for other calls. */
export function shortAttributes(attributes: Attributes): string {
  const kernel = attributes['kernel_shape'];
  return Array.isArray(kernel) ? kernel.join('×') : '';
}

/** At commas outside brackets. */
export function splitArguments(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i <= text.length; i++) {
    const c = text[i];
    if (c === '(' || c === '[' || c === '{') depth++;
    else if (c === ')' || c === ']' || c === '}') depth--;
    else if (c === undefined || (c === ',' && depth === 0)) {
      const part = text.slice(start, i).trim();
      if (part) parts.push(part);
      start = i + 1;
    }
  }
  return parts;
}

/** "(3, 3)" -> "3×3", "(64,)" -> "64"; other text as it is. */
function sizes(raw: string): string {
  const inner = /^\(([\d\s,]+)\)$/.exec(raw.trim())?.[1];
  if (inner === undefined) return raw.trim();
  return inner
    .split(',')
    .map(s => s.trim())
    .filter(Boolean)
    .join('×');
}

/** "1×1" -> "1": one size for all directions. */
function same(value: string): string {
  const all = value.split('×');
  return all.every(s => s === all[0]) ? all[0]! : value;
}
