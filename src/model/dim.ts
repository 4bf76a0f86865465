/**
 * Sizes of tensor dimensions: a number, or a symbolic expression such as "N", "N*T" or "((T-1)//(2))+1".
 *
 * An expression is a polynomial with integer coefficients over atoms; an atom is a symbol or, in parentheses, a floor
 * division that does not come out even. Every function takes any way of writing and returns the canonical one, so that
 * equal polynomials are equal strings.
 */
import { VitrineError } from './errors';

export type Dim = number | string;

/** Dimensions of a tensor, outermost first. A scalar has the shape []. */
export type Shape = readonly Dim[];

/** Values for the symbols of a model, e.g. { N: 32 }. */
export type Bindings = Readonly<Record<string, number>>;

/** Coefficients by monomial: a sorted list of atoms joined by "*"; the empty string is the constant term. */
type Polynomial = ReadonlyMap<string, number>;

const parsed = new Map<string, Polynomial>();

/** Results of computations with symbols: a model of many equal blocks asks for the same ones again and again. */
const computed = new Map<string, Dim>();
const mostComputed = 20_000;

function remembered(a: Dim, sign: string, b: Dim, compute: () => Dim): Dim {
  const key = `${a} ${sign} ${b}`;
  const known = computed.get(key);
  if (known !== undefined) return known;
  if (computed.size >= mostComputed) computed.clear();
  const result = compute();
  computed.set(key, result);
  return result;
}

export function addDims(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  return remembered(a, '+', b, () => print(add(parse(a), parse(b))));
}

export function mulDims(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a * b + 0; // never -0
  return remembered(a, '*', b, () => print(multiply(parse(a), parse(b))));
}

export function subDims(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return remembered(a, '-', b, () => print(add(parse(a), parse(b), -1)));
}

/**
 * Floor division. What divides evenly leaves the floor: (4*N + 3)//4 is N.
 *
 * @throws RangeError for division by zero.
 */
export function floorDivDims(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number' && b !== 0) return Math.floor(a / b) + 0;
  return remembered(a, '/', b, () => print(floorDivide(parse(a), parse(b))));
}

export function equalDims(a: Dim, b: Dim): boolean {
  return a === b || subDims(a, b) === 0;
}

export function productOf(shape: Shape): Dim {
  return shape.reduce<Dim>((p, d) => mulDims(p, d), 1);
}

/** Whether it is below 0, or not, for all sizes; undefined where that depends on them. */
export function isNegative(d: Dim): boolean | undefined {
  if (typeof d === 'number') return d < 0;
  const factors = [...parse(d).values()];
  if (factors.every(c => c >= 0)) return false;
  return factors.every(c => c <= 0) ? true : undefined;
}

/** Replaces bound symbols by their values; a number when nothing symbolic is left. */
export function bindDim(d: Dim, bindings: Bindings): Dim {
  return typeof d === 'number' ? d : print(bind(parse(d), bindings));
}

export function bindShape(shape: Shape, bindings: Bindings): Shape {
  return shape.map(d => bindDim(d, bindings));
}

/** The symbols that an expression uses, sorted. */
export function symbolsOf(d: Dim): string[] {
  return typeof d === 'number' ? [] : [...new Set(d.match(/[A-Za-z_]\w*/g) ?? [])].sort();
}

/**
 * As one writes it by hand: "72·T² + 6144·T", "⌊(T − 1) / 2⌋ + 1".
 *
 * @param written how a coefficient is written; all its digits if absent.
 */
export function polynomialText(d: Dim, written: (size: number) => string = String): string {
  const terms = sorted(parse(d));
  if (terms.length === 0) return written(0);
  return terms
    .map(([m, c], i) => {
      const size = Math.abs(c);
      const factors = [...powersOf(atomsOf(m))]
        .sort(([a], [b]) => Number(a.startsWith('(')) - Number(b.startsWith('(')))
        .map(([atom, n]) => atomFormula(atom, written) + power(n));
      const body = (size === 1 && factors.length > 0 ? factors : [written(size), ...factors]).join('·');
      return i === 0 ? (c < 0 ? `−${body}` : body) : `${c < 0 ? ' − ' : ' + '}${body}`;
    })
    .join('');
}

/** How often each atom of a monomial stands in it. */
function powersOf(atoms: readonly string[]): Map<string, number> {
  const powers = new Map<string, number>();
  for (const atom of atoms) powers.set(atom, (powers.get(atom) ?? 0) + 1);
  return powers;
}

