/**
 * If, Loop and Scan. Our graphs have no control flow, so what is known while reading is put in its place: the branch that
 * is taken, or as many copies of a body as it has rounds. Where both branches have one shape, both are computed and one
 * is chosen. A Loop whose end is computed while it runs has as many rounds as it may have at most; what those behind its
 * end change is dropped. Everything else is not run; then one copy of each body stands in the graph, to be seen.
 */
import type { Attributes, Dim, TensorType } from '../../model/graph';
import type { Known } from './known';
import type { AttributeProto, GraphProto, NodeProto } from './schema';
import { Blocked, NeedsValue, Unsupported } from './translation';

/** More copies of a body than these are not made. */
const maxRounds = 512;

/** What the reader of the graph offers. */
export interface ControlHost {
  /** Puts a graph in place, with ids for its inputs; ids of its outputs. `label` names its scope. */
  inline(graph: GraphProto, inputs: readonly string[], label: string): string[];
  known(id: string): Known | undefined;
  type(id: string): TensorType;
  /** Whether nothing is known of its shape. */
  isUnknown(id: string): boolean;
  /** How many nodes could not be planned by now. */
  refused(): number;
  emit(op: string, inputs: readonly string[], attributes: Attributes): string;
  constant(known: Known): string;
  integers(attribute: AttributeProto | undefined): number[];
  opset: number;
}

export const controlOps: ReadonlySet<string> = new Set(['If', 'Loop', 'Scan']);

/** Subgraphs of a node by the names of their attributes. */
function graphsOf(attributes: ReadonlyMap<string, AttributeProto>): [string, GraphProto][] {
  return [...attributes].flatMap(([name, a]) => (a.g ? [[name, a.g] as [string, GraphProto]] : []));
}

/** @returns ids of the node's outputs. @throws Unsupported, NeedsValue */
export function runControl(
  node: NodeProto,
  inputs: readonly string[],
  attributes: ReadonlyMap<string, AttributeProto>,
  host: ControlHost,
): string[] {
  switch (node.opType) {
    case 'If':
      return branch(inputs, attributes, host);
    case 'Loop':
      return loop(node, inputs, attributes, host);
    default:
      return scan(inputs, attributes, host);
  }
}

/** One copy of each body, for the eye. @returns what the bodies compute */
export function showControl(
  inputs: readonly string[],
  attributes: ReadonlyMap<string, AttributeProto>,
  host: ControlHost,
): string[] {
  return graphsOf(attributes).flatMap(([name, graph]) => {
    const wanted = graph.input?.length ?? 0;
    // The first two inputs of a Loop's body are the round and the condition, as those of the node are their ends.
    const given = Array.from({ length: wanted }, (_, i) => inputs[i] || inputs.find(id => id !== '') || '');
    return given.includes('') ? [] : host.inline(graph, given, name.replace(/_branch$/, ''));
  });
}

function branch(
  inputs: readonly string[],
  attributes: ReadonlyMap<string, AttributeProto>,
  host: ControlHost,
): string[] {
  const [then, otherwise] = [attributes.get('then_branch')?.g, attributes.get('else_branch')?.g];
  if (!then || !otherwise || !inputs[0]) throw new Unsupported('a branch is left out');
  const condition = host.known(inputs[0])?.values[0];
  if (typeof condition === 'number')
    return host.inline(condition !== 0 ? then : otherwise, [], condition ? 'then' : 'else');
  try {
    return both(inputs[0], then, otherwise, host);
  } catch (e) {
    throw decidedBy(e, inputs[0], 'its condition', host);
  }
}

/** Where both branches have one shape each is computed, and one chosen. @throws Unsupported */
function both(decides: string, then: GraphProto, otherwise: GraphProto, host: ControlHost): string[] {
  const before = host.refused();
  const a = host.inline(then, [], 'then');
  const b = host.inline(otherwise, [], 'else');
  if (a.length !== b.length) throw new Unsupported('branches with other outputs');
  if (host.refused() > before) throw new Blocked();
  // A condition may be [] or [1]; as a scalar it changes no shape.
  const scalar = host.emit('Reshape', [decides], { shape: [] });
  return a.map((x, i) => {
    const y = b[i]!;
    if (host.isUnknown(x) || host.isUnknown(y)) throw new Blocked();
    const [s, t] = [host.type(x), host.type(y)];
    if (s.dtype !== t.dtype || s.shape.join() !== t.shape.join())
      throw new Unsupported('a condition that decides shapes');
    return host.emit('Where', [scalar, x, y], {});
  });
}

/** What cannot be planned without a value that is computed waits for it. */
function decidedBy(e: unknown, id: string | undefined, what: string, host: ControlHost): unknown {
  if (!(e instanceof Unsupported || e instanceof Blocked) || id === undefined) return e;
  if (host.isUnknown(id)) return new Blocked();
  return new NeedsValue(id, what, [id]);
}

function loop(
  node: NodeProto,
  inputs: readonly string[],
  attributes: ReadonlyMap<string, AttributeProto>,
  host: ControlHost,
): string[] {
  // The first condition that only running tells.
  const open: { condition?: string } = {};
  try {
    return rounds(node, inputs, attributes, host, open);
  } catch (e) {
    throw decidedBy(e, open.condition, 'its condition', host);
  }
}

