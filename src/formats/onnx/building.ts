/** The nodes of a model while it is read. */
import { ops } from '../../engine/opRegistry';
import type { Attributes, Node, Shown } from '../../model/graph';
import { unique } from './names';
import { roleOf } from './roles';
import type { NodeProto } from './schema';
import { Unsupported } from './translation';
import type { Values } from './values';

export class Building {
  readonly nodes: Node[] = [];
  /** Where the nodes that are added stand. */
  module = '';
  /** Of each value the op that makes it. */
  private readonly makers = new Map<string, string>();
  private readonly nodeIds = new Map<string, number>();

  constructor(private readonly values: Values) {}

  /** Adds a node whose outputs' types follow from its op. @throws Unsupported, ShapeError */
  push(
    op: string,
    inputs: readonly string[],
    attributes: Attributes,
    wanted?: readonly string[],
    node?: NodeProto,
  ): string[] {
    const definition = ops.get(op);
    if (!definition) throw new Unsupported(op === node?.opType ? '' : `needs ${op}`);
    const types = definition.infer(
      inputs.map(i => (i === '' ? undefined : this.values.typeOf(i))),
      attributes,
    );
    if (wanted && wanted.length > types.length)
      if (wanted.slice(types.length).some(o => o !== '')) throw new Unsupported(`output ${types.length + 1}`);
    const base = node?.output?.find(o => o !== '') ?? op;
    const outputs = types.map((t, i) => {
      const out = wanted?.[i] || this.values.fresh(`${base}:${op}`);
      this.values.setType(out, t);
      return out;
    });
    this.addGraphNode(op, inputs, attributes, outputs, node);
    return outputs;
  }

  /** The id under which a node reads a value: constants become parameters when they are first read. */
  tensorOf(id: string): string {
    if (this.values.types.has(id)) return id;
    const stored = this.values.stored.get(id);
    if (stored) {
      this.values.addParameter(id, stored);
      return id;
    }
    const known = this.values.known.get(id);
    if (!known) throw new Error(`the value "${id}" does not exist`);
    if (known.values.every(v => typeof v === 'number')) {
      this.values.addConstant(id, known.dtype, known.shape, known.values as number[]);
      return id;
    }
    // Sizes that are symbols: each becomes a tensor once the sizes are given.
    const cells = known.values.map(v => {
      const cell = this.values.fresh(`${id}:cell`);
      this.push('ConstantOfShape', [], { shape: [1], value: v, dtype: known.dtype }, [cell]);
      return cell;
    });
    const joined = this.values.fresh(`${id}:cells`);
    this.push('Concat', cells, { axis: 0 }, [joined]);
    this.push('Reshape', [joined], { shape: known.shape }, [id]);
    return id;
  }

  addGraphNode(
    op: string,
    inputs: readonly string[],
    attributes: Attributes,
    outputs: readonly string[],
    node?: NodeProto,
    shown?: Shown,
  ): void {
    // Trailing inputs that are left out say nothing.
    let end = inputs.length;
    while (end > 0 && inputs[end - 1] === '') end--;
    inputs.forEach((id, i) => {
      this.noteUse(op, i, id);
    });
    const id = unique(this.nodeIds, node?.name || `${op}_${this.nodes.length}`);
    for (const o of outputs) this.makers.set(o, op);
    this.nodes.push({
      id,
      op,
      module: this.module,
      inputs: inputs.slice(0, end),
      outputs,
      attributes,
      ...(shown && { shown }),
    });
  }

  makerOf(id: string): string | undefined {
    return this.makers.get(id);
  }

  /** What a node reads may be no weight that is learned: running statistics, scales, whole numbers. */
  private noteUse(op: string, at: number, id: string): void {
    const role = roleOf(op, at);
    const p = this.values.parameters.get(id);
    if (!role || !p) return;
    if (role === 'buffer' && p.kind === 'parameter')
      this.values.parameters.set(id, {
        ...p,
        kind: 'buffer',
        trainable: false,
        initializer: { kind: op === 'BatchNormalization' && at === 4 ? 'ones' : 'zeros' },
      });
    else if (role === 'constant' && p.kind === 'parameter') this.values.asConstant(id);
    else if (role === 'weight') this.values.asWeight(id);
  }

  /** A tensor that nodes read as a weight, by whatever way. */
  weightOf(id: string): string {
    const tensor = this.tensorOf(id);
    this.values.asWeight(tensor);
    return tensor;
  }
}