function power(n: number): string {
  return n === 1 ? '' : [...String(n)].map(digit => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]).join('');
}

function atomFormula(atom: string, written: (size: number) => string): string {
  if (!atom.startsWith('(')) return atom;
  const parts = splitTop(atom.slice(1, -1), '//').map(part => {
    const text = polynomialText(part, written);
    return / |·/.test(text) ? `(${text})` : text;
  });
  return `⌊${parts.join(' / ')}⌋`;
}

/** A shape whose sizes are all numbers. @throws VitrineError unsupported-op, naming the size that is none */
export function concreteShape(shape: Shape): number[] {
  return shape.map(d => {
    if (typeof d !== 'number')
      throw new VitrineError(
        'unsupported-op',
        `The size ${d} of the shape (${shape.join(', ')}) is no number before the model runs. Give the sizes of the model's input; if values decide it, ask the model for its outputs, or export it with fixed sizes.`,
      );
    return d;
  });
}

function constant(value: number): Polynomial {
  return new Map(value === 0 ? [] : [['', value]]);
}

/** The value of a polynomial without atoms. */
function constantOf(p: Polynomial): number | undefined {
  return p.size === 0 ? 0 : p.size === 1 ? p.get('') : undefined;
}

/** a + factor b. */
function add(a: Polynomial, b: Polynomial, factor = 1): Polynomial {
  const sum = new Map(a);
  for (const [m, c] of b) {
    const total = (sum.get(m) ?? 0) + factor * c;
    if (total === 0) sum.delete(m);
    else sum.set(m, total);
  }
  return sum;
}

function multiply(a: Polynomial, b: Polynomial): Polynomial {
  let out = constant(0);
  for (const [ma, ca] of a) {
    for (const [mb, cb] of b)
      out = add(out, new Map([[[...atomsOf(ma), ...atomsOf(mb)].sort().join('*'), ca * cb]]));
  }
  return out;
}

function floorDivide(a: Polynomial, b: Polynomial): Polynomial {
  if (b.size === 0) throw new RangeError(`division of the size ${print(a)} by zero`);
  if (b.size > 1) return divideExactly(a, b) ?? new Map([[quotientAtom(a, b), 1]]);
  const [[divisor, by]] = [...b] as [[string, number]];
  if (by < 0) return floorDivide(add(constant(0), a, -1), add(constant(0), b, -1));
  let even = constant(0);
  let rest = constant(0);
  for (const [m, c] of a) {
    const left = removeAtoms(atomsOf(m), atomsOf(divisor));
    if (left && c % by === 0) even = add(even, new Map([[left.join('*'), c / by]]));
    else rest = add(rest, new Map([[m, c]]));
  }
  const remainder = constantOf(rest);
  // What is left is a constant and the divisor a number: it only moves the floor by a whole number.
  if (remainder !== undefined && divisor === '') return add(even, constant(Math.floor(remainder / by)));
  return remainder === 0 ? even : add(even, new Map([[quotientAtom(rest, b), 1]]));
}

/** Long division of polynomials, highest monomial first; undefined if it does not come out even. */
function divideExactly(dividend: Polynomial, divisor: Polynomial): Polynomial | undefined {
  const leading = (p: Polynomial) =>
    [...p]
      .filter(([, c]) => c !== 0)
      .sort(([x], [y]) => atomsOf(y).length - atomsOf(x).length || (x < y ? -1 : 1))[0];
  const [lead, by] = leading(divisor)!;
  const quotient = new Map<string, number>();
  const rest = new Map(dividend);
  for (let steps = 0; steps < 100; steps++) {
    const top = leading(rest);
    if (!top) return quotient;
    const left = removeAtoms(atomsOf(top[0]), atomsOf(lead));
    if (!left || top[1] % by !== 0) return undefined;
    const monomial = left.join('*');
    const factor = top[1] / by;
    quotient.set(monomial, (quotient.get(monomial) ?? 0) + factor);
    for (const [m, c] of divisor) {
      const product = [...left, ...atomsOf(m)].sort().join('*');
      rest.set(product, (rest.get(product) ?? 0) - c * factor);
    }
  }
  return undefined;
}

function bind(p: Polynomial, bindings: Bindings): Polynomial {
  let sum = constant(0);
  for (const [m, c] of p) {
    const term = atomsOf(m).reduce((t, atom) => multiply(t, bindAtom(atom, bindings)), constant(c));
    sum = add(sum, term);
  }
  return sum;
}

