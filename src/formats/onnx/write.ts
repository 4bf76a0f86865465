/** Writes a model and its weights as ONNX. */
import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { VitrineError } from '../../model/errors';
import { inEvaluation } from '../../model/evaluation';
import type {
  Attribute,
  Attributes,
  Dim,
  DType,
  Model,
  Node,
  Tensor,
  Tensors,
  TensorType,
} from '../../model/graph';
import { channelAxis, quantisable, quantised } from '../../model/quantise';
import { listed } from '../../model/suggest';
import { elementTypeOf, modelProto } from './schema';
import { type SizeTree, sizeTree } from './sizes';
import { encode } from './wire';
import { floatAttributes, writers, writtenOpset } from './writers';
import type { WriteContext } from './writing';

/** The version of the format that came with the operator sets that are written. */
const irVersion = 10;
/** A protobuf message must stay below 2 GB; with this much of weights they go to a file beside it. */
const mostInside = 1_500_000_000;

interface Initializer {
  name: string;
  dtype: DType;
  shape: readonly number[];
  data: Uint8Array;
}

/** Engine and ONNX agree on float32; narrower and wider floats are written as what they are computed in. */
const written = (dtype: DType): DType => (/^b?float/.test(dtype) ? 'float32' : dtype);

export interface WriteOptions {
  /** Weights of two or more axes as whole numbers of 8 bits and a scale a channel (DequantizeLinear): a quarter of the room. */
  eightBits?: boolean;
  /** Bytes of weights above which they go to a file of their own. */
  most?: number;
}

/**
 * The model as bytes of an ONNX file. Symbolic sizes stay symbolic, under their names.
 *
 * @throws VitrineError bad-request (a weight is missing or of another size), unsupported-op (with no ONNX counterpart)
 */
export function onnxBytes(model: Model, weights: Tensors, options: WriteOptions = {}): Uint8Array {
  return encode(modelProto, new Writer(inEvaluation(model), weights, options).model(undefined));
}

/**
 * Writes the file so that it is whole or not there. Weights of more than 1.5 GB go to `FILE.data` beside it.
 *
 * @throws VitrineError as `onnxBytes`, and bad-file when the disk refuses
 */
export async function writeOnnx(
  file: string,
  model: Model,
  weights: Tensors,
  options: WriteOptions = {},
): Promise<void> {
  const writer = new Writer(inEvaluation(model), weights, options);
  if (writer.bytes <= (options.most ?? mostInside))
    return replace(file, [encode(modelProto, writer.model(undefined))]);
  const data = `${path.basename(file)}.data`;
  const parts: Uint8Array[] = [];
  const message = writer.model({ location: data, parts });
  await replace(path.join(path.dirname(file), data), parts);
  await replace(file, [encode(modelProto, message)]);
}

