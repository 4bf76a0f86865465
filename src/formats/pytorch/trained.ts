/**
 * What a script's first training step shows, worked out on the graph that it drew: which value is the prediction,
 * what it is compared with, by which loss, and how the weights change.
 */
import type { Attributes, Dim, DType, Shape } from '../../model/graph';

/** A value as far as this needs it. */
export interface DrawnValue {
  id: number;
  dtype: DType;
  shape: Shape;
  kind: 'input' | 'leaf' | 'node';
  producer?: { op: string; inputs: readonly number[]; attributes: Attributes };
  /** What the entries of its last axis are called, in the file that it comes from. */
  columns?: readonly string[];
}

/** What Python saw; ids are of values in the graph. */
export interface Seen {
  loss: number;
  calls: readonly { inputs: readonly number[]; output: number }[];
  losses: readonly {
    name: string;
    options: Readonly<Record<string, unknown>>;
    input: number;
    target: number;
    output: number;
  }[];
  /** How often the loops around the step go round whose number of turns is known, outermost first. */
  loops: readonly number[];
  /** The number of the first value that is made in the loops around the step; nothing is a batch before. */
  begun?: number;
  whiles: boolean;
  loader: { batch: number | null; share: number } | null;
  trainable: readonly number[];
  updates: readonly { name: string; before: number; after: number; gradient: number }[];
  variables: readonly { name: string; id: number }[];
}

export interface Trained {
  /** Place in `calls` of the model that is trained; null where it is no module. */
  call: number | null;
  /** What the model is given, as the tensors were made: all rows. */
  inputs: readonly number[];
  /** What the loss compares with; all rows. */
  target: number;
  /** The prediction, in the graph. */
  predicted: number;
  rows: number;
  /** PyTorch's name: "MSELoss", "cross_entropy". */
  loss: string;
  lossOptions: Readonly<Record<string, unknown>>;
  /** The loss that is minimised is the mean loss times this. */
  scale: number;
  epochs?: number;
  batch?: number;
  /** How much of the rows trains, where the script divides them. */
  share: number;
  /** Learning rate of weights that are changed by hand. */
  byHand?: number;
  names: readonly string[];
  /** What the code tests with, in the order of `inputs` and, last, `target`; empty where that is not to be seen. */
  held: readonly number[];
  /** Of the inputs and, last, the target: what the entries of the last axis are called, where a file says that. */
  columns: readonly (readonly string[] | undefined)[];
  /** The prediction's shape without the rows. */
  answer: Shape;
  /** The prediction has scores of classes along its last axis, for each position. */
  perPosition: boolean;
  whiles: boolean;
}

export type Analysis = Trained | { error: string };

export interface Graph {
  value(id: number): DrawnValue | undefined;
  /** Numbers of a value that depends on no weight and nothing random. */
  evaluate(id: number): Float64Array | undefined;
}

/** Ops that change where numbers stand and not what they are. */
const reshaping = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Identity', 'Cast']);
const shaping = new Set([...reshaping, 'Transpose']);
const readPlain =
  'Read are the losses of torch.nn and torch.nn.functional, mean((a - b)**2), mean(abs(a - b)), their sums, and numbers times these.';

