/** Bodies in their places: those of control flow, and those of the model's own functions. */
import { VitrineError } from '../../model/errors';
import type { Building } from './building';
import { type ControlHost, runControl, showControl } from './control';
import type { Findings } from './findings';
import { isDefault, nameOf, operatorOf, placeOf } from './names';
import { reads } from './order';
import type { AttributeProto, FunctionProto, GraphProto, NodeProto } from './schema';
import type { TensorFiles } from './tensors';
import { Blocked, maxAttribute, NeedsValue, Unsupported } from './translation';
import type { Scope, Values } from './values';
import { numbersOf, WireError } from './wire';

/** What reading a body takes from the reader of the graph. */
export interface BodyReader {
  opset: number;
  /** The module that bodies of control flow stand in. */
  prefix: string;
  addTensors(graph: GraphProto, scope: Scope): void;
  addNodes(nodes: readonly NodeProto[], scope: Scope, depth: number): void;
  /** Whether there is a rule for a node's operator. */
  reads(node: NodeProto): boolean;
  /** `inside`: what its bodies compute that are shown. */
  refuse(
    e: unknown,
    node: NodeProto,
    inputs: readonly string[],
    outputs: readonly string[],
    inside?: readonly string[],
  ): void;
}

export class Placing {
  constructor(
    private readonly files: TensorFiles,
    private readonly values: Values,
    private readonly building: Building,
    private readonly findings: Findings,
    private readonly reader: BodyReader,
  ) {}

  /**
   * Puts the bodies of an If, Loop or Scan in their places; where that cannot be, one copy of each is shown and the node
   * is counted as not run.
   */
  control(
    node: NodeProto,
    inputs: readonly string[],
    attributes: ReadonlyMap<string, AttributeProto>,
    scope: Scope,
    depth: number,
  ): void {
    const before = { nodes: this.building.nodes.length, ...this.findings.mark() };
    const { module } = this.building;
    const prefix = this.reader.prefix;
    const host = this.controlHost(node, scope, depth);
    const restore = () => {
      this.building.module = module;
      this.reader.prefix = prefix;
    };
    try {
      const had = this.findings.total();
      const ids = runControl(node, inputs, attributes, host);
      const wrong = this.findings.diagnostics.slice(before.diagnostics).some(d => d.severity === 'error');
      // The branch that is taken stands as it is, what of it is not run included.
      const stands = node.opType === 'If' && !this.findings.waitsSince(before);
      // What is not run inside would be counted once a round.
      if (wrong || (this.findings.total() > had && !stands)) throw new Blocked();
      restore();
      this.bindOutputs(node, ids, scope);
    } catch (e) {
      if (e instanceof VitrineError || e instanceof WireError) throw e;
      restore();
      // What waits inside is what the node waits for.
      const waits = this.findings.wantedSince(before);
      const blocked = e instanceof Blocked;
      const reason =
        blocked && waits.length > 0
          ? new NeedsValue(node.output?.[0] ?? '', 'what is inside', waits)
          : blocked && this.findings.failedSince(before)
            ? new Unsupported('of what is not run here', this.firstLacking(before.nodes))
            : e;
      before.forget();
      // A plan takes what was put in place by now: what is waited for is computed by it.
      const inside = this.values.found ? [] : this.show(before.nodes, inputs, attributes, host);
      // Said of a copy that is only looked at, they would mislead.
      this.findings.diagnostics.length = before.diagnostics;
      restore();
      const outputs = (node.output ?? []).map(name => (name === '' ? '' : this.values.define(name, scope)));
      this.reader.refuse(reason, node, [...inputs, ...this.captured(node, inputs, scope)], outputs, inside);
    }
  }

  /** Values from outside that its bodies read and of which nothing is known: the node stands behind them. */
  private captured(node: NodeProto, inputs: readonly string[], scope: Scope): string[] {
    const ids = new Set(reads(node).flatMap(name => this.values.resolve(name, scope) ?? []));
    return [...ids].filter(id => this.values.unknown.has(id) && !inputs.includes(id));
  }

  /** What is said of the first node since then that is not run. */
  private firstLacking(nodes: number): string | undefined {
    return this.building.nodes.slice(nodes).find(n => n.shown?.as === 'lacking')?.shown?.why;
  }

