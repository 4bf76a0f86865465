/**
 * Models that are as they were told last but for their places: after most edits a class draws what it drew before, from
 * lines that moved. Only the places travel then, and whoever has the model keeps its values and nodes.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Model, SourceRange } from '../../model/graph';
import type { ReadModel } from '../_format';
import type { Place, RecordedNode, RecordedValue, Recording } from './recording';

/** Where the parts of a model that is known stand now; -1 is nowhere. */
export interface NewPlaces {
  ranges: readonly SourceRange[];
  /** Of each node's call and each module's definition, among the ranges. */
  calls: Int32Array;
  definitions: Int32Array;
  definition: number;
}

/** As a thread tells it: a model, or places for the one that it told last. */
export type Retold = Omit<ReadModel, 'model'> & { model?: Model; places?: NewPlaces };

/** What finds places in a text. */
interface Finder {
  range(place: Place): SourceRange;
}

interface Told {
  recording: Recording;
  /** Of the recorded nodes those that are in the model, and what the code calls the results of each. */
  kept: readonly number[];
  variables: readonly (string | undefined)[];
}

/** What was told of each class last. */
export class Telling {
  private readonly told = new Map<string, Told>();

  keep(
    recording: Recording,
    kept: readonly RecordedNode[],
    variables: readonly (string | undefined)[],
  ): void {
    const numbers = new Map(recording.nodes.map((n, i) => [n, i]));
    this.told.set(recording.class, { recording, kept: kept.map(n => numbers.get(n)!), variables });
  }

  /** Where the model of a class stands, if that is all that is new of it. */
  again(
    now: Recording,
    places: Finder,
    variablesOf: (nodes: readonly RecordedNode[]) => readonly (string | undefined)[],
  ): NewPlaces | undefined {
    const before = this.told.get(now.class);
    if (!before || !isAlike(before.recording, now)) return undefined;
    const nodes = before.kept.map(i => now.nodes[i]!);
    const variables = variablesOf(nodes);
    if (variables.some((v, i) => v !== before.variables[i])) return undefined;
    this.told.set(now.class, { ...before, recording: now });
    const numbers = new Map<SourceRange, number>();
    const at = (place: Place | undefined) => {
      if (!place) return -1;
      const range = places.range(place);
      const known = numbers.get(range) ?? numbers.size;
      numbers.set(range, known);
      return known;
    };
    const calls = Int32Array.from(nodes, n => at(n.at));
    const definitions = Int32Array.from(now.modules, m => at(m.at));
    const definition = at(now.definition);
    return { ranges: [...numbers.keys()], calls, definitions, definition };
  }
}

/** Whether two readings of a class give the same model but for places; values are told apart by their order alone. */
function isAlike(a: Recording, b: Recording): boolean {
  if (a.parameters !== b.parameters || a.constructed !== b.constructed) return false;
  if (a.values.size !== b.values.size || a.nodes.length !== b.nodes.length) return false;
  if (a.modules.length !== b.modules.length || !a.definition !== !b.definition) return false;
  const numbers = new Map<number, number>();
  const others = b.values.entries();
  for (const [id, value] of a.values) {
    const [other, now] = others.next().value!;
    if (value !== now && !isSameValue(value, now)) return false;
    numbers.set(id, other);
  }
  const same = (x: readonly number[], y: readonly number[]) => {
    if (x.length !== y.length) return false;
    for (let i = 0; i < x.length; i++) {
      const id = x[i]!;
      if ((id < 0 ? id : numbers.get(id)) !== y[i]) return false;
    }
    return true;
  };
  // A parameter's number stays: what a value with that number is must be in its place, too.
  if (!a.parameters.every(p => numbers.get(p.id) === p.id)) return false;
  const isSameNode = (n: RecordedNode, i: number) => {
    const m = b.nodes[i]!;
    return (
      n.op === m.op &&
      n.module === m.module &&
      !n.at === !m.at &&
      same(n.inputs, m.inputs) &&
      same(n.outputs, m.outputs) &&
      (n.attributes === m.attributes || isDeepStrictEqual(n.attributes, m.attributes))
    );
  };
  if (!a.nodes.every(isSameNode)) return false;
  if (!same(a.inputs, b.inputs) || !same(a.outputs, b.outputs)) return false;
  return a.modules.every((m, i) => {
    const n = b.modules[i]!;
    return (
      m.number === n.number &&
      m.path === n.path &&
      m.type === n.type &&
      m.arguments === n.arguments &&
      !m.at === !n.at &&
      isSameList(m.parameters, n.parameters) &&
      same(m.inputs, n.inputs) &&
      same(m.outputs, n.outputs)
    );
  });
}

