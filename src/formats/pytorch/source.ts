/** Texts of Python files, their syntax trees, and places in them. */
import { type SyntaxNode, type Tree, TreeFragment } from '@lezer/common';
import { parser } from '@lezer/python';
import type { SourceRange } from '../../model/graph';
import type { Place } from './recording';

/** Of the files that were read last, what an edit leaves of their trees is not parsed again. */
const parsedLast = new Map<string, { text: string; fragments: readonly TreeFragment[] }>();
const mostParsed = 20;

function parse(file: string, text: string): Tree {
  const was = parsedLast.get(file);
  let fragments: readonly TreeFragment[] = [];
  if (was) {
    const shortest = Math.min(was.text.length, text.length);
    let first = 0;
    while (first < shortest && was.text.charCodeAt(first) === text.charCodeAt(first)) first++;
    let last = 0;
    while (
      last < shortest - first &&
      was.text.charCodeAt(was.text.length - 1 - last) === text.charCodeAt(text.length - 1 - last)
    )
      last++;
    const change = { fromA: first, toA: was.text.length - last, fromB: first, toB: text.length - last };
    fragments = TreeFragment.applyChanges(was.fragments, [change]);
  }
  const tree = parser.parse(text, fragments);
  // What the parser makes of broken text depends on where it begins: such trees are neither made of others nor kept.
  if (isBroken(tree)) return fragments.length ? parser.parse(text) : tree;
  if (file !== '') {
    parsedLast.delete(file);
    parsedLast.set(file, { text, fragments: TreeFragment.addTree(tree) });
    for (const oldest of parsedLast.keys()) {
      if (parsedLast.size <= mostParsed) break;
      parsedLast.delete(oldest);
    }
  }
  return tree;
}

function isBroken(tree: Tree): boolean {
  const cursor = tree.cursor();
  do {
    if (cursor.type.isError) return true;
  } while (cursor.next());
  return false;
}

/** A name and the sign behind it, in a line of its own or behind what a condition or another statement ends with. */
const assignment =
  /(?:^|;|^[ \t\f]*(?:if|elif|else|for|while|with|try|except|finally|def|class)\b.*:)[ \t\f]*([\p{L}_][\p{L}\p{N}_]*)[ \t]*=(?!=)(?:[ \t]*[\p{L}_][\p{L}\p{N}_.]*[ \t]*=(?!=))*[ \t]*$/u;
/** Nothing but a comment or another statement follows in the line. */
const endsStatement = /^[ \t\f]*(?:;|#|\r|\n|$)/;

/** Whether a text is one expression of Python. */
export function isExpression(text: string): boolean {
  if (/[\n\r]/.test(text)) return false;
  const tree = parser.parse(`${text}\n`);
  const only = tree.topNode.firstChild;
  // A string that does not end takes in the bracket.
  return (
    !isBroken(tree) &&
    !isBroken(parser.parse(`(${text})\n`)) &&
    only?.nextSibling === null &&
    only.name === 'ExpressionStatement'
  );
}

export class SourceText {
  private starts: number[] | undefined;
  private parsed: Tree | undefined;

  constructor(
    readonly file: string,
    readonly text: string,
  ) {}

  get tree(): Tree {
    this.parsed ??= parse(this.file, this.text);
    return this.parsed;
  }

  /** Offsets at which lines begin. */
  private get lines(): number[] {
    if (!this.starts) {
      this.starts = [0];
      const { text, starts } = this;
      if (text.includes('\r')) {
        for (const m of text.matchAll(/\r\n|\r|\n/g)) starts.push(m.index + m[0].length);
      } else {
        for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
      }
    }
    return this.starts;
  }

  /** The offset of a line (from 1) and a column in UTF-8 bytes (from 0), as Python counts. */
  offsetOf(line: number, bytes: number): number {
    const start = this.lines[Math.min(Math.max(line, 1), this.lines.length) - 1]!;
    const end = this.lines[line] ?? this.text.length;
    let at = start;
    let left = bytes;
    while (at < end && left > 0) {
      const code = this.text.codePointAt(at)!;
      left -= code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
      at += code > 0xffff ? 2 : 1;
    }
    return at;
  }

  /** Line and column, from 1, in UTF-16 units as editors count. */
  positionOf(offset: number): { line: number; column: number } {
    let low = 0;
    let high = this.lines.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.lines[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - this.lines[low]! + 1 };
  }

  range(from: number, to: number): SourceRange {
    const start = this.positionOf(from);
    const end = this.positionOf(to);
    return { file: this.file, ...start, endLine: end.line, endColumn: end.column };
  }

  rangeOf(node: { from: number; to: number }): SourceRange {
    return this.range(node.from, node.to);
  }

  /** An editor's range from Python's; an empty one is the line's first word to its end. */
  fromPlace([, line, column, endLine, endColumn]: Place): SourceRange {
    const from = this.offsetOf(line, column);
    let to = this.offsetOf(endLine, endColumn);
    if (to <= from) {
      const end = (this.lines[line] ?? this.text.length + 1) - 1;
      to = Math.max(from, end);
    }
    return this.range(from, to);
  }

  slice(node: { from: number; to: number }): string {
    return this.text.slice(node.from, node.to);
  }

  /**
   * The variable that the value of an expression is assigned to, e.g. "x" for that of `x = F.relu(x)`: seen from what
   * stands around it, as a tree of the whole text costs more than all else that is asked of it.
   */
  assigned(from: number, to: number): string | undefined {
    const { text } = this;
    const line = text.slice(
      Math.max(text.lastIndexOf('\n', from - 1), text.lastIndexOf('\r', from - 1)) + 1,
      from,
    );
    const before = assignment.exec(line);
    if (!before || !endsStatement.test(text.slice(to, to + 200))) return undefined;
    // An argument on a line of its own looks the same: what follows it closes a bracket, or goes on in it.
    const next = /^(?:\s|#[^\n\r]*|;)*/.exec(text.slice(to, to + 4000))![0].length + to;
    return ')]},'.includes(text[next] ?? ' ') ? undefined : before[1];
  }

  /** The innermost node of a kind that covers exactly or around an offset range. */
  enclosing(from: number, to: number, name: string): SyntaxNode | undefined {
    let node: SyntaxNode | null = this.tree.resolveInner(from, 1);
    while (node) {
      if (node.name === name && node.from <= from && node.to >= to) return node;
      node = node.parent;
    }
    return undefined;
  }
}

export interface CallArgument {
  /** The keyword, or nothing for a positional one. */
  name?: string;
  value: SyntaxNode;
}

/** Arguments of a call expression, starred ones left out. */
export function argumentsOf(source: SourceText, call: SyntaxNode): CallArgument[] {
  const list = call.getChild('ArgList');
  const out: CallArgument[] = [];
  let name: string | undefined;
  let skip = false;
  for (let c = list?.firstChild ?? null; c; c = c.nextSibling) {
    if (c.name === '(' || c.name === ')' || c.name === 'Comment' || c.type.isError) continue;
    if (c.name === ',') {
      name = undefined;
      skip = false;
    } else if (c.name === '*' || c.name === '**') skip = true;
    else if (c.name === 'VariableName' && c.nextSibling?.name === 'AssignOp') name = source.slice(c);
    else if (c.name === 'AssignOp' || skip) continue;
    else out.push(name === undefined ? { value: c } : { name, value: c });
  }
  return out;
}