export function analyse(graph: Graph, seen: Seen): Analysis {
  const weights = new Set(seen.trainable);
  const learns = dependence(graph, weights);
  const compared = comparison(graph, seen, learns);
  if ('error' in compared) return compared;
  const { name, options, summed } = compared;
  let predicted = compared.predicted;
  let loss = name;
  let call: number | null = null;
  const ancestors = new Set(ancestorsOf(graph, predicted));
  for (let i = seen.calls.length - 1; i >= 0 && call === null; i--)
    if (ancestors.has(seen.calls[i]!.output) && learns(seen.calls[i]!.output)) call = i;
  if (call !== null) {
    const output = seen.calls[call]!.output;
    const between = path(graph, predicted, output);
    const changing = between?.filter(op => !shaping.has(op));
    const joined = changing?.length === 1 ? fused(changing[0]!, loss) : undefined;
    if (joined) loss = joined;
    else if (!changing || changing.length > 0)
      return {
        error: `Between what the model gives and the loss stands ${changing?.length ? changing.join(', ') : 'more than one value'}: put it into the model's forward, so that predictions have it too.`,
      };
    predicted = output;
  }
  const shape = graph.value(predicted)?.shape ?? [];
  const rows = shape[0];
  const positions = positioned(shape, graph.value(compared.predicted)?.shape ?? []);
  const found = data(graph, seen, call, predicted, compared.target, weights);
  if ('error' in found) return found;
  const { inputs, target, batch } = found;
  const all = graph.value(inputs[0] ?? target)?.shape[0];
  const count = typeof all === 'number' ? all : typeof rows === 'number' ? rows : 0;
  const nameOf = (id: number) => seen.variables.find(v => v.id === id)?.name ?? '';
  const hand = byHand(graph, seen);
  if (hand && 'error' in hand) return hand;
  // Of loops around each other, one over the batches is the innermost, and what is around the epochs are other tries.
  const outer =
    seen.loader !== null ? seen.loops[0] : (seen.loops.at(batch === undefined ? -1 : -2) ?? seen.loops[0]);
  // Of one loop over places of rows, the epochs are one.
  const epochs = seen.loops.length === 1 && batch !== undefined && seen.loader === null ? undefined : outer;
  const size = seen.loader?.batch ?? batch;
  // A loader was drawn as one batch of all rows.
  const loaded = summed && seen.loader?.batch && count > seen.loader.batch ? seen.loader.batch / count : 1;
  return {
    call,
    inputs,
    target,
    predicted,
    rows: count,
    loss,
    lossOptions: options,
    scale: compared.scale * loaded,
    share: seen.loader?.share ?? 1,
    whiles: seen.whiles,
    names: [...inputs, target].map(nameOf),
    held: heldOut(graph, seen, [...inputs, target]),
    columns: columnsOf(graph, [...inputs, target]),
    answer: shape.slice(1),
    perPosition: positions,
    ...(epochs !== undefined && { epochs }),
    ...(size !== undefined && size !== null && { batch: size }),
    ...(hand && { byHand: hand.rate }),
  };
}

interface Compared {
  name: string;
  options: Readonly<Record<string, unknown>>;
  predicted: number;
  target: number;
  scale: number;
  /** It is a sum: a batch of fewer rows than were drawn sums up as many less. */
  summed: boolean;
}

