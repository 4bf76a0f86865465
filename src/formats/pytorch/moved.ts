/**
 * Readings of a text that differs from one read before only in what Python does not see: spaces, blank lines, comments.
 * Nothing has to run again then; places move.
 */
import type { Diagnostic, Model, SourceRange } from '../../model/graph';
import type { ReadModel } from '../_format';

export interface Tokens {
  texts: readonly string[];
  starts: readonly number[];
}

const token =
  /(?<string>[rbfuRBFU]{0,2}(?:"""(?:\\[\s\S]|(?!""")[^\\])*(?:"""|$)|'''(?:\\[\s\S]|(?!''')[^\\])*(?:'''|$)|"(?:\\[\s\S]|[^"\\\n])*"?|'(?:\\[\s\S]|[^'\\\n])*'?))|(?<comment>#[^\n]*)|(?<joined>\\\r?\n)|(?<end>\r?\n)|(?<space>[ \t\f]+)|(?<word>[\p{L}\p{N}_.]+)|(?<other>[\s\S])/gu;

/** What Python sees of a text: words, strings, signs, ends of statements and their indentation. */
export function tokensOf(text: string): Tokens {
  const texts: string[] = [];
  const starts: number[] = [];
  let depth = 0;
  let lineStart = true;
  let indent = '';
  const push = (t: string, at: number) => {
    texts.push(t);
    starts.push(at);
  };
  for (const m of text.matchAll(token)) {
    const g = m.groups!;
    if (g['space'] !== undefined) {
      if (lineStart) indent = g['space'];
      continue;
    }
    if (g['comment'] !== undefined || g['joined'] !== undefined) continue;
    if (g['end'] !== undefined) {
      if (depth === 0 && !lineStart) push('\n', m.index);
      if (depth === 0) {
        lineStart = true;
        indent = '';
      }
      continue;
    }
    if (lineStart && depth === 0) {
      push(`\t${indent}`, m.index);
      lineStart = false;
    }
    if (g['other'] !== undefined) {
      if ('([{'.includes(m[0])) depth++;
      else if (')]}'.includes(m[0])) depth = Math.max(0, depth - 1);
    }
    push(m[0], m.index);
  }
  if (!lineStart) push('\n', text.length);
  return { texts, starts };
}

export function sameTokens(a: Tokens, b: Tokens): boolean {
  return a.texts.length === b.texts.length && a.texts.every((t, i) => t === b.texts[i]);
}

/** A text's tokens with its documentation empty, if nothing in it asks for that. */
function withoutDocumentation(text: string): Tokens {
  const tokens = tokensOf(text);
  if (/__doc__|getdoc|doctest/.test(text)) return tokens;
  const { texts } = tokens;
  const documents = (t: string, i: number) =>
    /^[rR]?["']/.test(t) && texts[i - 1]?.[0] === '\t' && texts[i + 1] === '\n' && closed(t);
  return { ...tokens, texts: texts.map((t, i) => (documents(t, i) ? '""' : t)) };
}

/** Whether a string has its end: one that has none takes in the code that follows. */
function closed(text: string): boolean {
  const [, quote] = /^[rR]?("""|'''|["'])/.exec(text)!;
  const inside = text.length - text.indexOf(quote!) - 2 * quote!.length;
  return inside >= 0 && text.endsWith(quote!) && !/\\/.test(text);
}

/** A text with what is needed to go from places to offsets and back. */
export class Placed {
  readonly tokens: Tokens;
  private readonly lines: number[] = [0];

  constructor(readonly text: string) {
    this.tokens = withoutDocumentation(text);
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.lines.push(at + 1);
  }

  offset(line: number, column: number): number {
    return (this.lines[line - 1] ?? this.text.length) + column - 1;
  }

  place(offset: number): [line: number, column: number] {
    let low = 0;
    let high = this.lines.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.lines[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return [low + 1, offset - this.lines[low]! + 1];
  }

  /** The token that an offset is in, or ends. */
  tokenAt(offset: number, atEnd: boolean): number {
    const { starts } = this.tokens;
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (atEnd ? starts[middle]! < offset : starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/**
 * The readings of `before` as those of `after`, whose tokens are the same but for one stretch of them. Nothing if a
 * place lies in that stretch.
 */
export function moved(
  models: Readonly<Record<string, ReadModel>>,
  file: string,
  before: Placed,
  after: Placed,
): Record<string, ReadModel> | undefined {
  const [a, b] = [before.tokens.texts, after.tokens.texts];
  const shortest = Math.min(a.length, b.length);
  let first = 0;
  while (first < shortest && a[first] === b[first]) first++;
  let last = 0;
  while (last < shortest - first && a.at(-1 - last) === b.at(-1 - last)) last++;
  let lost = false;
  const offset = (at: number, atEnd: boolean) => {
    const i = before.tokenAt(at, atEnd);
    if (i >= first && i < a.length - last) lost = true;
    const to = i < first ? i : i + b.length - a.length;
    return (after.tokens.starts[to] ?? 0) + at - (before.tokens.starts[i] ?? 0);
  };
  const range = <R extends SourceRange>(r: R): R => {
    if (r.file !== file) return r;
    const from = offset(before.offset(r.line, r.column), false);
    const to = offset(before.offset(r.endLine, r.endColumn), true);
    const [line, column] = after.place(from);
    const [endLine, endColumn] = after.place(Math.max(from, to));
    return { ...r, line, column, endLine, endColumn };
  };
  const model = (m: Model): Model => ({
    ...m,
    ...(m.definition ? { definition: range(m.definition) } : {}),
    nodes: m.nodes.map(n => (n.call ? { ...n, call: range(n.call) } : n)),
    modules: m.modules.map(x => (x.definition ? { ...x, definition: range(x.definition) } : x)),
  });
  const diagnostic = (d: Diagnostic): Diagnostic => ({
    ...range(d),
    ...(d.fix ? { fix: { ...d.fix, range: range(d.fix.range) } } : {}),
  });
  const out = Object.fromEntries(
    Object.entries(models).map(([name, m]) => [
      name,
      { ...m, ...(m.model ? { model: model(m.model) } : {}), diagnostics: m.diagnostics.map(diagnostic) },
    ]),
  );
  return lost ? undefined : out;
}
