/** From what was recorded to models: names for values, places in files, constants folded, fixes written out. */
import path from 'node:path';
import type {
  Diagnostic,
  Initializer,
  Model,
  ModuleInfo,
  Node,
  Parameter,
  SourceRange,
  Value,
} from '../../model/graph';
import type { FileTraining } from '../_format';
import { finite, stated } from './constants';
import { placed } from './pictures';
import type { Recorder } from './recorder';
import type { Place, RecordedDiagnostic, RecordedNode, RecordedValue, Recording } from './recording';
import type { Retold, Telling } from './retold';
import { argumentsOf, SourceText } from './source';
import { namesOf } from './valueNames';

export interface AssembleContext {
  /** Texts by the files' real names. */
  texts: Readonly<Record<string, string>>;
  /** Real names by the names that Python knows. */
  names: Readonly<Record<string, string>>;
  main: string;
  /** The workspace's real name. */
  folder: string;
  milliseconds: number;
  /** Classes whose reading is wanted, and others that are graded otherwise for it; all if it is not given. */
  only?: { classes: ReadonlySet<string>; graded: ReadonlySet<string> };
}

/** Constants with more elements than this stay computed by the graph. */
const largestFolded = 1 << 22;

/** A place lies in lines that an edit has replaced: only reading the file anew can tell where it is now. */
export class LineGone extends Error {}

/**
 * @param telling what was told before of the classes: a model that is the same is its places alone.
 * @throws LineGone if the file was read again in part, and what was not has a place in what is no more.
 */
export function assemble(
  recorder: Recorder,
  context: AssembleContext,
  telling?: Telling,
): Record<string, Retold> {
  const places = new Places(context, recorder.stretches);
  const findings = recorder.findings.map(d => places.diagnostic(d, undefined));
  const out: Record<string, Retold> = {};
  const parts = partsOf(recorder);
  // A part may be read after the whole that tells how it is made: back to the order of the file.
  const line = (r: Recording) => r.definition?.[1] ?? 0;
  for (const recording of [...recorder.recordings].sort((a, b) => line(a) - line(b))) {
    const wanted =
      !context.only ||
      context.only.classes.has(recording.class) ||
      parts.has(recording.class) !== context.only.graded.has(recording.class);
    if (!wanted) continue;
    const own = recording.diagnostics.map(d => places.diagnostic(d, recording));
    const diagnostics = [
      ...findings,
      ...(parts.has(recording.class) ? own.map(d => ({ ...d, severity: 'hint' as const })) : own),
    ];
    out[recording.class] = {
      ...(recording.constructed ? told(recorder, recording, places, context, telling) : {}),
      diagnostics,
      milliseconds: context.milliseconds,
    };
  }
  const { script } = recorder;
  if (script && 'error' in script)
    findings.push({
      ...(script.at ? places.range(script.at) : places.range([context.main, 1, 0, 1, 0])),
      severity: 'hint',
      code: 'training-not-read',
      message: `How this file trains cannot be seen: ${script.error}`,
    });
  // Findings about the file when no class could be read at all: the reader's caller still wants to see them.
  if (!recorder.recordings.length) out[''] = { diagnostics: findings, milliseconds: context.milliseconds };
  return out;
}

/**
 * Classes that are parts of one which is read without a complaint. What is wrong with a part on its own is a guess about
 * how it is used, where a whole uses it well.
 */
export function partsOf(recorder: Recorder): Set<string> {
  return new Set(
    recorder.recordings
      .filter(r => r.outputs.length > 0 && !r.diagnostics.some(d => d.severity === 'error'))
      .flatMap(r => r.modules.filter(m => m.path !== '').map(m => m.type)),
  );
}

/** How the file's own code trains, or why that is not to be seen. */
export type TrainingRead = FileTraining | { error: string; at?: SourceRange };

export function assembleTraining(recorder: Recorder, context: AssembleContext): TrainingRead | undefined {
  const { script } = recorder;
  if (!script) return undefined;
  const places = new Places(context);
  const at = script.at && places.range(script.at);
  if ('error' in script) return { error: script.error, ...(at && { at }) };
  const { model, settings, trained, data } = script;
  const { call: _, inputs: __, target: ___, predicted: ____, held: _____, ...seen } = trained;
  return {
    ...seen,
    ...settings,
    ...(at && { at }),
    model: { ...model, file: context.names[model.file] ?? context.main },
    ...placed(script, name => path.join(context.folder, ...name.split('/'))),
    data: modelOf(recorder, data, places, context),
  };
}

class Places {
  private readonly sources = new Map<string, SourceText>();
  private readonly ranges = new Map<Place, SourceRange>();
  private readonly variables = new Map<Place, string | undefined>();

  constructor(
    private readonly context: AssembleContext,
    private readonly stretches: Recorder['stretches'] = [],
  ) {}

  /** A place as the text has it: lines of what was put in have numbers of their own. */
  private standing(place: Place): Place {
    if (!this.stretches.length) return place;
    const [file, line, column, endLine, endColumn] = place;
    if ((this.context.names[file] ?? this.context.main) !== this.context.main) return place;
    return [file, this.lineOf(line), column, this.lineOf(endLine), endColumn];
  }

