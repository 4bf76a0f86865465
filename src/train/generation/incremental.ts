/**
 * A model that scores every position of a text from the positions up to it, as one that reads a token at a time: what
 * attention looks back at (keys and values) is kept between tokens, all else is computed for the newest position only.
 *
 * Which axis of a value runs along the text follows from the graph, op by op. That no position looks at a later one does
 * not: whoever uses the result compares it with the model itself (`generateText`).
 */
import type { Attributes, Model, Node, Shape, Value } from '../../model/graph';

export interface Incremental {
  /** Inputs: a token (N, 1) under the model's own name, `place` and `here`, and what is kept. Scores (N, 1, V). */
  step: Model;
  /** The input [1] with the position of the token. */
  place: string;
  /** The input [length] that is 1 at that position and 0 elsewhere. */
  here: string;
  /** Inputs that are kept, each with the output that it keeps. */
  carry: Readonly<Record<string, string>>;
  /** How many positions the model has. */
  length: number;
}

/** Ops that compute each cell from the cells of their inputs at the same place. */
const elementwise = new Set(
  (
    'Abs Add And Cast Ceil Celu Clip Cos Div Dropout Elu Equal Erf Exp Floor Gelu Greater GreaterOrEqual HardSigmoid HardSwish ' +
    'Identity LeakyRelu Less LessOrEqual Log Max Min Mish Mod Mul Neg Not NotEqual Or PRelu Pow Reciprocal Relu Round Selu ' +
    'Sigmoid Sign Sin Softplus Softsign Sqrt Sub Swish Tanh Where Xor'
  ).split(' '),
);

/** Undefined where the graph has an op that is not followed, or where positions are mixed other than by attention. */
export function incremental(model: Model): Incremental | undefined {
  const input = model.inputs[0];
  const length = input === undefined ? undefined : model.values[input]!.shape[1];
  if (model.inputs.length !== 1 || typeof length !== 'number' || model.values[input!]!.shape.length !== 2)
    return undefined;
  try {
    return new Rewriting(model, input!, length).result();
  } catch (e) {
    if (e instanceof NotFollowed) return undefined;
    throw e;
  }
}

class NotFollowed extends Error {}

interface Followed {
  node: Node;
  axis: number | undefined;
}

const place = '%place';
const here = '%here';

class Rewriting {
  private readonly nodes: Node[] = [];
  private readonly values: Record<string, Value>;
  /** Of values that depend on the text: the axis that runs along it, of length 1 now. */
  private readonly along = new Map<string, number>();
  /** Kept whole, by the id of the value. */
  private readonly whole = new Map<string, string>();
  private readonly carry: Record<string, string> = {};

  constructor(
    private readonly model: Model,
    private readonly input: string,
    private readonly length: number,
  ) {
    this.values = { ...model.values };
    this.add(place, [1], 'int64');
    this.add(here, [length]);
    this.mark(input, 1);
    for (const node of model.nodes) {
      const { axis, node: now } = this.follow(node);
      this.nodes.push(now);
      if (axis !== undefined) for (const id of node.outputs) if (id !== '') this.mark(id, axis);
    }
  }

  result(): Incremental {
    const output = this.model.outputs[0]!;
    if (this.along.get(output) !== 1 || this.model.values[output]!.shape.length !== 3)
      throw new NotFollowed();
    return {
      step: {
        ...this.model,
        inputs: [this.input, place, here, ...Object.keys(this.carry)],
        outputs: [output, ...Object.values(this.carry)],
        values: this.values,
        nodes: this.nodes,
      },
      place,
      here,
      carry: this.carry,
      length: this.length,
    };
  }

  /** The node as it is to be, and the axis of its outputs that runs along the text; none where they do not depend on it. */
  private follow(node: Node): Followed {
    const axes = node.inputs.map(id => this.along.get(id));
    if (axes.every(a => a === undefined)) return { node, axis: undefined };
    const [first] = node.inputs as [string];
    const axis = axes[0];
    const rank = (id: string) => this.model.values[id]!.shape.length;
    const own = (name: string) => (node.attributes[name] as number) ?? -1;
    const positive = (a: number, of = rank(first)) => (a < 0 ? a + of : a);
    /** An op over `over`, which must not be the text's axis. */
    const keeps = (over: readonly number[], moved = axis): Followed => {
      if (axis === undefined || over.includes(axis)) throw new NotFollowed();
      return { node, axis: moved };
    };
    if (elementwise.has(node.op)) return this.broadcast(node);
    switch (node.op) {
      case 'MatMul':
        return this.multiply(node);
      case 'Gather': {
        // A row of a table for each token; what is taken out of a text's own values is not followed.
        if (axes[1] === undefined || axis !== undefined || own('axis') > 0) throw new NotFollowed();
        return { node, axis: axes[1] };
      }
      case 'LayerNormalization':
      case 'RMSNormalization': {
        const from = positive(own('axis'));
        return keeps(Array.from({ length: rank(first) - from }, (_, i) => from + i));
      }
      case 'Softmax':
      case 'LogSoftmax':
      case 'Split':
        return keeps([positive(own('axis'))]);
      case 'Concat': {
        if (axes.some(a => a !== axis)) throw new NotFollowed();
        return keeps([positive(own('axis'))]);
      }
      case 'Slice': {
        const over = (node.attributes['axes'] as readonly number[] | undefined)?.map(a => positive(a));
        if (!over) throw new NotFollowed();
        return keeps(over);
      }
      case 'Transpose':
        return keeps([], (node.attributes['perm'] as readonly number[]).indexOf(axis!));
      case 'Unsqueeze': {
        const out = rank(node.outputs[0]!);
        const added = (node.attributes['axes'] as readonly number[]).map(a => positive(a, out));
        const left = Array.from({ length: out }, (_, i) => i).filter(i => !added.includes(i));
        return keeps([], left[axis!]!);
      }
      case 'Squeeze': {
        const gone = (node.attributes['axes'] as readonly number[]).map(a => positive(a));
        return keeps(gone, axis! - gone.filter(a => a < axis!).length);
      }
      case 'ReduceMean':
      case 'ReduceSum':
      case 'ReduceMax': {
        const over = (node.attributes['axes'] as readonly number[] | undefined)?.map(a => positive(a));
        if (!over) throw new NotFollowed();
        const lost = node.attributes['keepdims'] === 0 ? over.filter(a => a < axis!).length : 0;
        return keeps(over, axis! - lost);
      }
      case 'Reshape':
        return this.reshape(node, axis!);
      default:
        throw new NotFollowed();
    }
  }