function bindAtom(atom: string, bindings: Bindings): Polynomial {
  if (!atom.startsWith('(')) {
    const value = Object.hasOwn(bindings, atom) ? bindings[atom] : undefined;
    return value === undefined ? new Map([[atom, 1]]) : constant(value);
  }
  const [numerator, denominator] = splitTop(atom.slice(1, -1), '//') as [string, string];
  return floorDivide(bind(parse(numerator), bindings), bind(parse(denominator), bindings));
}

/** A floor division as an atom. */
function quotientAtom(a: Polynomial, b: Polynomial): string {
  return `((${print(a)})//(${print(b)}))`;
}

function atomsOf(monomial: string): string[] {
  return monomial === '' ? [] : splitTop(monomial, '*');
}

function removeAtoms(from: string[], what: string[]): string[] | undefined {
  const left = [...from];
  for (const atom of what) {
    const i = left.indexOf(atom);
    if (i < 0) return undefined;
    left.splice(i, 1);
  }
  return left;
}

/** Splits at a separator outside of all parentheses. */
function splitTop(text: string, separator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')') depth--;
    else if (depth === 0 && text.startsWith(separator, i)) {
      parts.push(text.slice(start, i));
      start = i + separator.length;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

function parse(d: Dim): Polynomial {
  if (typeof d === 'number') return constant(d);
  const known = parsed.get(d);
  if (known) return known;
  const p = new Parser(d).whole();
  if (parsed.size > 10_000) parsed.clear();
  parsed.set(d, p);
  return p;
}

/** Sums, products, floor divisions, signs and parentheses over whole numbers and symbols. */
class Parser {
  private readonly tokens: readonly string[];
  private at = 0;
  private depth = 0;

  constructor(private readonly text: string) {
    this.tokens = text.match(/\d+|[A-Za-z_]\w*|\/\/|\S/g) ?? [];
  }

  whole(): Polynomial {
    const p = this.sum();
    return this.at < this.tokens.length ? this.fail() : p;
  }

  private sum(): Polynomial {
    let p = this.product();
    for (let sign = this.take('+', '-'); sign; sign = this.take('+', '-'))
      p = add(p, this.product(), sign === '+' ? 1 : -1);
    return p;
  }

  private product(): Polynomial {
    let p = this.factor();
    for (let operator = this.take('*', '//'); operator; operator = this.take('*', '//'))
      p = operator === '*' ? multiply(p, this.factor()) : floorDivide(p, this.factor());
    return p;
  }

  private factor(): Polynomial {
    const token = this.tokens[this.at] ?? '';
    if (++this.depth > 200) return this.fail();
    this.at++;
    let p: Polynomial;
    if (/^\d/.test(token)) p = constant(Number(token));
    else if (/^[A-Za-z_]/.test(token)) p = new Map([[token, 1]]);
    else if (token === '-') p = multiply(constant(-1), this.factor());
    else if (token === '(') {
      p = this.sum();
      if (!this.take(')')) this.fail();
    } else {
      this.at--;
      return this.fail();
    }
    this.depth--;
    return p;
  }

  private take(...wanted: string[]): string | undefined {
    const token = this.tokens[this.at];
    if (token === undefined || !wanted.includes(token)) return undefined;
    this.at++;
    return token;
  }

  private fail(): never {
    const found = this.tokens[this.at];
    throw new SyntaxError(
      `"${this.text}" is no size: ${found === undefined ? 'it ends too early' : `"${found}" does not belong there`}`,
    );
  }
}

/** Monomials that count, highest degree first, the constant last, as one writes them. */
function sorted(p: Polynomial): [string, number][] {
  return [...p]
    .filter(([, c]) => c !== 0)
    .sort(([a], [b]) => atomsOf(b).length - atomsOf(a).length || (a < b ? -1 : 1));
}

function print(p: Polynomial): Dim {
  const terms = sorted(p);
  if (terms.length === 0) return 0;
  if (terms.length === 1 && terms[0]![0] === '') return terms[0]![1];
  return terms
    .map(([m, c], i) => {
      const size = Math.abs(c);
      const body = m === '' ? `${size}` : size === 1 ? m : `${size}*${m}`;
      return i === 0 ? (c < 0 ? `-${body}` : body) : `${c < 0 ? '-' : '+'}${body}`;
    })
    .join('');
}
