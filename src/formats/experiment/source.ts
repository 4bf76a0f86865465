/** JSON with comments as a tree that knows its places. */
import { findNodeAtLocation, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { Diagnostic, Severity, SourceRange } from '../../model/graph';

/** Far beyond what anyone writes by hand. */
const maxCharacters = 4_000_000;

export type JsonPath = readonly (string | number)[];

export class JsonSource {
  /** Undefined for a file that is empty or holds only comments, and for one that is not JSON at all. */
  readonly root: Node | undefined;
  readonly text: string;
  readonly diagnostics: Diagnostic[] = [];
  private readonly lineStarts = [0];

  constructor(
    readonly file: string,
    content: string,
  ) {
    // Editors do not count the byte order mark as a column.
    const text = content.replace(/^\uFEFF/, '');
    this.text = text;
    for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) this.lineStarts.push(i + 1);
    if (text.length > maxCharacters) {
      this.report(
        this.range(0, 1),
        'json-syntax',
        `The file has ${text.length} characters; at most ${maxCharacters} are read.`,
      );
      return;
    }
    const errors: ParseError[] = [];
    try {
      this.root = parseTree(text, errors, { allowTrailingComma: true });
    } catch (e) {
      // The parser recurses; only a file made to break it nests this deep.
      if (!(e instanceof RangeError)) throw e;
      this.report(this.range(0, 1), 'json-syntax', 'The file nests too deep to be read.');
      return;
    }
    if (!this.root && errors.every(e => printParseErrorCode(e.error) === 'ValueExpected')) return;
    for (const { error, offset, length } of errors)
      this.report(
        this.range(offset, Math.max(1, length)),
        'json-syntax',
        `${sentences[printParseErrorCode(error)] ?? 'This is not JSON.'}`,
      );
    if (this.root && errors.length === 0) this.checkNames(this.root, 0);
  }

  /** The value at a path, or the nearest one above that exists. */
  place(path: JsonPath): SourceRange {
    for (let n = path.length; n >= 0; n--) {
      const node = this.root && findNodeAtLocation(this.root, [...path.slice(0, n)]);
      if (!node) continue;
      // An object as a whole would underline half the file: its name, or its brace, says enough.
      if (node.type === 'object') return this.placeOfName(path.slice(0, n));
      return this.range(node.offset, node.length);
    }
    return this.range(0, 1);
  }

  /** The name of a property; for the root, its opening brace. */
  placeOfName(path: JsonPath): SourceRange {
    const node = this.root && findNodeAtLocation(this.root, [...path]);
    const name = node?.parent?.type === 'property' ? node.parent.children![0]! : undefined;
    if (name) return this.range(name.offset, name.length);
    return node ? this.range(node.offset, 1) : this.range(0, 1);
  }

  has(path: JsonPath): boolean {
    return this.root !== undefined && findNodeAtLocation(this.root, [...path]) !== undefined;
  }

  /** The plain value. Names are own properties whatever they are. */
  value(): unknown {
    return this.root && plainValue(this.root);
  }

  report(
    range: SourceRange,
    code: string,
    message: string,
    fix?: Diagnostic['fix'],
    severity: Severity = 'error',
  ): void {
    this.diagnostics.push({ ...range, severity, code, message, ...(fix ? { fix } : {}) });
  }

  range(offset: number, length: number): SourceRange {
    const [line, column] = this.position(offset);
    const [endLine, endColumn] = this.position(
      Math.min(offset + length, Math.max(this.text.length, offset + 1)),
    );
    return { file: this.file, line, column, endLine, endColumn };
  }

  private position(offset: number): [number, number] {
    let low = 0;
    let high = this.lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.lineStarts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return [low + 1, offset - this.lineStarts[low]! + 1];
  }

  private checkNames(node: Node, depth: number): void {
    if (node.type === 'object') {
      const seen = new Set<string>();
      for (const { children } of node.children ?? []) {
        const name = children![0]!;
        if (seen.has(name.value))
          this.report(
            this.range(name.offset, name.length),
            'duplicate-field',
            `"${name.value}" is given twice here. Remove one.`,
          );
        seen.add(name.value);
      }
    }
    for (const child of node.children ?? []) this.checkNames(child, depth + 1);
  }
}

function plainValue(node: Node): unknown {
  if (node.type === 'array') return (node.children ?? []).map(plainValue);
  if (node.type !== 'object') return node.value;
  const out: Record<string, unknown> = {};
  for (const { children } of node.children ?? []) {
    const [name, value] = children!;
    if (!value) continue;
    Object.defineProperty(out, name!.value, {
      value: plainValue(value),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return out;
}

const sentences: Readonly<Record<string, string>> = {
  InvalidSymbol: 'This is no JSON value. Put text into double quotes.',
  InvalidNumberFormat: 'This is not a number as JSON writes it, e.g. 0.01 or 1e-3.',
  PropertyNameExpected: 'A name in double quotes is expected here.',
  ValueExpected:
    'A value is expected here: text in double quotes, a number, true, false, null, [ … ] or { … }.',
  ColonExpected: 'A colon is expected between name and value.',
  CommaExpected: 'A comma is expected before the next entry.',
  CloseBraceExpected: 'The closing brace } is missing.',
  CloseBracketExpected: 'The closing bracket ] is missing.',
  EndOfFileExpected: 'Nothing is expected after the closing brace.',
  InvalidCommentToken: 'This is no comment.',
  UnexpectedEndOfComment: 'The comment is never closed with */.',
  UnexpectedEndOfString: 'The text is never closed with a double quote.',
  UnexpectedEndOfNumber: 'The number ends too early.',
  InvalidUnicode: 'After \\u, four hexadecimal digits are expected.',
  InvalidEscapeCharacter: 'After a backslash, one of " \\ / b f n r t u is expected. Write paths with /.',
  InvalidCharacter: 'This character must be written as an escape, e.g. \\n or \\t.',
};