  private broadcast(node: Node): Followed {
    const out = this.model.values[node.outputs[0]!]!.shape.length;
    const shape = (id: string) => this.model.values[id]!.shape;
    // Axes are counted from the right, as broadcasting does.
    const fromRight = node.inputs.flatMap(id => {
      const axis = this.along.get(id);
      return axis === undefined ? [] : [shape(id).length - axis];
    });
    const right = fromRight[0]!;
    if (fromRight.some(r => r !== right)) throw new NotFollowed();
    const inputs = node.inputs.map(id => {
      if (id === '' || this.along.has(id)) return id;
      const at = shape(id).length - right;
      return at >= 0 && shape(id)[at] === this.length ? this.row(id, at) : id;
    });
    return { node: { ...node, inputs }, axis: out - right };
  }

  private multiply(node: Node): Followed {
    const [a, b] = node.inputs as [string, string];
    const right = (id: string) => {
      const axis = this.along.get(id);
      return axis === undefined ? undefined : this.model.values[id]!.shape.length - axis;
    };
    const out = this.model.values[node.outputs[0]!]!.shape.length;
    const [ra, rb] = [right(a), right(b)];
    if (ra === undefined || ra < 2) throw new NotFollowed();
    if (rb === undefined || (ra > 2 && rb === ra)) return { node, axis: out - ra };
    if (ra !== 2 || rb > 2) throw new NotFollowed();
    // Scores against all keys, or a mean of all values.
    return { node: { ...node, inputs: [a, this.kept(b)] }, axis: out - 2 };
  }

  private reshape(node: Node, axis: number): Followed {
    const before = this.model.values[node.inputs[0]!]!.shape;
    const after = this.model.values[node.outputs[0]!]!.shape;
    /** Numbers multiplied, symbols listed: what makes two runs of axes hold the same cells. */
    const sizes = (dims: Shape) => {
      const symbols = dims.filter(d => typeof d !== 'number');
      return `${dims.reduce((n: number, d) => (typeof d === 'number' ? n * d : n), 1)}·${symbols.sort().join('·')}`;
    };
    const at = after.findIndex(
      (d, i) => d === this.length && sizes(after.slice(0, i)) === sizes(before.slice(0, axis)),
    );
    if (at < 0) throw new NotFollowed();
    const attributes: Attributes = { shape: after.map((d, i) => (i === at ? 1 : d)) };
    return { node: { ...node, attributes }, axis: at };
  }

  /** A constant's row at the position. */
  private row(id: string, axis: number): string {
    const shape = this.model.values[id]!.shape.map((d, i) => (i === axis ? 1 : d));
    return this.emit('Gather', [id, place], { axis }, shape, this.model.values[id]!.dtype);
  }

  /** All positions so far: what was kept, and the newest where it belongs. */
  private kept(id: string): string {
    const known = this.whole.get(id);
    if (known !== undefined) return known;
    const axis = this.along.get(id)!;
    const shape = this.model.values[id]!.shape;
    const past = this.add(`%past:${id}`, shape);
    const there = this.emit(
      'Reshape',
      [here],
      { shape: shape.slice(axis).map((_, i) => (i === 0 ? this.length : 1)) },
      shape.slice(axis).map((_, i) => (i === 0 ? this.length : 1)),
    );
    const newest = this.emit('Mul', [id, there], {}, shape);
    // The past is 0 where nothing has been written: the sum is the newest value itself there.
    const all = this.emit('Add', [past, newest], {}, shape);
    this.carry[past] = all;
    this.whole.set(id, all);
    return all;
  }

  private mark(id: string, axis: number): void {
    const value = this.model.values[id]!;
    this.along.set(id, axis);
    this.values[id] = { ...value, shape: value.shape.map((d, i) => (i === axis ? 1 : d)) };
  }

  private add(id: string, shape: Shape, dtype: Value['dtype'] = 'float32'): string {
    this.values[id] = { id, dtype, shape };
    return id;
  }

  private emit(
    op: string,
    inputs: readonly string[],
    attributes: Attributes,
    shape: Shape,
    dtype: Value['dtype'] = 'float32',
  ): string {
    const id = this.add(`%step:${this.nodes.length}`, shape, dtype);
    this.nodes.push({
      id: `%step.node:${this.nodes.length}`,
      op,
      module: '',
      inputs,
      outputs: [id],
      attributes,
    });
    return id;
  }
}