/** Which loss the script minimises, of what against what. */
function comparison(graph: Graph, seen: Seen, learns: (id: number) => boolean): Compared | { error: string } {
  let id = seen.loss;
  let scale = 1;
  let reduced: 'mean' | 'sum' | undefined;
  let over = 1;
  for (let guard = 0; guard < 100; guard++) {
    const named = seen.losses.findLast(l => l.output === id);
    if (named) {
      const { reduction = 'mean', ...options } = named.options as { reduction?: unknown };
      const how = reduction === 'none' ? reduced : reduction;
      if (how === undefined)
        return { error: `The loss ${named.name} gives a number for each row: take its mean.` };
      const count = how === 'sum' ? countOf(graph, named.name, named.input) : 1;
      return {
        name: named.name,
        options,
        predicted: named.input,
        target: named.target,
        scale: scale * count,
        summed: how === 'sum',
      };
    }
    const node = graph.value(id)?.producer;
    if (!node) break;
    const [a, b] = node.inputs;
    if (shaping.has(node.op) && a !== undefined) {
      id = a;
      continue;
    }
    if (
      (node.op === 'Mul' || node.op === 'Div') &&
      a !== undefined &&
      b !== undefined &&
      reduced === undefined
    ) {
      const [kept, factor] = learns(a) ? [a, b] : [b, a];
      const number = learns(factor) ? undefined : graph.evaluate(factor);
      if (number?.length === 1 && (node.op === 'Mul' || kept === a)) {
        scale = node.op === 'Mul' ? scale * number[0]! : scale / number[0]!;
        id = kept;
        continue;
      }
    }
    if ((node.op === 'ReduceMean' || node.op === 'ReduceSum') && a !== undefined && reduced === undefined) {
      reduced = node.op === 'ReduceMean' ? 'mean' : 'sum';
      over = elements(graph, a);
      if (elements(graph, id) !== 1) break;
      id = a;
      continue;
    }
    if (reduced === undefined) break;
    const difference = squared(graph, node) ?? absolute(node);
    if (!difference) break;
    const gap = graph.value(difference.of)?.producer;
    if (gap?.op !== 'Sub') break;
    const [left, right] = gap.inputs as [number, number];
    if (learns(left) === learns(right)) break;
    const [predicted, target] = learns(left) ? [left, right] : [right, left];
    const mismatch = broadcast(graph, predicted, target);
    if (mismatch) return { error: mismatch };
    return {
      name: difference.name,
      options: {},
      predicted,
      target,
      scale: reduced === 'sum' ? scale * over : scale,
      summed: reduced === 'sum',
    };
  }
  return { error: `What backward() is called on is no loss that is read. ${readPlain}` };
}

function squared(
  graph: Graph,
  node: NonNullable<DrawnValue['producer']>,
): { name: string; of: number } | undefined {
  const [a, b] = node.inputs;
  if (a === undefined) return undefined;
  if (node.op === 'Mul' && a === b) return { name: 'mse_loss', of: a };
  if (node.op === 'Square') return { name: 'mse_loss', of: a };
  if (node.op === 'Pow' && b !== undefined && graph.evaluate(b)?.every(x => x === 2))
    return { name: 'mse_loss', of: a };
  return undefined;
}

function absolute(node: NonNullable<DrawnValue['producer']>): { name: string; of: number } | undefined {
  return node.op === 'Abs' ? { name: 'l1_loss', of: node.inputs[0]! } : undefined;
}

/** PyTorch's well-known trap: [N, 1] against [N] is compared as [N, N]. */
function broadcast(graph: Graph, a: number, b: number): string | undefined {
  const [p, t] = [graph.value(a)!.shape, graph.value(b)!.shape];
  if (p.join() === t.join() || p.length === t.length) return undefined;
  return `The prediction has the shape [${p.join(', ')}] and what it is compared with [${t.join(', ')}]: each row is compared with every other one. Give both the same shape, e.g. y.unsqueeze(1).`;
}

function elements(graph: Graph, id: number): number {
  return (graph.value(id)?.shape ?? []).reduce<number>((n, d) => n * (typeof d === 'number' ? d : 1), 1);
}

/** How many numbers a loss takes the mean of. */
function countOf(graph: Graph, loss: string, input: number): number {
  const rows = graph.value(input)?.shape[0];
  return /cross_?entropy|nll/i.test(loss) && !/binary/i.test(loss)
    ? typeof rows === 'number'
      ? rows
      : 1
    : elements(graph, input);
}

/** A loss that has the last op of a model in it. */
function fused(op: string, loss: string): string | undefined {
  if (op === 'Sigmoid' && /^(BCELoss|binary_cross_entropy)$/.test(loss)) return 'BCEWithLogitsLoss';
  if (op === 'LogSoftmax' && /^(NLLLoss|nll_loss)$/.test(loss)) return 'CrossEntropyLoss';
  return undefined;
}

