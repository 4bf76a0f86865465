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

/** A text with what is needed to go from places to offsets and back. */
export class Placed {
  readonly tokens: Tokens;
  private readonly lines: number[] = [0];

  constructor(readonly text: string) {
    this.tokens = tokensOf(text);
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

/** The readings of `before` as those of `after`, whose tokens are the same. */
export function moved(
  models: Readonly<Record<string, ReadModel>>,
  file: string,
  before: Placed,
  after: Placed,
): Record<string, ReadModel> {
  const offset = (at: number, atEnd: boolean) => {
    const i = before.tokenAt(at, atEnd);
    return (after.tokens.starts[i] ?? 0) + at - (before.tokens.starts[i] ?? 0);
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
  return Object.fromEntries(
    Object.entries(models).map(([name, m]) => [
      name,
      { ...m, ...(m.model ? { model: model(m.model) } : {}), diagnostics: m.diagnostics.map(diagnostic) },
    ]),
  );
}
