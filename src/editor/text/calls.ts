/** Calls of layers and functions as they are being typed: which argument stands at a place, and what may stand there. */
import { tokensOf } from '../../formats/pytorch/moved';
import { type Argument, type Signature, signatureOf } from '../../formats/pytorch/signatures';
import type { Model, ModuleInfo, Shape } from '../../model/graph';

export interface OpenCall {
  signature: Signature;
  /** Which argument the place is in, by its place in the signature; -1 for one with a name that is not known. */
  active: number;
  /** Names that are given already, by place or by keyword, but not the one at the place. */
  given: ReadonlySet<string>;
  /** True at the start of an argument, where a name or a value may be written. */
  atStart: boolean;
  /** The attribute that the call is assigned to: "fc1" in `self.fc1 = nn.Linear(`. */
  attribute?: string;
}

/** The innermost call of a known layer or function around an offset. */
export function openCallAt(text: string, offset: number): OpenCall | undefined {
  // What is before decides; a long file is looked at from its last class or function on.
  const from = Math.max(0, text.lastIndexOf('\ndef ', offset), text.lastIndexOf('\n    def ', offset));
  const { texts: seen } = tokensOf(text.slice(from, offset));
  const texts = seen.at(-1) === '\n' ? seen.slice(0, -1) : seen;
  let depth = 0;
  for (let i = texts.length - 1; i >= 0; i--) {
    const t = texts[i]!;
    if (t === ')' || t === ']' || t === '}') depth++;
    else if (t === '[' || t === '{' || t === '(') {
      if (depth > 0) {
        depth--;
        continue;
      }
      if (t !== '(') return undefined;
      const signature = signatureOf(texts[i - 1] ?? '');
      // An inner call or group of no concern: `nn.Conv2d(3, (` is still in Conv2d.
      if (!signature) continue;
      return described(signature, texts, i);
    }
  }
  return undefined;
}

function described(signature: Signature, texts: readonly string[], open: number): OpenCall {
  const parts: string[][] = [[]];
  let depth = 0;
  for (const t of texts.slice(open + 1)) {
    if (t === ',' && depth === 0) {
      parts.push([]);
      continue;
    }
    if ('([{'.includes(t)) depth++;
    else if (')]}'.includes(t)) depth--;
    parts.at(-1)!.push(t);
  }
  const given = new Set<string>();
  let place = 0;
  for (const part of parts.slice(0, -1)) {
    if (part[1] === '=') given.add(part[0]!);
    else if (signature.arguments[place]) given.add(signature.arguments[place++]!.name);
  }
  const last = parts.at(-1)!;
  const named = last[1] === '=' ? last[0] : undefined;
  const before = texts.slice(Math.max(0, open - 3), open - 1);
  const attribute = before.at(-1) === '=' ? /^self\.(\w+)$/.exec(before.at(-2) ?? '')?.[1] : undefined;
  return {
    signature,
    active: named ? signature.arguments.findIndex(a => a.name === named) : place,
    given,
    atStart: last.length === 0 || (last.length === 1 && /^[A-Za-z_]\w*$/.test(last[0]!)),
    ...(attribute ? { attribute } : {}),
  };
}

/** Arguments that may still be written, in their order. */
export function openArguments(call: OpenCall): Argument[] {
  return call.signature.arguments.filter(a => !call.given.has(a.name));
}

/** Which dimension of the input an argument repeats. */
function sizeIn(shape: Shape | undefined, argument: string, layer: string): number | undefined {
  if (!shape) return undefined;
  const at = (i: number) => {
    const d = shape.at(i);
    return typeof d === 'number' ? d : undefined;
  };
  switch (argument) {
    case 'in_features':
    case 'input_size':
    case 'normalized_shape':
    case 'embed_dim':
    case 'd_model':
      return at(-1);
    case 'num_features':
    case 'in_channels':
    case 'num_channels':
      return layer.includes('BatchNorm1d') && shape.length === 2 ? at(-1) : at(1);
    default:
      return undefined;
  }
}

export interface SizeChoice {
  value: number;
  /** What gives it: the layer's own input as it was traced, or the output of a layer above it. */
  from: { kind: 'input' } | { kind: 'output'; of: string };
}

/** Sizes that fit an argument, from what was traced: the likeliest first. */
export function sizesFor(
  call: OpenCall,
  argument: string,
  model: Model | undefined,
  modules: readonly ModuleInfo[],
  /** The line that is typed: layers above it are looked at. */
  line: number,
): SizeChoice[] {
  if (!model) return [];
  const layer = call.signature.name;
  const out: SizeChoice[] = [];
  const put = (value: number | undefined, from: SizeChoice['from']) => {
    if (value !== undefined && !out.some(c => c.value === value)) out.push({ value, from });
  };
  for (const m of modules)
    put(sizeIn(model.values[m.inputs[0] ?? '']?.shape, argument, layer), { kind: 'input' });
  const above = model.modules
    .filter(m => m.path !== '' && m.definition && m.definition.line < line && m.outputs.length > 0)
    .sort((a, b) => b.definition!.line - a.definition!.line)
    .slice(0, 6);
  for (const m of above)
    put(sizeIn(model.values[m.outputs[0] ?? '']?.shape, argument, layer), { kind: 'output', of: m.path });
  return out.slice(0, 5);
}