/** Whether a value depends on any of these. */
function dependence(graph: Graph, on: ReadonlySet<number>): (id: number) => boolean {
  const known = new Map<number, boolean>();
  return id => {
    const stack = [id];
    while (stack.length) {
      const top = stack[stack.length - 1]!;
      if (known.has(top)) {
        stack.pop();
        continue;
      }
      const inputs = (graph.value(top)?.producer?.inputs ?? []).filter(i => i >= 0);
      const open = inputs.filter(i => !known.has(i));
      if (on.has(top)) known.set(top, true);
      else if (open.length) {
        stack.push(...open);
        continue;
      } else
        known.set(
          top,
          inputs.some(i => known.get(i)),
        );
      stack.pop();
    }
    return known.get(id) === true;
  };
}

function ancestorsOf(graph: Graph, id: number): number[] {
  const seen = new Set<number>();
  const stack = [id];
  while (stack.length) {
    const top = stack.pop()!;
    if (seen.has(top)) continue;
    seen.add(top);
    stack.push(...(graph.value(top)?.producer?.inputs ?? []).filter(i => i >= 0));
  }
  return [...seen];
}

/** The ops on the way from one value to an earlier one, if that way is the only one. */
function path(graph: Graph, from: number, to: number): string[] | undefined {
  const ops: string[] = [];
  let id = from;
  while (id !== to) {
    const node = graph.value(id)?.producer;
    const next = node?.inputs.filter(i => ancestorsOf(graph, i).includes(to)) ?? [];
    if (!node || next.length !== 1) return undefined;
    ops.push(node.op);
    id = next[0]!;
  }
  return ops;
}

/**
 * Tensors that are named as those that the model is given, but for testing: `x_test` beside `x_train`. Rows of one table
 * that are as wide as the others.
 */
function heldOut(graph: Graph, seen: Seen, trained: readonly number[]): number[] {
  for (const other of ['test', 'val', 'valid', 'validation', 'eval', 'dev', 'te']) {
    const found = trained.map(id => {
      const v = graph.value(id);
      const names = seen.variables.filter(x => x.id === id).map(x => testName(x.name, other));
      const held = seen.variables.find(x => x.id !== id && names.includes(x.name));
      const w = held && graph.value(held.id);
      const fits = w && v && w.dtype === v.dtype && w.shape.slice(1).join() === v.shape.slice(1).join();
      return fits && w.shape.length === v.shape.length ? held.id : undefined;
    });
    const rows = found.map(id => (id === undefined ? undefined : graph.value(id)?.shape[0]));
    if (rows.every(n => typeof n === 'number' && n > 0 && n === rows[0])) return found as number[];
  }
  return [];
}

/** `x_test` of `x_train`, `Xte` of `Xtr`, in the spelling of the name. */
function testName(name: string, other: string): string | undefined {
  const long = name.replace(/train(ing)?/i, w => spelled(w, other));
  if (long !== name) return long;
  const short = other === 'te' ? name.replace(/tr(?=$|_)/, 'te') : name;
  return short === name ? undefined : short;
}

function spelled(as: string, word: string): string {
  if (as === as.toUpperCase()) return word.toUpperCase();
  return as[0] === as[0]!.toUpperCase() ? word[0]!.toUpperCase() + word.slice(1) : word;
}

/** Whether a loss over classes took a prediction (N, T, C) as (N·T, C), or as (N, C, T). */
function positioned(predicted: Shape, compared: Shape): boolean {
  const [n, t, c, more] = predicted;
  if (typeof n !== 'number' || typeof t !== 'number' || c === undefined || more !== undefined) return false;
  return compared.join() === [n * t, c].join() || (compared.join() === [n, c, t].join() && c !== t);
}

/** A value before it was flattened: as it has a row for each row of the data. */
function byRows(graph: Graph, id: number, rows: Dim | undefined): number {
  let at = id;
  for (let guard = 0; guard < 20; guard++) {
    const v = graph.value(at);
    const source = v?.producer?.inputs[0];
    if (!v || v.shape[0] === rows || source === undefined || !reshaping.has(v.producer!.op)) break;
    at = source;
  }
  return graph.value(at)?.shape[0] === rows ? at : id;
}