  private lineOf(line: number): number {
    const found = this.stretches.find(([first, , count]) => line >= first && line < first + count);
    if (!found) throw new LineGone(`line ${line} is not in the text any more`);
    return line - found[0] + found[1];
  }

  source(file: string): SourceText {
    let found = this.sources.get(file);
    if (!found) {
      found = new SourceText(file, this.context.texts[file] ?? '');
      this.sources.set(file, found);
    }
    return found;
  }

  sourceOf(place: Place): SourceText {
    return this.source(this.context.names[place[0]] ?? this.context.main);
  }

  range(place: Place): SourceRange {
    return this.once(this.ranges, place, () => this.sourceOf(place).fromPlace(this.standing(place)));
  }

  /** What is found of a place, once: the layers of a stack come from the same lines. */
  private once<T>(known: Map<Place, T>, place: Place, find: () => T): T {
    if (known.has(place)) return known.get(place)!;
    const found = find();
    known.set(place, found);
    return found;
  }

  /** As `range`, but an empty one stays empty: where something is put in. */
  private exactRange(place: Place): SourceRange {
    const { from, to } = this.offsets(place);
    return this.sourceOf(place).range(from, to);
  }

  private offsets(place: Place): { from: number; to: number } {
    const source = this.sourceOf(place);
    const [, line, column, endLine, endColumn] = this.standing(place);
    return { from: source.offsetOf(line, column), to: source.offsetOf(endLine, endColumn) };
  }

  diagnostic(d: RecordedDiagnostic, recording: Recording | undefined): Diagnostic {
    const at = d.at ? this.range(d.at) : this.source(this.context.main).range(0, 0);
    const fix =
      d.fix && 'title' in d.fix
        ? { title: d.fix.title, range: this.exactRange(d.fix.at), text: d.fix.text }
        : recording && d.fix
          ? this.fix(d.fix, recording)
          : undefined;
    return {
      ...at,
      severity: d.severity,
      code: d.code,
      message: d.message,
      ...(fix ? { fix } : {}),
      ...(d.ask && recording ? { ask: { ...d.ask, class: recording.class } } : {}),
    };
  }

  /** The edit that puts the wanted size where the layer is constructed, if a number or a product of numbers stands there. */
  private fix(
    fix: Extract<NonNullable<RecordedDiagnostic['fix']>, { module: number }>,
    recording: Recording,
  ): Diagnostic['fix'] {
    const at = recording.modules.find(m => m.number === fix.module)?.at;
    if (!at || typeof fix.expected !== 'number') return undefined;
    const source = this.sourceOf(at);
    const { from, to } = this.offsets(at);
    const call = source.enclosing(from, to, 'CallExpression');
    if (!call) return undefined;
    const given = argumentsOf(source, call);
    const argument =
      given.find(a => a.name === fix.argument) ?? given.filter(a => a.name === undefined)[fix.position];
    const written = argument && source.slice(argument.value);
    if (!argument || !written || productIn(written) !== fix.found) return undefined;
    return {
      title: `Change ${fix.argument} from ${written} to ${fix.expected}`,
      range: source.rangeOf(argument.value),
      text: String(fix.expected),
    };
  }

  /** The variable that an expression's value is assigned to, e.g. "x" for `x = F.relu(x)`. */
  variable(place: Place): string | undefined {
    return this.once(this.variables, place, () => this.findVariable(place));
  }

  private findVariable(place: Place): string | undefined {
    const { from, to } = this.offsets(place);
    return this.sourceOf(place).assigned(from, to);
  }
}

/** The number that a text of numbers and "*" is, e.g. 400 for "16 * 5 * 5". */
function productIn(text: string): number | undefined {
  if (!/^\d+(?:\s*\*\s*\d+)*$/.test(text)) return undefined;
  return text.split('*').reduce((p, n) => p * Number(n), 1);
}

function told(
  recorder: Recorder,
  r: Recording,
  places: Places,
  context: AssembleContext,
  telling: Telling | undefined,
): Pick<Retold, 'model' | 'places'> {
  const again = telling?.again(r, places, nodes => variablesOf(nodes, places));
  return again ? { places: again } : { model: modelOf(recorder, r, places, context, telling) };
}

/** What the code calls the results of nodes. Several may come of one expression: the last one carries its name. */
function variablesOf(nodes: readonly RecordedNode[], places: Places): (string | undefined)[] {
  return nodes.map((n, i) => {
    const variable = n.at && n.outputs.length === 1 ? places.variable(n.at) : undefined;
    if (variable === undefined) return undefined;
    const next = nodes[i + 1]?.at;
    return next !== n.at && next?.join() !== n.at?.join() ? variable : undefined;
  });
}