async function replace(file: string, parts: readonly Uint8Array[]): Promise<void> {
  const temporary = path.join(
    path.dirname(file),
    `.${path.basename(file)}.${randomBytes(6).toString('hex')}.tmp`,
  );
  try {
    const handle = await open(temporary, 'wx');
    try {
      for (const part of parts) await handle.writeFile(part);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (e) {
    await rm(temporary, { force: true });
    throw new VitrineError('bad-file', `${file} cannot be written: ${(e as Error).message}`, {
      at: { file },
    });
  }
}

class Writer {
  private readonly initializers = new Map<string, Initializer>();
  private readonly nodes: Record<string, unknown>[] = [];
  private readonly taken: Set<string>;
  private readonly constants = new Map<string, string>();
  private readonly sizes = new Map<string, string>();
  private next = 0;
  private node: Node | undefined;

  constructor(
    private readonly source: Model,
    weights: Tensors,
    { eightBits }: WriteOptions,
  ) {
    const rounded = new Set(eightBits ? quantisable(source) : []);
    this.taken = new Set([...Object.keys(source.values), ...source.parameters.map(p => p.name)]);
    for (const p of source.parameters) {
      const t = weights[p.name];
      if (!t || t.data.length !== p.shape.reduce((a, b) => a * b, 1))
        throw new VitrineError(
          'bad-request',
          t
            ? `The weight "${p.name}" has ${t.data.length} values, but its shape is (${p.shape.join(', ')}).`
            : `The weights of ${source.name} lack "${p.name}".`,
        );
      if (rounded.has(p.name)) this.addRounded(p.name, t);
      else this.add(p.name, written(p.dtype), p.shape, t.data);
    }
    const missing = [...new Set(source.nodes.map(n => n.op).filter(op => !Object.hasOwn(writers, op)))];
    if (missing.length > 0)
      throw new VitrineError(
        'unsupported-op',
        `${source.name} cannot be written as ONNX: there is no counterpart of ${listed(missing)}.`,
      );
    for (const node of source.nodes) {
      this.node = node;
      writers[node.op]!(this.context(node));
    }
  }

  get bytes(): number {
    return [...this.initializers.values()].reduce((n, i) => n + i.data.length, 0);
  }

  model(external: { location: string; parts: Uint8Array[] } | undefined): Record<string, unknown> {
    const { source } = this;
    let offset = 0;
    const place = (i: Initializer) => {
      const base = { dims: i.shape, dataType: elementTypeOf[i.dtype], name: i.name };
      if (!external || i.data.length < 1024) return { ...base, rawData: i.data };
      const at = offset;
      external.parts.push(i.data);
      offset += i.data.length;
      return {
        ...base,
        dataLocation: 1,
        externalData: [
          { key: 'location', value: external.location },
          { key: 'offset', value: String(at) },
          { key: 'length', value: String(i.data.length) },
        ],
      };
    };
    const info = (id: string) => ({ name: id, type: { tensorType: this.typeProto(source.values[id]!) } });
    return {
      irVersion,
      producerName: 'Vitrine',
      graph: {
        node: this.nodes,
        name: source.name,
        initializer: [...this.initializers.values()].map(place),
        input: source.inputs.map(info),
        output: source.outputs.map(info),
      },
      opsetImport: [{ domain: '', version: source.nodes.some(roundsUp) ? ceilOpset : writtenOpset }],
    };
  }

  private typeProto({ dtype, shape }: TensorType) {
    return {
      elemType: elementTypeOf[written(dtype)],
      shape: { dim: shape.map(d => (typeof d === 'number' ? { dimValue: d } : { dimParam: d })) },
    };
  }

  private add(
    name: string,
    dtype: DType,
    shape: readonly number[],
    values: Tensor['data'] | Int8Array | readonly number[],
  ): string {
    this.initializers.set(name, { name, dtype, shape, data: bytesOf(dtype, values) });
    return name;
  }

  private addRounded(name: string, weight: Tensor): void {
    const axis = channelAxis(this.source, name);
    const { codes, scales } = quantised(weight, axis, 8);
    this.emit(
      'DequantizeLinear',
      [
        this.add(this.fresh(`${name}_codes`), 'int8', weight.shape, codes),
        this.add(this.fresh(`${name}_scale`), 'float32', [scales.length], scales),
      ],
      { axis },
      [name],
    );
  }

  private fresh(stem: string): string {
    let name: string;
    do name = `${stem}_${this.next++}`;
    while (this.taken.has(name));
    this.taken.add(name);
    return name;
  }

  private constant(dtype: DType, shape: readonly number[], values: readonly number[]): string {
    const key = `${dtype}[${shape}]${values}`;
    const known = this.constants.get(key);
    if (known) return known;
    const name = this.add(this.fresh('const'), dtype, shape, values);
    this.constants.set(key, name);
    return name;
  }

  private emit(
    op: string,
    inputs: readonly string[],
    attributes: Attributes = {},
    outputs?: readonly string[],
  ): string {
    const made = outputs ?? [this.fresh(op)];
    let end = inputs.length;
    while (end > 0 && inputs[end - 1] === '') end--;
    this.nodes.push({
      input: inputs.slice(0, end),
      output: made,
      name: `/${this.node?.module ? `${this.node.module}/` : ''}${op}_${this.nodes.length}`,
      opType: op,
      attribute: Object.entries(attributes).map(([name, value]) => attributeProto(name, value)),
    });
    return made[0]!;
  }

  /** An int64 vector of one size. */
  private size(dim: Dim): string {
    if (typeof dim === 'number') return this.constant('int64', [1], [dim]);
    const known = this.sizes.get(dim);
    if (known) return known;
    const made = this.sizeOf(sizeTree(dim));
    this.sizes.set(dim, made);
    return made;
  }

  private sizeOf(tree: SizeTree): string {
    if (tree.kind === 'number') return this.constant('int64', [1], [tree.value]);
    if (tree.kind === 'symbol') {
      for (const id of this.source.inputs) {
        const axis = this.source.values[id]!.shape.indexOf(tree.name);
        if (axis >= 0) return this.emit('Shape', [id], { start: axis, end: axis + 1 });
      }
      throw new VitrineError(
        'bad-model',
        `${this.source.name} uses the size ${tree.name}, which no input has. Give its inputs' shapes by it.`,
      );
    }
    const op = { add: 'Add', sub: 'Sub', mul: 'Mul', div: 'Div' }[tree.kind];
    return this.emit(op, [this.sizeOf(tree.a), this.sizeOf(tree.b)]);
  }

  private dims(values: readonly Dim[]): string {
    if (values.every(v => typeof v === 'number'))
      return this.constant('int64', [values.length], (values as readonly number[]).map(clampToInt64));
    return values.length === 1
      ? this.size(values[0]!)
      : this.emit(
          'Concat',
          values.map(v => this.size(v)),
          { axis: 0 },
        );
  }

  private cast(id: string, from: DType, to: DType): string {
    if (written(from) === written(to)) return id;
    return this.emit('Cast', [id], { to });
  }

  private context(node: Node): WriteContext {
    const { values } = this.source;
    const type = (id: string | undefined): TensorType => {
      const found = id ? values[id] : undefined;
      if (!found) throw new VitrineError('bad-model', `${this.source.name} has no value "${id ?? ''}".`);
      return found;
    };
    return {
      node,
      inputs: node.inputs,
      outputs: node.outputs,
      attributes: node.attributes,
      has: i => Boolean(node.inputs[i]),
      type: i => type(node.inputs[i]),
      outputType: i => type(node.outputs[i]),
      number: (name, otherwise) => {
        const value = node.attributes[name];
        return typeof value === 'number' ? value : typeof value === 'boolean' ? Number(value) : otherwise;
      },
      ints: (list, scalar) => this.constant('int64', scalar ? [] : [list.length], list.map(clampToInt64)),
      dims: list => this.dims(list),
      scalar: (value, dtype) => {
        const to = written(dtype);
        if (typeof value === 'number') return this.constant(to, [], [value]);
        const one = this.emit('Reshape', [this.size(value), this.constant('int64', [0], [])]);
        return this.cast(one, 'int64', to);
      },
      filled: (value, shape) =>
        this.emit('Expand', [this.constant('float32', [], [value]), this.dims(shape)]),
      cast: (id, from, to) => this.cast(id, from, to),
      emit: (op, inputs, attributes, outputs) => this.emit(op, inputs, attributes, outputs),
      finish: (op, inputs, attributes) => {
        this.emit(op, inputs, attributes, node.outputs);
        return undefined;
      },
      refuse: why => {
        throw new VitrineError(
          'unsupported-op',
          `${this.source.name}'s ${node.op}${node.module ? ` in ${node.module}` : ''} cannot be written as ONNX: ${why}.`,
          node.call && { at: node.call },
        );
      },
    };
  }
}

/** Pools count windows as PyTorch does, with `ceil_mode`, from this version on. */
const ceilOpset = 22;

function roundsUp({ op, attributes }: Node): boolean {
  return (op === 'MaxPool' || op === 'AveragePool') && Boolean(attributes['ceil_mode']);
}

/** Open ends of slices are beyond what a double tells of 64-bit integers: any huge number does. */
function clampToInt64(x: number): number {
  return Math.min(Math.max(x, -(2 ** 62)), 2 ** 62);
}

const dtypeAttributes = new Set(['to', 'dtype']);

/** Numbers of AttributeProto.AttributeType: FLOAT 1, INT 2, STRING 3, FLOATS 6, INTS 7. */
function attributeProto(name: string, value: Attribute): Record<string, unknown> {
  if (dtypeAttributes.has(name)) return { name, type: 2, i: elementTypeOf[written(value as DType)] };
  if (typeof value === 'string') return { name, type: 3, s: new TextEncoder().encode(value) };
  if (typeof value === 'boolean') return { name, type: 2, i: Number(value) };
  if (typeof value === 'number')
    return floatAttributes.has(name) ? { name, type: 1, f: value } : { name, type: 2, i: value };
  if (typeof value[0] === 'string')
    return { name, type: 8, strings: value.map(v => new TextEncoder().encode(String(v))) };
  return floatAttributes.has(name) ? { name, type: 6, floats: value } : { name, type: 7, ints: value };
}

function bytesOf(dtype: DType, values: Tensor['data'] | Int8Array | readonly number[]): Uint8Array {
  const width = { int64: 8, int8: 1, uint8: 1, bool: 1 }[dtype as string] ?? 4;
  const bytes = new Uint8Array(values.length * width);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) {
    const x = values[i]!;
    if (dtype === 'int64') view.setBigInt64(i * 8, BigInt(Math.trunc(x)), true);
    else if (dtype === 'int32') view.setInt32(i * 4, x, true);
    else if (dtype === 'bool') view.setUint8(i, x === 0 ? 0 : 1);
    else if (width === 1) view.setUint8(i, x);
    else view.setFloat32(i * 4, x, true);
  }
  return bytes;
}
