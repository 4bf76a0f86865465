/**
 * What an elementwise kernel computes, as a directed acyclic graph of operations on four cells at once. Built from the
 * expressions that ops are written in (see engine/ops/_map.ts), so that kernels can be joined and compiled together.
 */
import { type Expression, parse, type Statement } from 'acorn';
import { VitrineError } from '../../../model/errors';

/** A value is its index among the nodes. Masks are lanes of all ones or zeros. */
export type Ref = number;

export type Operation =
  | { op: 'input'; index: number }
  | { op: 'constant'; value: number }
  | { op: UnaryName; args: readonly [Ref] }
  | { op: BinaryName; args: readonly [Ref, Ref] }
  /** The first where the mask (the third) is set, else the second. */
  | { op: 'select'; args: readonly [Ref, Ref, Ref] }
  /** A function of Math that is called lane by lane. */
  | { op: 'lanes'; name: string; args: readonly Ref[] };

export type UnaryName = keyof typeof unaryCodes | keyof typeof vectorFunctions;
export type BinaryName = keyof typeof binaryCodes;

/** WebAssembly's SIMD instructions by what they are called here. */
export const unaryCodes = {
  ceil: 0x67,
  floor: 0x68,
  trunc: 0x69,
  abs: 0xe0,
  neg: 0xe1,
  sqrt: 0xe3,
  not: 0x4d,
} as const;
export const binaryCodes = {
  eq: 0x41,
  ne: 0x42,
  lt: 0x43,
  gt: 0x44,
  le: 0x45,
  ge: 0x46,
  and: 0x4e,
  or: 0x50,
  add: 0xe4,
  sub: 0xe5,
  mul: 0xe6,
  div: 0xe7,
  min: 0xe8,
  max: 0xe9,
} as const;
/** Functions of engine/wasm/assembly over four lanes. */
export const vectorFunctions = {
  exp: 'exp4',
  tanh: 'tanh4',
  erf: 'erf4',
  log: 'log4',
  sigmoid: 'sigmoid4',
} as const;

const masks = new Set<string>(['eq', 'ne', 'lt', 'gt', 'le', 'ge']);
const comparisons: Readonly<Record<string, BinaryName>> = {
  '<': 'lt',
  '>': 'gt',
  '<=': 'le',
  '>=': 'ge',
  '===': 'eq',
  '==': 'eq',
  '!==': 'ne',
  '!=': 'ne',
};
const arithmetic: Readonly<Record<string, BinaryName>> = { '+': 'add', '-': 'sub', '*': 'mul', '/': 'div' };

export class Program {
  readonly nodes: Operation[] = [];
  private readonly known = new Map<string, Ref>();

  /** Equal operations are one node. */
  add(operation: Operation): Ref {
    const key = JSON.stringify(operation, (_, v) => (Object.is(v, -0) ? '-0' : v));
    let ref = this.known.get(key);
    if (ref === undefined) {
      ref = this.nodes.push(operation) - 1;
      this.known.set(key, ref);
    }
    return ref;
  }

  constant(value: number): Ref {
    return this.add({ op: 'constant', value: Math.fround(value) });
  }

  /** Adds what `statements` and `expression` compute from the named values. */
  evaluate(statements: string, expression: string, values: ReadonlyMap<string, Ref>): Ref {
    const scope = new Map(values);
    for (const s of bodyOf(statements)) this.run(s, scope);
    const [last] = bodyOf(`(${expression});`);
    if (last?.type !== 'ExpressionStatement') throw unknown(expression);
    return this.number(this.value(last.expression, scope));
  }

  private run(s: Statement, scope: Map<string, Ref>): void {
    switch (s.type) {
      case 'EmptyStatement':
        return;
      case 'BlockStatement':
        for (const inner of s.body) this.run(inner, scope);
        return;
      case 'VariableDeclaration':
        for (const { id, init } of s.declarations) {
          if (id.type !== 'Identifier' || !init) throw unknown(id.type);
          scope.set(id.name, this.value(init, scope));
        }
        return;
      case 'ExpressionStatement': {
        const { expression: e } = s;
        if (e.type !== 'AssignmentExpression' || e.left.type !== 'Identifier') throw unknown(e.type);
        const right = this.value(e.right, scope);
        const operator = arithmetic[e.operator.slice(0, -1)];
        if (e.operator !== '=' && !operator) throw unknown(e.operator);
        scope.set(
          e.left.name,
          operator ? this.binary(operator, this.named(e.left.name, scope), right) : right,
        );
        return;
      }
      case 'IfStatement': {
        const test = this.mask(this.value(s.test, scope));
        const yes = new Map(scope);
        const no = new Map(scope);
        this.run(s.consequent, yes);
        if (s.alternate) this.run(s.alternate, no);
        for (const [name, before] of scope) {
          const [a, b] = [yes.get(name) ?? before, no.get(name) ?? before];
          if (a !== b) scope.set(name, this.select(test, a, b));
        }
        return;
      }
      default:
        throw unknown(s.type);
    }
  }