/** What the entries of values' last axes are called, as far as that is still to be seen. */
function columnsOf(graph: Graph, wanted: readonly number[]): (readonly string[] | undefined)[] {
  // Each value is looked at once: a sum of two sums has four ways back, and a loop of them no end of ways.
  const known = new Map<number, readonly string[] | undefined>();
  const of = (id: number, depth = 0): readonly string[] | undefined => {
    if (depth > 200) return undefined;
    if (!known.has(id))
      known.set(
        id,
        columnNames(graph, id, input => of(input, depth + 1)),
      );
    return known.get(id);
  };
  return wanted.map(id => of(id));
}

/** The same of one value, by what `of` says of those that it was made from. */
function columnNames(
  graph: Graph,
  id: number,
  of: (input: number) => readonly string[] | undefined,
): readonly string[] | undefined {
  const v = graph.value(id);
  if (!v) return undefined;
  const width = v.shape.at(-1);
  // A column on its own is a row of numbers with one name.
  const single = v.shape.length === 1;
  if (v.columns && v.columns.length === (single ? 1 : width)) return v.columns;
  const { producer } = v;
  const [source] = producer?.inputs ?? [];
  if (!producer || source === undefined) return undefined;
  const axes = graph.value(source)?.shape.length ?? 0;
  const last = (axis: unknown) => Number(axis) === axes - 1 || Number(axis) === -1;
  switch (producer.op) {
    case 'Slice': {
      const from = of(source);
      if (single && axes === 1) return from;
      const { axes: which, starts, ends, steps } = producer.attributes as Record<string, number[]>;
      const at = which?.findIndex(last) ?? -1;
      if (!from || at < 0) return from;
      const place = (i: number) => Math.min(i < 0 ? i + from.length : i, from.length);
      const step = steps?.[at] ?? 1;
      return step > 0
        ? from.slice(place(starts![at]!), place(ends![at]!)).filter((_, i) => i % step === 0)
        : undefined;
    }
    case 'Gather': {
      const from = of(source);
      if (!from || (single && axes === 1) || !last(producer.attributes['axis'] ?? 0)) return from;
      const picked = graph.evaluate(producer.inputs[1]!);
      return picked && Array.from(picked, i => from.at(i) ?? '');
    }
    case 'Concat': {
      const parts = producer.inputs.map(input => of(input));
      if (!last(producer.attributes['axis'])) return parts[0];
      return parts.every(p => p !== undefined) ? parts.flat() : undefined;
    }
    case 'Squeeze':
    case 'Unsqueeze':
    case 'Reshape': {
      const from = of(source);
      return from && (from.length === width || from.length === 1) ? from : undefined;
    }
    default:
      if (!keeping.has(producer.op)) return undefined;
      for (const input of producer.inputs) {
        const from =
          input >= 0 && graph.value(input)?.shape.join() === v.shape.join() ? of(input) : undefined;
        if (from) return from;
      }
      return undefined;
  }
}

/** Ops that make of each entry another one in its place. */
const keeping = new Set([
  'Cast',
  'Identity',
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Where',
  'Clip',
  'Log',
  'Sqrt',
  'Pow',
  'Max',
]);

