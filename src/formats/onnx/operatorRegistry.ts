/**
 * Every operator that is read, from opset 7 on (https://onnx.ai/onnx/operators/): a file in operators/ for each family,
 * which exports `family`. Adding a file is registering it.
 */
import families from 'registry:formats/onnx/operators#family';
import { ops } from '../../engine/opRegistry';
import type { Translate } from './translation';

export interface OperatorFamily {
  /** Whose operators they are, e.g. "com.microsoft"; ONNX's own if absent. */
  domain?: string;
  translations: Readonly<Record<string, Translate>>;
}

const key = (domain: string | undefined, op: string) =>
  !domain || domain === 'ai.onnx' ? op : `${domain}.${op}`;

const translations: ReadonlyMap<string, Translate> = new Map(
  (families as readonly OperatorFamily[]).flatMap(f =>
    Object.entries(f.translations).map(([op, t]) => [key(f.domain, op), t] as const),
  ),
);

export function translationOf(domain: string | undefined, op: string): Translate | undefined {
  return translations.get(key(domain, op));
}

/** Operators that leave values as they are, whatever these stand for. */
const moving = new Set(
  'ArrayFeatureExtractor Concat Expand Flatten Gather GatherElements Identity Reshape Slice Split Squeeze Tile Transpose Unsqueeze Where'.split(
    ' ',
  ),
);

export const movesText = (op: string): boolean => moving.has(op);

/** Operators that have an answer for text, of which the engine knows numbers only. */
export const takesText = (op: string): boolean =>
  moving.has(op) || ['Equal', 'LabelEncoder', 'OneHotEncoder', 'CategoryMapper'].includes(op);

/** Folded while reading: their outputs follow from shapes alone. */
const folded: readonly string[] = ['Constant', 'Shape', 'Size'];
/** Whether a node is computed while reading, once its input's shape is known. */
export const isFolded = ({ domain, opType }: { domain?: string; opType?: string }): boolean =>
  (!domain || domain === 'ai.onnx') && folded.includes(opType ?? '');

/** Put in their place (control.ts). */
const placed: readonly string[] = ['If', 'Loop', 'Scan'];
/** Operators that are translated to the op of the same name, and so need it. */
const needsOwnOp = new Set(
  'Acos Acosh Asin Asinh Atan Atanh Cosh GRU GatherND IsInf IsNaN LRN LSTM RNN Shrink Sinh'.split(' '),
);

function isComputed(name: string): boolean {
  const op = ops.get(name);
  return Boolean(op?.lower ?? op?.expand);
}

/** What is read and run: an operator of the engine's own name only if the engine computes it. */
export const claims: readonly string[] = [...translations.keys(), ...folded, ...placed]
  .filter(name => !needsOwnOp.has(name) || isComputed(name))
  .sort();