function modelOf(
  recorder: Recorder,
  r: Recording,
  places: Places,
  context: AssembleContext,
  telling?: Telling,
): Model {
  const nodes = reachable(r);
  const folded = foldable(recorder, r, nodes);
  const kept = nodes.filter(n => !n.outputs.every(o => folded.has(o)));
  const names = namesOf(r, kept);
  const id = (v: number) => names.get(v) ?? '';
  const parameters: Parameter[] = r.parameters.map(p => {
    const v = r.values.get(p.id)!;
    return {
      name: p.name,
      dtype: v.dtype,
      shape: v.shape as readonly number[],
      kind: p.kind,
      trainable: p.trainable,
      initializer: v.initializer ?? { kind: 'zeros' },
      ...(p.complex && { complex: true }),
      ...(p.aliases.length ? { aliases: p.aliases } : {}),
    };
  });
  const used = new Set([...kept.flatMap(n => n.inputs), ...r.outputs]);
  const owned = new Set(r.parameters.map(p => p.id));
  for (const v of used) {
    const value = r.values.get(v);
    if (!value || owned.has(v) || value.kind === 'input') continue;
    if (value.kind === 'node' && !folded.has(v)) continue;
    parameters.push({
      name: id(v),
      dtype: value.dtype,
      shape: value.shape as readonly number[],
      kind: 'constant',
      trainable: false,
      initializer: value.kind === 'leaf' ? (value.initializer ?? { kind: 'zeros' }) : compact(folded.get(v)!),
    });
  }
  const values: Record<string, Value> = {};
  const put = (v: number, name?: string) => {
    const { dtype, shape, name: own } = r.values.get(v)!;
    const given = own ?? name;
    values[id(v)] = { id: id(v), dtype, shape, ...(given ? { name: given } : {}) };
  };
  for (const v of [...r.inputs, ...owned, ...used]) if (r.values.has(v) && id(v)) put(v);
  const paths = new Map(r.modules.map(m => [m.number, m.path]));
  const variables = variablesOf(kept, places);
  telling?.keep(r, kept, variables);
  const modelNodes: Node[] = kept.map((n, i) => {
    for (const o of n.outputs) put(o, variables[i]);
    return {
      id: `n${i}`,
      op: n.op,
      module: paths.get(n.module) ?? '',
      inputs: n.inputs.map(v => (v < 0 ? '' : id(v))),
      outputs: n.outputs.map(id),
      attributes: n.attributes,
      ...(n.at ? { call: places.range(n.at) } : {}),
    };
  });
  const live = (ids: readonly number[]) => ids.map(id).filter(v => v in values);
  const modules: ModuleInfo[] = r.modules.map(m => ({
    path: m.path,
    type: m.type,
    arguments: m.arguments,
    ...(m.at ? { definition: places.range(m.at) } : {}),
    parameters: m.parameters,
    inputs: live(m.inputs),
    outputs: live(m.outputs),
  }));
  return {
    name: r.class,
    file: context.main,
    format: 'pytorch',
    ...(r.definition ? { definition: places.range(r.definition) } : {}),
    inputs: r.inputs.map(id),
    outputs: r.outputs.map(id),
    values,
    nodes: modelNodes,
    parameters,
    modules,
  };
}

/** Nodes that an output depends on; all of them when the reading broke off before there was one. */
function reachable(r: Recording): Recording['nodes'] {
  // What a module's call returns counts as wanted: it is what one looks at when forward broke off.
  const wanted = new Set<number>(r.outputs.length ? r.outputs : [...r.values.keys()]);
  const kept: Recording['nodes'][number][] = [];
  for (let i = r.nodes.length - 1; i >= 0; i--) {
    const n = r.nodes[i]!;
    if (!n.outputs.some(o => wanted.has(o))) continue;
    for (const v of n.inputs) wanted.add(v);
    kept.push(n);
  }
  return kept.reverse();
}

/** Values that come out of constants alone, with their numbers. */
function foldable(recorder: Recorder, r: Recording, nodes: Recording['nodes']): Map<number, Float64Array> {
  const owned = new Set(r.parameters.filter(p => p.kind !== 'constant').map(p => p.id));
  const constant = new Set<number>();
  for (const [v, value] of r.values) if (value.kind === 'leaf' && !owned.has(v)) constant.add(v);
  const out = new Map<number, Float64Array>();
  for (const n of nodes) {
    if (!n.inputs.every(v => v < 0 || constant.has(v))) continue;
    if (n.op.startsWith('Random')) continue;
    const sizes = n.outputs.map(o => size(r.values.get(o)!));
    if (!sizes.every(s => s <= largestFolded)) continue;
    const data = n.outputs.map(o => recorder.evaluateOf(r, o));
    if (data.some(d => d === undefined)) continue;
    n.outputs.forEach((o, i) => {
      constant.add(o);
      out.set(o, data[i]!);
    });
  }
  return out;
}

function size(v: RecordedValue): number {
  return v.shape.reduce<number>((p, d) => (typeof d === 'number' ? p * d : Number.NaN), 1);
}

/** The shortest initializer that gives these values. */
function compact(data: Float64Array): Initializer {
  const [first] = data;
  if (first !== undefined && data.every(x => x === first)) {
    return first === 0
      ? { kind: 'zeros' }
      : first === 1
        ? { kind: 'ones' }
        : { kind: 'constant', value: finite(first) };
  }
  return stated(data);
}