/** The tensors that the model is given and compared with, as wholes. */
function data(
  graph: Graph,
  seen: Seen,
  call: number | null,
  predicted: number,
  target: number,
  weights: ReadonlySet<number>,
): { inputs: number[]; target: number; batch?: number } | { error: string } {
  const sizes: number[] = [];
  const whole = (id: number): number => {
    const v = graph.value(id);
    const { producer } = v ?? {};
    const source = producer?.inputs[0];
    if (!v || !producer || source === undefined) return id;
    const [rows, all] = [v.shape[0], graph.value(source)?.shape[0]];
    if (typeof rows !== 'number' || typeof all !== 'number' || rows >= all) return id;
    // A batch: some rows of all.
    if (producer.op !== 'Slice' && producer.op !== 'Gather') return id;
    if (id < (seen.begun ?? Number.POSITIVE_INFINITY)) return id;
    sizes.push(rows);
    return source;
  };
  if (call !== null) {
    const given = seen.calls[call]!.inputs;
    if (!given.length) return { error: 'The model is given no tensor.' };
    const inputs = given.map(whole);
    const goal = whole(byRows(graph, target, graph.value(given[0]!)?.shape[0]));
    return { inputs, target: goal, ...(sizes[0] !== undefined && { batch: sizes[0] }) };
  }
  const rows = graph.value(predicted)?.shape[0];
  const used = new Set(ancestorsOf(graph, predicted));
  const inputs = seen.variables
    .filter(v => used.has(v.id) && !weights.has(v.id) && graph.value(v.id)?.shape[0] === rows)
    .map(v => v.id);
  const first = [...new Set(inputs)].filter(
    id => !inputs.some(other => other !== id && ancestorsOf(graph, id).includes(other)),
  );
  if (!first.length)
    return {
      error:
        'The data that the model is given are no tensors at the top of the file: put them there, e.g. x = torch.tensor(…).',
    };
  return { inputs: first, target };
}

/** The learning rate of `w -= rate * w.grad`, of all weights; nothing where an optimizer steps. */
function byHand(graph: Graph, seen: Seen): { rate: number } | { error: string } | undefined {
  if (!seen.updates.length) return undefined;
  const rates = new Set<number>();
  for (const { name, before, after, gradient } of seen.updates) {
    const node = graph.value(after)?.producer;
    const [from, step] = node?.inputs ?? [];
    const sign = node?.op === 'Sub' ? 1 : node?.op === 'Add' ? -1 : 0;
    if (
      !node ||
      from === undefined ||
      unmoved(graph, from) !== before ||
      step === undefined ||
      sign === 0 ||
      !linear(graph, step, gradient)
    )
      return {
        error: `How ${name} changes is more than ${name} -= rate * ${name}.grad: an optimizer of torch.optim says it, e.g. torch.optim.SGD([${name}], lr=0.01, momentum=0.9).`,
      };
    const rate = graph.evaluate(step)?.[0];
    if (rate === undefined)
      return { error: `The learning rate of ${name} is not known before the script runs.` };
    // The graph holds it as a float32; the script wrote the shortest number that rounds to that.
    rates.add(sign * Number(rate.toPrecision(7)));
  }
  if (rates.size > 1)
    return {
      error: `The weights have ${rates.size} learning rates (${[...rates].join(', ')}): use an optimizer of torch.optim with parameter groups.`,
    };
  const [rate] = rates;
  return rate! > 0 ? { rate: rate! } : { error: `The weights climb: the learning rate is ${rate}.` };
}

/** A value without the marks that it is read without gradients. */
function unmoved(graph: Graph, id: number): number {
  const { producer } = graph.value(id) ?? {};
  return producer?.op === 'Identity' ? unmoved(graph, producer.inputs[0]!) : id;
}

/** Whether a value is a number times the gradient. */
function linear(graph: Graph, id: number, gradient: number): boolean {
  let at = id;
  for (let guard = 0; guard < 20; guard++) {
    if (at === gradient) return true;
    const node = graph.value(at)?.producer;
    if (!node) return false;
    const [a, b] = node.inputs;
    if (shaping.has(node.op) || node.op === 'Neg') at = a!;
    else if (node.op === 'Mul' && a !== undefined && b !== undefined) {
      const [number, rest] =
        elements(graph, a) === 1 && a !== gradient && !ancestorsOf(graph, a).includes(gradient)
          ? [a, b]
          : [b, a];
      if (ancestorsOf(graph, number).includes(gradient)) return false;
      at = rest;
    } else if (node.op === 'Div' && b !== undefined && !ancestorsOf(graph, b).includes(gradient)) at = a!;
    else return false;
  }
  return false;
}
