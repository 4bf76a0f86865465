/**
 * An edit inside of one class: which readings of the file it may change. Those are read again; the others stand, with
 * their places moved. Whenever more could depend on the edit than is seen here, the answer is that all may.
 */
import type { Placed } from './moved';

interface Chunk {
  /** Tokens, end exclusive. */
  from: number;
  to: number;
  kind: 'class' | 'function' | 'value' | 'import' | 'guard' | 'other';
  /** What the names of the file's top level get from it. */
  defines: ReadonlySet<string>;
  mentions: ReadonlySet<string>;
}

/** What reaches names that it does not spell, or sets what all of PyTorch reads. */
const reachesAll =
  /__subclasses__|\bglobals\b|\blocals\b|\bvars\b|\beval\b|\bexec\b|sys\.modules|\binspect\b|import_module|set_default_|\bglobal\b|^\s*(torch|nn|F)\.[\w.]+\s*=[^=]/m;
const continues = new Set(['else', 'elif', 'except', 'finally']);
/** Calls whose sizes the reader takes as examples of inputs, in the whole file. */
const exampleCall = /(^|\.)(randn|rand|zeros|ones|randint)$/;

/**
 * Names of the readings that may differ when `before` has become `after`; undefined when any may.
 * @param readings Names of what was read in `before`.
 * @param others Texts of the files that are imported.
 */
export function touched(
  before: Placed,
  after: Placed,
  readings: readonly string[],
  others: readonly string[],
): Set<string> | undefined {
  if (reachesAll.test(before.text) || reachesAll.test(after.text)) return undefined;
  const [a, b] = [chunksOf(before), chunksOf(after)];
  if (a.length !== b.length) return undefined;
  const different = a.flatMap((c, i) => (sameChunk(before, c, after, b[i]!) ? [] : [i]));
  if (different.length !== 1) return undefined;
  const at = different[0]!;
  const [was, is] = [a[at]!, b[at]!];
  const head = header(before, was);
  if (was.kind !== 'class' || is.kind !== 'class' || head === undefined || head !== header(after, is))
    return undefined;
  const [name] = was.defines;
  if (!readings.includes(name!)) return undefined;
  const definers = readings.map(r => a.filter(c => c.defines.has(r) && c.kind !== 'other'));
  if (definers.some(d => d.length !== 1)) return undefined;
  const linked = component(a, b, at);
  const names = new Set([...linked].flatMap(i => [...a[i]!.defines]));
  // An imported file that knows a name of these may bring it to a class that does not spell it.
  for (const o of others) {
    const words = wordsIn(o);
    for (const n of names) if (words.has(n)) return undefined;
  }
  const examples = examplesOf(after);
  if (examples.join('\n') !== examplesOf(before).join('\n')) return undefined;
  if (examples.some(e => wordsOf(e).some(w => names.has(w)))) return undefined;
  return new Set(readings.filter((_, i) => linked.has(a.indexOf(definers[i]![0]!))));
}

function wordsOf(text: string): string[] {
  return text.match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? [];
}

/** The words of texts that stay the same from edit to edit. */
const known = new Map<string, ReadonlySet<string>>();
const mostKnown = 8_000_000;
let knownSize = 0;

function wordsIn(text: string): ReadonlySet<string> {
  let found = known.get(text);
  if (!found) {
    found = new Set(wordsOf(text));
    knownSize += text.length;
    if (knownSize > mostKnown) {
      known.clear();
      knownSize = text.length;
    }
    known.set(text, found);
  }
  return found;
}

/** The statements of a file's top level, decorators with what they decorate. */
function chunksOf(placed: Placed): Chunk[] {
  const { texts } = placed.tokens;
  const starts: number[] = [];
  let decorated = false;
  texts.forEach((t, i) => {
    if (t !== '\t') return;
    const next = texts[i + 1] ?? '';
    if (!decorated && !(continues.has(next) && starts.length)) starts.push(i);
    decorated = next === '@';
  });
  const ends = [...starts.slice(1), texts.length];
  const imported = new Set<string>();
  return starts.map((from, i) => {
    const chunk = chunkOf(texts, from, ends[i]!, imported);
    if (chunk.kind === 'import') for (const w of chunk.mentions) imported.add(w);
    return chunk;
  });
}