function rounds(
  node: NodeProto,
  inputs: readonly string[],
  attributes: ReadonlyMap<string, AttributeProto>,
  host: ControlHost,
  open: { condition?: string },
): string[] {
  const body = attributes.get('body')?.g;
  if (!body) throw new Unsupported('without a body');
  const most = inputs[0] ? wholeOf(host, inputs[0], 'its number of rounds') : maxRounds + 1;
  let carried = inputs.slice(2);
  const stacked: string[][] = (node.output ?? []).slice(carried.length).map(() => []);
  const begins = inputs[1] ? host.known(inputs[1])?.values[0] : 1;
  let goesOn = begins !== 0;
  if (begins === undefined && stacked.length > 0) wholeOf(host, inputs[1]!, 'its condition');
  // Whether a round is run, where only running the model tells.
  let active = begins === undefined ? scalar(host, inputs[1]!) : undefined;
  if (active) open.condition = inputs[1]!;
  const before = host.refused();
  for (let i = 0; goesOn && i < most; i++) {
    if (i >= maxRounds) throw new Unsupported(`more than ${maxRounds} rounds`);
    if (active && most > maxRounds) throw new Unsupported('an end that is computed while it runs');
    if (active && stacked.length > 0) throw new Unsupported('outputs whose length is computed while it runs');
    const round = host.constant({ dtype: 'int64', shape: [], values: [i] });
    const condition = host.constant({ dtype: 'bool', shape: [], values: [1] });
    const outputs = host.inline(body, [round, condition, ...carried], String(i));
    const next = host.known(outputs[0] ?? '')?.values[0];
    goesOn = next !== 0;
    carried = outputs
      .slice(1, 1 + carried.length)
      .map((id, k) => (active ? kept(host, active, id, carried[k]!) : id));
    // Rounds behind the end are computed, too, and what they change is dropped.
    if (typeof next !== 'number') {
      open.condition ??= outputs[0]!;
      if (host.refused() > before) throw new Blocked();
      const more = scalar(host, outputs[0]!);
      active = active ? host.emit('And', [active, more], {}) : more;
    }
    for (const [k, list] of stacked.entries()) list.push(outputs[1 + carried.length + k]!);
  }
  return [...carried, ...stacked.map(list => stack(list, 0, host))];
}

function scalar(host: ControlHost, id: string): string {
  if (host.isUnknown(id)) throw new Blocked();
  return host.emit('Reshape', [id], { shape: [] });
}

/** The new value of a state while the loop goes on, else the old one. */
function kept(host: ControlHost, active: string, now: string, before: string): string {
  if (now === before) return now;
  if (host.isUnknown(now) || host.isUnknown(before)) throw new Blocked();
  const [a, b] = [host.type(now), host.type(before)];
  if (a.dtype !== b.dtype || a.shape.join() !== b.shape.join())
    throw new Unsupported('a state whose shape changes until an end that is computed while it runs');
  return host.emit('Where', [active, now, before], {});
}

function scan(
  inputs: readonly string[],
  attributes: ReadonlyMap<string, AttributeProto>,
  host: ControlHost,
): string[] {
  const body = attributes.get('body')?.g;
  const count = attributes.get('num_scan_inputs')?.i ?? 0;
  if (!body || count < 1 || count > inputs.length) throw new Unsupported('without a body or inputs');
  if (host.opset < 9) throw new Unsupported('the form before version 9 of the operator set');
  const list = (name: string) => host.integers(attributes.get(name));
  const [axes, directions] = [list('scan_input_axes'), list('scan_input_directions')];
  const [outAxes, outDirections] = [list('scan_output_axes'), list('scan_output_directions')];
  let states = inputs.slice(0, inputs.length - count);
  const sources = inputs.slice(inputs.length - count).map((id, k) => {
    const { shape } = host.type(id);
    const axis = (axes[k] ?? 0) < 0 ? (axes[k] ?? 0) + shape.length : (axes[k] ?? 0);
    return { id, axis, length: shape[axis], reverse: directions[k] === 1 };
  });
  const length = sources[0]!.length;
  if (typeof length !== 'number')
    throw new NeedsValue(sources[0]!.id, 'its number of rounds', [sources[0]!.id]);
  if (sources.some(s => s.length !== length)) throw new Unsupported('inputs of several lengths');
  if (length > maxRounds) throw new Unsupported(`more than ${maxRounds} rounds`);
  const stacked: string[][] = [];
  for (let i = 0; i < length; i++) {
    const parts = sources.map(s => {
      const index = host.constant({ dtype: 'int64', shape: [], values: [s.reverse ? length - 1 - i : i] });
      return host.emit('Gather', [s.id, index], { axis: s.axis });
    });
    const outputs = host.inline(body, [...states, ...parts], String(i));
    states = outputs.slice(0, states.length);
    for (const [k, id] of outputs.slice(states.length).entries()) {
      stacked[k] ??= [];
      stacked[k].push(id);
    }
  }
  return [
    ...states,
    ...stacked.map((of, k) => stack(outDirections[k] === 1 ? [...of].reverse() : of, outAxes[k] ?? 0, host)),
  ];
}

/** Values along a new axis. */
function stack(ids: readonly string[], axis: number, host: ControlHost): string {
  if (ids.length === 0) throw new Unsupported('no rounds');
  const rows = ids.map(id => {
    if (host.isUnknown(id)) throw new Blocked();
    return host.emit('Unsqueeze', [id], { axes: [axis] });
  });
  return rows.length === 1 ? rows[0]! : host.emit('Concat', rows, { axis });
}

function wholeOf(host: ControlHost, id: string, what: string): number {
  if (host.isUnknown(id)) throw new Blocked();
  const value: Dim | undefined = host.known(id)?.values[0];
  if (typeof value === 'number') return value;
  throw new NeedsValue(id, what, [id]);
}