  private value(e: Expression, scope: ReadonlyMap<string, Ref>): Ref {
    switch (e.type) {
      case 'Literal':
        if (typeof e.value !== 'number') throw unknown(String(e.raw));
        return this.constant(e.value);
      case 'Identifier':
        return this.named(e.name, scope);
      case 'ParenthesizedExpression':
        return this.value(e.expression, scope);
      case 'UnaryExpression': {
        const x = this.value(e.argument, scope);
        if (e.operator === '!') return this.add({ op: 'not', args: [this.mask(x)] });
        if (e.operator === '+') return x;
        if (e.operator !== '-') throw unknown(e.operator);
        const of = this.nodes[x]!;
        return of.op === 'constant'
          ? this.constant(-of.value)
          : this.add({ op: 'neg', args: [this.number(x)] });
      }
      case 'BinaryExpression': {
        if (e.left.type === 'PrivateIdentifier') throw unknown(e.left.type);
        const [a, b] = [this.value(e.left, scope), this.value(e.right, scope)];
        const operator = arithmetic[e.operator] ?? comparisons[e.operator];
        if (!operator) throw unknown(e.operator);
        return this.binary(operator, a, b);
      }
      case 'LogicalExpression': {
        if (e.operator === '??') throw unknown(e.operator);
        const [a, b] = [this.mask(this.value(e.left, scope)), this.mask(this.value(e.right, scope))];
        return this.add({ op: e.operator === '&&' ? 'and' : 'or', args: [a, b] });
      }
      case 'ConditionalExpression': {
        const test = this.mask(this.value(e.test, scope));
        return this.select(test, this.value(e.consequent, scope), this.value(e.alternate, scope));
      }
      case 'CallExpression':
        return this.function(e, scope);
      default:
        throw unknown(e.type);
    }
  }

  private function(e: Expression & { type: 'CallExpression' }, scope: ReadonlyMap<string, Ref>): Ref {
    const args = e.arguments.map(a => this.number(this.value(a as Expression, scope)));
    const { callee } = e;
    let name: string;
    if (callee.type === 'Identifier') name = callee.name;
    else if (
      callee.type === 'MemberExpression' &&
      callee.object.type === 'Identifier' &&
      callee.object.name === 'Math' &&
      callee.property.type === 'Identifier'
    )
      name = callee.property.name;
    else throw unknown(callee.type);
    const [a, b] = args as [Ref, Ref];
    if (name === 'min' || name === 'max') {
      if (args.length !== 2) throw unknown(`Math.${name} of ${args.length}`);
      return this.add({ op: name, args: [a, b] });
    }
    if (name in unaryCodes || name in vectorFunctions) return this.add({ op: name as UnaryName, args: [a] });
    if (name === 'round')
      return this.add({ op: 'floor', args: [this.add({ op: 'add', args: [a, this.constant(0.5)] })] });
    if (name === 'pow') {
      const exponent = this.nodes[b]!;
      if (exponent.op === 'constant' && exponent.value === 2) return this.add({ op: 'mul', args: [a, a] });
      if (exponent.op === 'constant' && exponent.value === 1) return a;
    }
    if (typeof (Math as unknown as Record<string, unknown>)[name] !== 'function')
      throw unknown(`Math.${name}`);
    return this.add({ op: 'lanes', name, args });
  }

  private named(name: string, scope: ReadonlyMap<string, Ref>): Ref {
    const value = scope.get(name);
    if (value === undefined) throw unknown(name);
    return value;
  }

  private binary(op: BinaryName, x: Ref, y: Ref): Ref {
    const [a, b] = [this.number(x), this.number(y)];
    const [p, q] = [this.nodes[a]!, this.nodes[b]!];
    if (p.op === 'constant' && q.op === 'constant' && op in fold)
      return this.constant(fold[op as keyof typeof fold](p.value, q.value));
    // What leaves every number as it is.
    if (q.op === 'constant' && q.value === 1 && (op === 'mul' || op === 'div')) return a;
    if (p.op === 'constant' && p.value === 1 && op === 'mul') return b;
    return this.add({ op, args: [a, b] });
  }

  private select(test: Ref, x: Ref, y: Ref): Ref {
    const [a, b] = this.isMask(x) && this.isMask(y) ? [x, y] : [this.number(x), this.number(y)];
    const [p, q] = [this.nodes[a]!, this.nodes[b]!];
    if (q.op === 'constant' && Object.is(q.value, 0)) {
      // A value or zero, and one or zero, need no choice.
      return this.add({ op: 'and', args: [a, test] });
    }
    if (p.op === 'constant' && Object.is(p.value, 0))
      return this.add({ op: 'and', args: [b, this.add({ op: 'not', args: [test] })] });
    return this.add({ op: 'select', args: [a, b, test] });
  }

  private isMask(x: Ref): boolean {
    const n = this.nodes[x]!;
    if (masks.has(n.op)) return true;
    if (n.op === 'not') return this.isMask(n.args[0]);
    return (n.op === 'and' || n.op === 'or') && this.isMask(n.args[0]) && this.isMask(n.args[1]);
  }

  /** A number used as a condition is compared with zero, a condition used as a number is 1 or 0. */
  private mask(x: Ref): Ref {
    return this.isMask(x) ? x : this.add({ op: 'ne', args: [x, this.constant(0)] });
  }

  private number(x: Ref): Ref {
    return this.isMask(x) ? this.add({ op: 'and', args: [this.constant(1), x] }) : x;
  }
}

const fold = {
  add: (a: number, b: number) => a + b,
  sub: (a: number, b: number) => a - b,
  mul: (a: number, b: number) => a * b,
  div: (a: number, b: number) => a / b,
};

const parsed = new Map<string, readonly Statement[]>();

function bodyOf(text: string): readonly Statement[] {
  let body = parsed.get(text);
  if (!body) {
    try {
      body = parse(text, { ecmaVersion: 2020 }).body as Statement[];
    } catch {
      throw unknown(text);
    }
    if (parsed.size > 2000) parsed.clear();
    parsed.set(text, body);
  }
  return body;
}

/** The expression is in no form that can be compiled here; gpu.js may still know it. */
function unknown(what: string): VitrineError {
  return new VitrineError('unsupported-op', `an elementwise kernel cannot be compiled: ${what}`);
}
