/**
 * Sizes of tensor dimensions: a number, or a symbolic expression such as "N", "N*T" or "(T - 1)//2 + 1".
 *
 * An expression is a polynomial with integer coefficients over atoms; an atom is a symbol or a floor
 * division that does not come out even. Every function returns the canonical form, so that two equal
 * polynomials are equal strings.
 */
export type Dim = number | string;

/** Dimensions of a tensor, outermost first. A scalar has the shape []. */
export type Shape = readonly Dim[];

/** Values for the symbols of a model, e.g. { N: 32 }. */
export type Bindings = Readonly<Record<string, number>>;

/** A monomial is a sorted list of atoms joined by "*"; the empty string is the constant term. */
type Polynomial = Map<string, number>;

const parsed = new Map<string, Polynomial>();

export function addDims(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  const sum = new Map(parse(a));
  for (const [m, c] of parse(b)) sum.set(m, (sum.get(m) ?? 0) + c);
  return print(sum);
}

export function mulDims(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a * b;
  const out: Polynomial = new Map();
  for (const [ma, ca] of parse(a)) {
    for (const [mb, cb] of parse(b)) {
      const m = [...atomsOf(ma), ...atomsOf(mb)].sort().join('*');
      out.set(m, (out.get(m) ?? 0) + ca * cb);
    }
  }
  return print(out);
}

export function subDims(a: Dim, b: Dim): Dim {
  return addDims(a, mulDims(b, -1));
}

/**
 * Floor division. A product divides by one of its factors, and terms that divide evenly leave the floor:
 * (4*N + 3)//4 is N.
 */
export function floorDivDims(a: Dim, b: Dim): Dim {
  if (b === 0) throw new RangeError(`division of the size ${a} by zero`);
  if (typeof a === 'number' && typeof b === 'number') return Math.floor(a / b);
  const divisor = parse(b);
  if (divisor.size !== 1) {
    const quotient = divideExactly(parse(a), divisor);
    return quotient ? print(quotient) : print(new Map([[floorAtom(a, b), 1]]));
  }
  const [[divisorMonomial, divisorCoefficient]] = [...divisor] as [[string, number]];
  const even: Polynomial = new Map();
  const rest: Polynomial = new Map();
  for (const [m, c] of parse(a)) {
    const left = removeAtoms(atomsOf(m), atomsOf(divisorMonomial));
    if (left && c % divisorCoefficient === 0) even.set(left.join('*'), c / divisorCoefficient);
    else rest.set(m, c);
  }
  const remainder = print(rest);
  // What is left is a constant and the divisor a number: it only moves the floor by a whole number.
  const floor =
    remainder === 0
      ? 0
      : typeof remainder === 'number' && divisorMonomial === ''
        ? Math.floor(remainder / divisorCoefficient)
        : print(new Map([[floorAtom(remainder, b), 1]]));
  return addDims(print(even), floor);
}

/** Long division of polynomials, highest monomial first; undefined if it does not come out even. */
function divideExactly(dividend: Polynomial, divisor: Polynomial): Polynomial | undefined {
  const leading = (p: Polynomial) =>
    [...p]
      .filter(([, c]) => c !== 0)
      .sort(([x], [y]) => atomsOf(y).length - atomsOf(x).length || (x < y ? -1 : 1))[0];
  const [lead, by] = leading(divisor)!;
  const quotient: Polynomial = new Map();
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

export function equalDims(a: Dim, b: Dim): boolean {
  return a === b || subDims(a, b) === 0;
}

export function productOf(shape: Shape): Dim {
  return shape.reduce<Dim>((p, d) => mulDims(p, d), 1);
}

/** Replaces bound symbols by their values; a number when nothing symbolic is left. */
export function bindDim(d: Dim, bindings: Bindings): Dim {
  if (typeof d === 'number') return d;
  let sum: Dim = 0;
  for (const [m, c] of parse(d)) {
    let term: Dim = c;
    for (const atom of atomsOf(m)) term = mulDims(term, bindAtom(atom, bindings));
    sum = addDims(sum, term);
  }
  return sum;
}

export function bindShape(shape: Shape, bindings: Bindings): Shape {
  return shape.map(d => bindDim(d, bindings));
}

/** The symbols that an expression uses, sorted. */
export function symbolsOf(d: Dim): string[] {
  return typeof d === 'number' ? [] : [...new Set(d.match(/[A-Za-z_]\w*/g) ?? [])].sort();
}

/** A shape whose sizes are all numbers; throws naming the size that is not. */
export function concreteShape(shape: Shape): number[] {
  return shape.map(d => {
    if (typeof d !== 'number')
      throw new RangeError(`the size ${d} of the shape (${shape.join(', ')}) has no value`);
    return d;
  });
}

function bindAtom(atom: string, bindings: Bindings): Dim {
  if (!atom.startsWith('(')) return bindings[atom] ?? atom;
  const [numerator, denominator] = splitFloor(atom);
  return floorDivDims(bindDim(numerator, bindings), bindDim(denominator, bindings));
}

function floorAtom(a: Dim, b: Dim): string {
  return `((${a})//(${b}))`;
}

function splitFloor(atom: string): [Dim, Dim] {
  let depth = 0;
  for (let i = 1; i < atom.length - 1; i++) {
    if (atom[i] === '(') depth++;
    else if (atom[i] === ')') depth--;
    else if (depth === 0 && atom.startsWith('//', i)) {
      return [print(parse(atom.slice(2, i - 1))), print(parse(atom.slice(i + 3, -2)))];
    }
  }
  throw new SyntaxError(`"${atom}" is no floor division`);
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

function splitTop(text: string, separator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')') depth--;
    else if (depth === 0 && text[i] === separator) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

function parse(d: Dim): Polynomial {
  if (typeof d === 'number') return d === 0 ? new Map() : new Map([['', d]]);
  const known = parsed.get(d);
  if (known) return known;
  const out: Polynomial = new Map();
  for (const term of splitTop(d.replace(/\s+/g, '').replace(/(?<=[\w)])-/g, '+-'), '+')) {
    const factors = splitTop(term, '*');
    let coefficient = 1;
    const atoms: string[] = [];
    for (let f of factors) {
      if (f.startsWith('-') && !/^-\d+$/.test(f)) {
        coefficient = -coefficient;
        f = f.slice(1);
      }
      if (/^-?\d+$/.test(f)) coefficient *= Number(f);
      else if (/^[A-Za-z_]\w*$/.test(f) || /^\(\(.*\)\/\/\(.*\)\)$/.test(f)) atoms.push(f);
      else
        throw new SyntaxError(`"${d}" is no size: "${f}" is neither a number, a symbol nor a floor division`);
    }
    const m = atoms.sort().join('*');
    out.set(m, (out.get(m) ?? 0) + coefficient);
  }
  if (parsed.size > 10_000) parsed.clear();
  parsed.set(d, out);
  return out;
}

function print(p: Polynomial): Dim {
  const terms = [...p].filter(([, c]) => c !== 0);
  if (terms.length === 0) return 0;
  if (terms.length === 1 && terms[0]![0] === '') return terms[0]![1];
  // Highest degree first, the constant last, as one writes it.
  terms.sort(([a], [b]) => atomsOf(b).length - atomsOf(a).length || (a < b ? -1 : 1));
  return terms
    .map(([m, c], i) => {
      const size = Math.abs(c);
      const body = m === '' ? `${size}` : size === 1 ? m : `${size}*${m}`;
      return i === 0 ? (c < 0 ? `-${body}` : body) : `${c < 0 ? '-' : '+'}${body}`;
    })
    .join('');
}
