/** Which parts of a model stand at a place of a source file. Positions count lines and columns from 1. */
import type { Model, ModuleInfo, Node, SourceRange } from '../../model/graph';

export interface Place {
  line: number;
  column: number;
}

/** True when the place is in the range, its end included: a cursor right behind a name is still on it. */
export function contains(range: SourceRange, at: Place): boolean {
  const afterStart = at.line > range.line || (at.line === range.line && at.column >= range.column);
  const beforeEnd = at.line < range.endLine || (at.line === range.endLine && at.column <= range.endColumn);
  return afterStart && beforeEnd;
}

export function encloses(outer: SourceRange, inner: SourceRange): boolean {
  return (
    contains(outer, { line: inner.line, column: inner.column }) &&
    contains(outer, { line: inner.endLine, column: inner.endColumn })
  );
}

export function sameRange(a: SourceRange, b: SourceRange): boolean {
  return (
    a.file === b.file &&
    a.line === b.line &&
    a.column === b.column &&
    a.endLine === b.endLine &&
    a.endColumn === b.endColumn
  );
}

/** One expression of `forward` with all that it stands for: several visits when its module is used several times. */
export interface Call {
  range: SourceRange;
  /** In graph order, one list per visit. */
  visits: readonly (readonly Node[])[];
}

export function inFile(range: SourceRange | undefined, file: string): range is SourceRange {
  return range !== undefined && samePath(range.file, file);
}

/** Paths as the two platforms compare them: Windows' drives and folders ignore case. */
export function samePath(a: string, b: string): boolean {
  if (a === b) return true;
  if (!/^[a-z]:[\\/]/i.test(a) && !/^[a-z]:[\\/]/i.test(b)) return false;
  const flat = (p: string) => p.replace(/\//g, '\\').toLowerCase();
  return flat(a) === flat(b);
}

/** The modules whose definition is the smallest one at the place. */
export function modulesAt(model: Model, file: string, at: Place): ModuleInfo[] {
  const here = model.modules.filter(m => inFile(m.definition, file) && contains(m.definition, at));
  const smallest = smallestOf(here.map(m => m.definition!));
  return smallest ? here.filter(m => sameRange(m.definition!, smallest)) : [];
}

/** The smallest call at the place. */
export function callAt(model: Model, file: string, at: Place): Call | undefined {
  const here = model.nodes.filter(n => inFile(n.call, file) && contains(n.call, at));
  const smallest = smallestOf(here.map(n => n.call!));
  return smallest
    ? callsOf(
        model,
        here.filter(n => sameRange(n.call!, smallest)),
      )[0]
    : undefined;
}

/** All calls of a file in the order of their end, where a hint is drawn. */
export function callsIn(model: Model, file: string): Call[] {
  return callsOf(
    model,
    model.nodes.filter(n => inFile(n.call, file)),
  ).sort((a, b) => a.range.endLine - b.range.endLine || a.range.endColumn - b.range.endColumn);
}

/**
 * Tells apart how often an expression was evaluated: a node belongs to the visit whose outputs it reads, if both stand
 * in one called module (a Sequential's layers; a loop over a ModuleList has no such module), or if it follows directly
 * in the same module (an expression that is several ops).
 */
function callsOf(model: Model, nodes: readonly Node[]): Call[] {
  const called = new Set(model.modules.filter(m => m.outputs.length > 0 && m.path !== '').map(m => m.path));
  let order: ReadonlyMap<Node, number> | undefined;
  const placeOf = (n: Node) => {
    order ??= new Map(model.nodes.map((x, i) => [x, i]));
    return order.get(n)!;
  };
  const calls = new Map<string, { range: SourceRange; visits: Node[][] }>();
  // Blocks of a stack share their ranges: most are found without a key.
  const known = new Map<SourceRange, { visits: Node[][] }>();
  for (const n of nodes) {
    const r = n.call!;
    let call = known.get(r);
    if (!call) {
      const key = `${r.line}:${r.column}-${r.endLine}:${r.endColumn}`;
      const made = calls.get(key);
      call = made ?? { visits: [] };
      if (!made) calls.set(key, { range: r, visits: call.visits });
      known.set(r, call);
    }
    if (!call.visits.length) {
      call.visits.push([n]);
      continue;
    }
    const visit = call.visits.at(-1)!;
    const last = visit.at(-1)!;
    const reads = visit.some(v => v.outputs.some(o => n.inputs.includes(o)));
    const together = reads
      ? commonCalled(n.module, last.module, called)
      : n.module === last.module && n.op !== last.op && placeOf(n) === placeOf(last) + 1;
    if (together) visit.push(n);
    else call.visits.push([n]);
  }
  return [...calls.values()];
}

function commonCalled(a: string, b: string, called: ReadonlySet<string>): boolean {
  if (a === b) return true;
  const left = a.split('.');
  const right = b.split('.');
  let same = 0;
  while (same < left.length && same < right.length && left[same] === right[same]) same++;
  return called.has(left.slice(0, same).join('.'));
}

function smallestOf(ranges: readonly SourceRange[]): SourceRange | undefined {
  let best: SourceRange | undefined;
  for (const r of ranges) if (!best || (encloses(best, r) && !encloses(r, best))) best = r;
  return best;
}

/**
 * The modules behind `self.attribute` inside the class `owner`: of the model itself when it is of that class, and of
 * every submodule that is.
 */
export function modulesNamed(model: Model, owner: string, attribute: string): ModuleInfo[] {
  const parents = model.modules.filter(m => m.type === owner).map(m => m.path);
  if (model.name === owner && !parents.includes('')) parents.push('');
  const paths = new Set(parents.map(p => (p === '' ? attribute : `${p}.${attribute}`)));
  return model.modules.filter(m => paths.has(m.path));
}

/** The nodes of a module and all below it. */
export function nodesOf(model: Model, path: string): Node[] {
  return path === ''
    ? [...model.nodes]
    : model.nodes.filter(n => n.module === path || n.module.startsWith(`${path}.`));
}

/** The module's class or the model's own. */
export function moduleAtPath(model: Model, path: string): ModuleInfo | undefined {
  return model.modules.find(m => m.path === path);
}

/** Where to go for a module: its definition, else its first call, else the class. */
export function sourceOf(model: Model, path: string): SourceRange | undefined {
  if (path === '') return model.definition;
  return (
    moduleAtPath(model, path)?.definition ??
    nodesOf(model, path).find(n => n.call)?.call ??
    model.modules.find(m => path.startsWith(`${m.path}.`) && m.definition)?.definition ??
    model.definition
  );
}
