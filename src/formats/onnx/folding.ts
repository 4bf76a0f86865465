/** Constants, and what follows from constants and shapes: computed while reading. */
import type { Dim, DType } from '../../model/graph';
import type { Building } from './building';
import { fold } from './folds';
import type { Known } from './known';
import { isDefault } from './names';
import { type AttributeProto, elementTypes, type NodeProto } from './schema';
import { maxRank, storedTensor, type TensorFiles } from './tensors';
import { maxAttribute } from './translation';
import type { Values } from './values';
import { numbersOf } from './wire';

export class Folding {
  constructor(
    private readonly files: TensorFiles,
    private readonly values: Values,
    private readonly building: Building,
    /** Which version of the operator set is read by. */
    private readonly version: { readonly opset: number },
  ) {}

  /** Constants, and what follows from constants and shapes. */
  evaluate(
    node: NodeProto,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: ReadonlyMap<string, AttributeProto>,
  ): boolean {
    const op = node.opType ?? '';
    const [output] = outputs;
    if (!isDefault(node.domain) || !output) return false;
    if (op === 'Constant') return this.constantNode(output, node.output![0]!, attributes);
    const set = (known: Known) => {
      this.values.known.set(output, known);
      return true;
    };
    const int = (name: string, otherwise: number) => attributes.get(name)?.i ?? otherwise;
    if (op === 'Shape' || op === 'Size') {
      const shape =
        inputs[0] === undefined || this.values.unknown.has(inputs[0])
          ? undefined
          : this.values.shapeOf(inputs[0]);
      if (!shape) return false;
      if (op === 'Size') {
        const size = fold('ReduceProd', this.foldContext([vector(shape)], attributes, outputs));
        return size ? set({ ...size[0]!, shape: [] }) : false;
      }
      const rank = shape.length;
      const at = (v: number) => Math.min(Math.max(v < 0 ? v + rank : v, 0), rank);
      return set(vector(shape.slice(at(int('start', 0)), at(int('end', rank)))));
    }
    if (op === 'CastLike') return this.castLike(output, inputs);
    if (outputs.length !== 1) return false;
    const given = inputs.map(id => (id === '' ? undefined : this.values.foldable(id)));
    const isShapeOp = op === 'ConstantOfShape';
    if (given.some((k, i) => k === undefined && inputs[i] !== '') || given.length === 0) return false;
    const result = fold(op, this.foldContext(given, attributes, outputs));
    if (result?.[0]) return set(result[0]);
    if (!isShapeOp) return false;
    const shape = given[0]!.values;
    const { dtype, value } = this.values.fillOf(attributes) ?? { dtype: 'float32' as DType, value: 0 };
    if (shape.length > maxRank) return false;
    this.building.push('ConstantOfShape', [], { shape, value, dtype }, [output], node);
    return true;
  }

  /** The second input says no more than its type. */
  private castLike(output: string, [x, like]: readonly string[]): boolean {
    const known = x ? this.values.foldable(x) : undefined;
    if (!known || !like || this.values.unknown.has(like)) return false;
    const to = this.values.typeOf(like).dtype;
    const result = fold('Cast', { ...this.foldContext([known], new Map(), [output]), to });
    if (result?.[0]) this.values.known.set(output, result[0]);
    return result !== undefined;
  }

  private foldContext(
    inputs: readonly (Known | undefined)[],
    attributes: ReadonlyMap<string, AttributeProto>,
    outputs: readonly string[],
  ) {
    return {
      inputs,
      integer: (name: string, otherwise: number) => attributes.get(name)?.i ?? otherwise,
      integers: (name: string) => {
        const list = attributes.get(name)?.ints;
        return list && numbersOf(this.files.source, list, maxAttribute);
      },
      outputs: outputs.length,
      opset: this.version.opset,
      to: elementTypes[attributes.get('to')?.i ?? 0]?.dtype,
      fill: this.values.fillOf(attributes),
    };
  }

  private constantNode(id: string, name: string, attributes: ReadonlyMap<string, AttributeProto>): boolean {
    const { source } = this.files;
    for (const [key, a] of attributes) {
      if (key === 'value' && a.t) {
        this.values.addStored(id, storedTensor(this.files, a.t, name, this.values.words), false);
        return true;
      }
      const values =
        key === 'value_float'
          ? [a.f ?? 0]
          : key === 'value_int'
            ? [a.i ?? 0]
            : key === 'value_floats'
              ? numbersOf(source, a.floats, maxAttribute)
              : key === 'value_ints'
                ? numbersOf(source, a.ints, maxAttribute)
                : undefined;
      if (!values) continue;
      this.values.known.set(id, {
        dtype: key.includes('float') ? 'float32' : 'int64',
        shape: key.endsWith('s') ? [values.length] : [],
        values,
      });
      return true;
    }
    return false;
  }
}

function vector(values: readonly Dim[]): Known {
  return { dtype: 'int64', shape: [values.length], values };
}