  /** One copy of each body instead of what was put in place. */
  private show(
    nodes: number,
    inputs: readonly string[],
    attributes: ReadonlyMap<string, AttributeProto>,
    host: ControlHost,
  ): string[] {
    this.building.nodes.length = nodes;
    const before = this.findings.mark();
    let inside: string[] = [];
    try {
      inside = showControl(inputs, attributes, host);
    } catch (shown) {
      if (shown instanceof VitrineError || shown instanceof WireError) throw shown;
      this.building.nodes.length = nodes;
    }
    // Of a copy that is only looked at no more is true than which operators it has.
    before.forget();
    for (const a of attributes.values()) if (a.g) this.countMissing(a.g);
    return inside;
  }

  private controlHost(node: NodeProto, scope: Scope, depth: number): ControlHost {
    const label = node.name || node.output?.[0] || node.opType || '';
    const outside = this.reader.prefix;
    const { module } = this.building;
    return {
      opset: this.reader.opset,
      inline: (graph, given, part) => {
        const names = new Map<string, string>();
        (graph.input ?? []).forEach((v, i) => {
          names.set(v.name ?? '', given[i] ?? '');
        });
        const inner: Scope = {
          names,
          outer: scope,
          prefix: `${scope.prefix}${label}/${part}/`,
          ...(scope.attributes && { attributes: scope.attributes }),
        };
        this.reader.prefix = [module || outside, part].filter(Boolean).join('.');
        try {
          this.reader.addTensors(graph, inner);
          this.reader.addNodes(graph.node ?? [], inner, depth + 1);
        } finally {
          this.reader.prefix = outside;
          this.building.module = module;
        }
        return (graph.output ?? []).map(o => {
          const id = this.values.resolve(o.name ?? '', inner);
          if (id === undefined)
            throw this.findings.bad(
              'bad-model',
              `Nothing computes the output "${o.name ?? ''}" of a part of ${nameOf(node)}.`,
            );
          return id;
        });
      },
      known: id => (id === '' ? undefined : this.values.knownOf(id)),
      integers: a => (a?.ints ? numbersOf(this.files.source, a.ints, maxAttribute) : []),
      type: id => this.values.typeOf(id),
      isUnknown: id => this.values.unknown.has(id),
      refused: () => this.findings.total(),
      emit: (op, ids, given) => {
        this.building.module = module;
        const [out] = this.building.push(
          op,
          ids.map(id => this.building.tensorOf(id)),
          given,
          undefined,
          node,
        );
        return out!;
      },
      constant: known => {
        const id = this.values.fresh(`${scope.prefix}${label}:${known.values[0]}`);
        this.values.known.set(id, known);
        return id;
      },
    };
  }

  private countMissing(graph: GraphProto): void {
    for (const n of graph.node ?? []) {
      for (const a of n.attribute ?? []) if (a.g) this.countMissing(a.g);
      if (!this.reader.reads(n)) this.findings.countInside(operatorOf(n), placeOf(n, this.building.module));
    }
  }

  /** Lets the outputs of a node be the values that its body computes. */
  private bindOutputs(node: NodeProto, ids: readonly (string | undefined)[], scope: Scope): void {
    (node.output ?? []).forEach((name, i) => {
      if (name === '') return;
      const id = ids[i];
      if (id === undefined)
        throw this.findings.bad('bad-model', `Nothing computes the output "${name}" of ${nameOf(node)}.`);
      if (scope.names.has(name))
        throw this.findings.bad('bad-model', `The value "${name}" is computed twice.`);
      scope.names.set(name, id);
    });
  }

  /** A call of one of the model's own functions: its nodes in place of the call. */
  call(
    f: FunctionProto,
    node: NodeProto,
    inputs: readonly string[],
    attributes: ReadonlyMap<string, AttributeProto>,
    scope: Scope,
    depth: number,
  ): void {
    const names = new Map<string, string>();
    (f.input ?? []).forEach((name, i) => {
      names.set(name, inputs[i] ?? '');
    });
    const defaults = (f.attributeProto ?? []).map((a): [string, AttributeProto] => [a.name ?? '', a]);
    const inner: Scope = {
      names,
      prefix: `${scope.prefix}${node.name || node.output?.[0] || f.name}/`,
      attributes: new Map([...defaults, ...attributes]),
    };
    const own = this.reader.opset;
    this.reader.opset = f.opsetImport?.find(o => isDefault(o.domain))?.version ?? own;
    this.reader.addNodes(f.node ?? [], inner, depth + 1);
    this.reader.opset = own;
    const ids = (f.output ?? []).map(name => this.values.resolve(name, inner));
    this.bindOutputs(node, ids, scope);
  }
}
