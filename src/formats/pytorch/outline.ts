/**
 * What can be said of a Python file from its syntax alone, at once and also while it is half typed: which classes look
 * like models and which layers they define.
 */
import type { SyntaxNode } from '@lezer/common';
import type { Diagnostic, SourceRange } from '../../model/graph';
import { argumentsOf, SourceText } from './source';

export interface LayerDefinition {
  /** The attribute, e.g. "conv1". */
  name: string;
  /** The class as written, e.g. "nn.Conv2d". */
  type: string;
  /** The whole statement `self.conv1 = nn.Conv2d(1, 6, 5)`. */
  range: SourceRange;
  /** The expression `nn.Conv2d(1, 6, 5)`. */
  call: SourceRange;
  /** Arguments as written, positional ones first; `value` where it is a literal. */
  arguments: readonly { name?: string; text: string; value?: number | string | boolean | null }[];
}

export interface ModelClass {
  name: string;
  bases: readonly string[];
  /** The class statement, to its end. */
  range: SourceRange;
  /** Its name alone: where a lens stands. */
  nameRange: SourceRange;
  layers: readonly LayerDefinition[];
  /** The method forward's name, if there is one. */
  forward?: SourceRange;
  docstring?: string;
}

const modelBases =
  /^(?:(?:torch\.)?nn\.Module|Module|(?:pl\.|L\.|lightning\.|pytorch_lightning\.)?LightningModule|nn\.(?:Sequential|ModuleList)|Sequential)$/;

/** Classes that look like models, in the order of the file. Never throws; a broken file gives what can be seen. */
export function outline(text: string, file = ''): ModelClass[] {
  const source = new SourceText(file, text);
  const known = new Set<string>();
  const out: ModelClass[] = [];
  source.tree.iterate({
    enter: ({ node }) => {
      if (node.name === 'FunctionDefinition' || node.name === 'LambdaExpression') return false;
      if (node.name !== 'ClassDefinition') return true;
      const nameNode = node.getChild('VariableName');
      if (!nameNode) return false;
      const bases = argumentsOf(source, node)
        .filter(a => a.name === undefined)
        .map(a => source.slice(a.value).replace(/\s+/g, ''));
      const name = source.slice(nameNode);
      if (bases.some(b => modelBases.test(b) || known.has(b))) {
        known.add(name);
        out.push(read(source, node, nameNode, name, bases));
      }
      return false;
    },
  });
  return out;
}

function read(
  source: SourceText,
  node: SyntaxNode,
  nameNode: SyntaxNode,
  name: string,
  bases: readonly string[],
): ModelClass {
  const layers: LayerDefinition[] = [];
  let forward: SourceRange | undefined;
  let docstring: string | undefined;
  const body = node.getChild('Body');
  for (let c = body?.firstChild ?? null; c; c = c.nextSibling) {
    if (c.name === 'ExpressionStatement' && docstring === undefined && c.firstChild?.name === 'String')
      docstring = stringValue(source.slice(c.firstChild));
    const definition = c.name === 'DecoratedStatement' ? c.getChild('FunctionDefinition') : c;
    if (definition?.name !== 'FunctionDefinition') continue;
    const method = definition.getChild('VariableName');
    if (!method) continue;
    if (source.slice(method) === 'forward') forward = source.rangeOf(method);
    else collectLayers(source, definition, layers);
  }
  return {
    name,
    bases,
    range: source.rangeOf(node),
    nameRange: source.rangeOf(nameNode),
    layers,
    ...(forward ? { forward } : {}),
    ...(docstring === undefined ? {} : { docstring }),
  };
}

function collectLayers(source: SourceText, method: SyntaxNode, into: LayerDefinition[]): void {
  method.cursor().iterate(cursor => {
    const n = cursor.node;
    if (n.name !== 'AssignStatement') return true;
    const target = n.firstChild;
    const call = n.lastChild;
    if (target?.name !== 'MemberExpression' || call?.name !== 'CallExpression') return false;
    const attribute = /^self\.(\w+)$/.exec(source.slice(target))?.[1];
    const callee = call.firstChild;
    if (!attribute || !callee) return false;
    const type = source.slice(callee);
    // Layers are classes: their last name begins with a capital letter.
    if (!/(?:^|\.)[A-Z]\w*$/.test(type)) return false;
    into.push({
      name: attribute,
      type,
      range: source.rangeOf(n),
      call: source.rangeOf(call),
      arguments: argumentsOf(source, call).map(a => {
        const text = source.slice(a.value);
        const value = literal(a.value.name, text);
        return { ...(a.name ? { name: a.name } : {}), text, ...(value === undefined ? {} : { value }) };
      }),
    });
    return false;
  });
}

function literal(kind: string, text: string): number | string | boolean | null | undefined {
  if (kind === 'Number' || (kind === 'UnaryExpression' && /^-\s*[\d.]/.test(text))) {
    const n = Number(text.replace(/[_\s]/g, ''));
    return Number.isNaN(n) ? undefined : n;
  }
  if (kind === 'Boolean') return text === 'True';
  if (kind === 'None' || text === 'None') return null;
  return kind === 'String' ? stringValue(text) : undefined;
}

function stringValue(text: string): string {
  const m = /^[rbuRBU]*("""|'''|"|')([\s\S]*?)\1$/.exec(text);
  return m ? m[2]!.trim() : text;
}

/** The first place where the syntax breaks, for feedback before Python has run. */
export function syntaxErrors(text: string, file = ''): Diagnostic[] {
  const source = new SourceText(file, text);
  const out: Diagnostic[] = [];
  source.tree.iterate({
    enter: ({ type, from, to }) => {
      if (!type.isError || out.length) return;
      out.push({
        ...source.range(from, Math.max(to, from + 1)),
        severity: 'error',
        code: 'syntax-error',
        message: 'SyntaxError: invalid syntax',
      });
    },
  });
  return out;
}
