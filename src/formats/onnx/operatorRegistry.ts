/**
 * Every operator that is read, from opset 7 on (https://onnx.ai/onnx/operators/): a file in operators/ for each family,
 * which exports `family`. Adding a file is registering it.
 */
import families from 'registry:formats/onnx/operators#family';
import { controlOps } from './control';
import { isDefault, operatorOf } from './names';
import type { NodeProto } from './schema';
import type { Translate } from './translation';

export interface OperatorFamily {
  /** Whose operators they are, e.g. "com.microsoft"; ONNX's own if absent. */
  domain?: string;
  translations: Readonly<Record<string, Translate>>;
  /** They are computed between two steps of a plan. */
  between?: boolean;
}

const translations: ReadonlyMap<string, Translate> = new Map(
  (families as readonly OperatorFamily[]).flatMap(f =>
    Object.entries(f.translations).map(([opType, t]) => [operatorOf({ ...f, opType }), t] as const),
  ),
);

/** Operators that are computed between two steps of a plan: no gradient passes. */
export const betweenSteps: ReadonlySet<string> = new Set(
  (families as readonly OperatorFamily[])
    .filter(f => f.between)
    .flatMap(f => Object.keys(f.translations).map(opType => operatorOf({ ...f, opType }))),
);

export function translationOf(node: NodeProto): Translate | undefined {
  return translations.get(operatorOf(node));
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

export const takesSequences = (op: string): boolean => /^(Sequence|ConcatFromSequence)/.test(op);

/** Folded while reading: their outputs follow from shapes alone. */
const folded: readonly string[] = ['Constant', 'Shape', 'Size'];
/** Whether a node is computed while reading, once its input's shape is known. */
export const isFolded = ({ domain, opType }: NodeProto): boolean =>
  isDefault(domain) && folded.includes(opType ?? '');

/** What is read and run. */
export const claims: readonly string[] = [...translations.keys(), ...folded, ...controlOps].sort();