function isSameValue(a: RecordedValue, b: RecordedValue): boolean {
  return (
    a.kind === b.kind &&
    a.dtype === b.dtype &&
    a.name === b.name &&
    isSameList(a.shape, b.shape) &&
    (a.initializer === b.initializer || isDeepStrictEqual(a.initializer, b.initializer))
  );
}

function isSameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a === b || (a.length === b.length && a.every((x, i) => x === b[i]));
}

/**
 * Where a model stands now that holds the very values, parameters and attributes of one before; nothing if it does not.
 * What has stayed where it was is nowhere.
 */
export function placesSince(before: Model, now: Model): NewPlaces | undefined {
  const { definition: _a, nodes: nodesBefore, modules: modulesBefore, ...restBefore } = before;
  const { definition: _b, nodes, modules, ...rest } = now;
  if (!isSameBut(restBefore, rest) || !before.definition !== !now.definition) return undefined;
  if (nodes.length !== nodesBefore.length || modules.length !== modulesBefore.length) return undefined;
  const numbers = new Map<SourceRange, number>();
  const at = (was: SourceRange | undefined, is: SourceRange | undefined) => {
    if (!is || (was && isSamePlace(was, is))) return -1;
    const known = numbers.get(is) ?? numbers.size;
    numbers.set(is, known);
    return known;
  };
  for (let i = 0; i < nodes.length; i++) if (!isSameBut(nodesBefore[i]!, nodes[i]!, 'call')) return undefined;
  for (let i = 0; i < modules.length; i++)
    if (!isSameBut(modulesBefore[i]!, modules[i]!, 'definition')) return undefined;
  const calls = Int32Array.from(nodes, (n, i) => at(nodesBefore[i]!.call, n.call));
  const definitions = Int32Array.from(modules, (m, i) => at(modulesBefore[i]!.definition, m.definition));
  const definition = at(before.definition, now.definition);
  return { ranges: [...numbers.keys()], calls, definitions, definition };
}

/** Whether two objects hold the very same things, but for a place that both have or neither has. */
function isSameBut<T extends object>(a: T, b: T, place?: keyof T): boolean {
  if (a === b) return true;
  const keys = Object.keys(a) as (keyof T)[];
  return (
    keys.length === Object.keys(b).length && keys.every(k => (k === place ? k in b : a[k] === b[k] && k in b))
  );
}

/** Readings with the models of those before in their new places; nothing if one has none. */
export function withModels(
  told: Readonly<Record<string, Retold>>,
  before: Readonly<Record<string, ReadModel>>,
): Record<string, ReadModel> | undefined {
  const out: Record<string, ReadModel> = {};
  for (const [name, { places, ...read }] of Object.entries(told)) {
    const model = before[name]?.model;
    if (places && (!model || !fits(model, places))) return undefined;
    out[name] = places ? { model: inPlaces(model!, places), ...read } : read;
  }
  return out;
}

function fits(model: Model, { calls, definitions }: NewPlaces): boolean {
  return calls.length === model.nodes.length && definitions.length === model.modules.length;
}

/** A model with other places; what has stayed where it was is not made anew. */
function inPlaces(model: Model, { ranges, calls, definitions, definition }: NewPlaces): Model {
  return {
    ...model,
    ...(definition >= 0 && { definition: ranges[definition]! }),
    nodes: model.nodes.map((n, i) => {
      const call = ranges[calls[i]!];
      return !call || (n.call && isSamePlace(n.call, call)) ? n : { ...n, call };
    }),
    modules: model.modules.map((m, i) => {
      const at = ranges[definitions[i]!];
      return !at || (m.definition && isSamePlace(m.definition, at)) ? m : { ...m, definition: at };
    }),
  };
}

function isSamePlace(a: SourceRange, b: SourceRange): boolean {
  return (
    a.line === b.line &&
    a.column === b.column &&
    a.endLine === b.endLine &&
    a.endColumn === b.endColumn &&
    a.file === b.file
  );
}