function chunkOf(texts: readonly string[], from: number, to: number, imported: ReadonlySet<string>): Chunk {
  let first = from + 1;
  while (texts[first] === '@') first = texts.indexOf('\t', first) + 1;
  const word = texts[first] ?? '';
  const mentions = new Set(texts.slice(from, to).flatMap(wordsOf));
  const make = (kind: Chunk['kind'], names: Iterable<string>): Chunk => ({
    from,
    to,
    kind,
    defines: new Set(names),
    mentions,
  });
  if (word === 'class') return make('class', [texts[first + 1]!]);
  if (word === 'def') return make('function', [texts[first + 1]!]);
  if (word === 'import' || word === 'from') return make('import', []);
  // What runs only as a script is not run, but tells how classes are made.
  if (word === 'if' && texts[first + 1] === '__name__') return make('guard', []);
  const next = texts[first + 1];
  const lines = texts.slice(from, to).filter(t => t === '\n').length;
  if (lines === 1 && /^[\p{L}_][\p{L}\p{N}_]*$/u.test(word) && next === '=' && texts[first + 2] !== '=') {
    // `a = b = …` and `a = 1; b = 2` set more than the first.
    const more = texts.slice(first + 2, to).some((t, i, rest) => t === ';' || setsMore(rest, i));
    if (!more) return make('value', [word]);
  }
  return make(
    'other',
    [...mentions].filter(w => !imported.has(w)),
  );
}

/** Whether a sign = outside of brackets stands here. */
function setsMore(tokens: readonly string[], at: number): boolean {
  if (tokens[at] !== '=') return false;
  let depth = 0;
  for (const t of tokens.slice(0, at)) depth += '([{'.includes(t) ? 1 : ')]}'.includes(t) ? -1 : 0;
  return depth === 0;
}

function sameChunk(before: Placed, a: Chunk, after: Placed, b: Chunk): boolean {
  if (a.to - a.from !== b.to - b.from) return false;
  for (let i = 0; i < a.to - a.from; i++)
    if (before.tokens.texts[a.from + i] !== after.tokens.texts[b.from + i]) return false;
  return true;
}

/** All of a class statement that is not its body; nothing if the body stands on the same line. */
function header(placed: Placed, chunk: Chunk): string | undefined {
  const texts = placed.tokens.texts.slice(chunk.from, chunk.to);
  const end = texts.indexOf('\n', texts.indexOf('class'));
  return texts[end - 1] === ':' ? texts.slice(0, end).join(' ') : undefined;
}

/** Statements that are bound to one by names, in either direction and over others. */
function component(a: readonly Chunk[], b: readonly Chunk[], at: number): Set<number> {
  const mentions = a.map((c, i) => (i === at ? new Set([...c.mentions, ...b[i]!.mentions]) : c.mentions));
  const bound = (i: number, k: number) => {
    for (const n of a[k]!.defines) if (mentions[i]!.has(n)) return true;
    return false;
  };
  const linked = new Set([at]);
  const open = [at];
  while (open.length) {
    const i = open.pop()!;
    a.forEach((_, k) => {
      if (linked.has(k) || !(bound(i, k) || bound(k, i))) return;
      linked.add(k);
      open.push(k);
    });
  }
  return linked;
}

/** The calls in a file that show what inputs look like, as text. */
function examplesOf(placed: Placed): string[] {
  const { texts } = placed.tokens;
  return texts.flatMap((t, i) => {
    if (!exampleCall.test(t) || texts[i + 1] !== '(') return [];
    let depth = 0;
    let end = i + 1;
    for (; end < texts.length; end++) {
      if ('([{'.includes(texts[end]!)) depth++;
      else if (')]}'.includes(texts[end]!) && --depth === 0) break;
    }
    return [texts.slice(i, end + 1).join(' ')];
  });
}
