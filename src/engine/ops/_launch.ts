/** Kernel sources: their dialect, and the way from a thread to the indices of the output cell that it computes. */

/**
 * A gpu.js kernel from its arguments' names and a body in a small dialect: `int i = …;` (also in a `for`) is a true
 * 32-bit integer. gpu.js makes a variable an integer only if it is set from something of the type "LiteralInteger"
 * and counted up somewhere; of the things with that type `this.output.x` alone keeps it through all passes. So all
 * `int` variables are declared that way at the top, and their places of declaration become assignments. A name may
 * be declared more than once: it is one variable of the function, as gpu.js has no inner scopes.
 */
export function kernelSource(parameters: readonly string[], body: string): string {
  const names = new Set<string>();
  const statements = body.replace(/\bint\s+([A-Za-z_]\w*)\s*=/g, (_, name: string) => {
    names.add(name);
    return `${name} =`;
  });
  const declarations = [...names].map(n => `let ${n} = this.output.x; ${n}++;`).join(' ');
  return `function (${parameters.join(', ')}) { ${declarations} ${statements} }`;
}

/** Names of kernel arguments by position: a, b, c, … */
export function argumentName(i: number): string {
  return i < 26
    ? String.fromCharCode(97 + i)
    : `${argumentName(Math.floor(i / 26) - 1)}${argumentName(i % 26)}`;
}

/**
 * The integer quotient of a small index (below 2^21) by a size. The half keeps the quotient away from whole numbers,
 * so that it is right on GPUs too, whose division is off by a few units in the last place.
 */
export function quotient(index: string, size: number): string {
  return size === 1 ? index : `Math.floor((${index} + 0.5) / ${size})`;
}

export interface Launch {
  grid: number[];
  /** Statements that set the indices. */
  prologue: string;
  /** An expression for each index, outermost first. */
  at: string[];
}

/** A launch over an output of these sizes: the last two sizes are x and y, all others share z. */
export function launch(sizes: readonly number[]): Launch {
  if (sizes.length === 0) return { grid: [1], prologue: '', at: [] };
  const [x = 1, y = 1] = [sizes.at(-1), sizes.at(-2)];
  const outer = sizes.slice(0, -2);
  const grid =
    sizes.length === 1 ? [x] : sizes.length === 2 ? [x, y] : [x, y, outer.reduce((p, d) => p * d, 1)];
  const at = sizes.length === 1 ? ['this.thread.x'] : ['this.thread.y', 'this.thread.x'];
  if (outer.length === 1) return { grid, prologue: '', at: ['this.thread.z', ...at] };
  let prologue = '';
  let rest = 'this.thread.z';
  const names: string[] = [];
  for (let i = outer.length - 1; i >= 0; i--) {
    names.unshift(`z${i}`);
    if (i === 0) {
      prologue += `int z0 = ${rest}; `;
      break;
    }
    prologue += `int q${i} = ${quotient(rest, outer[i]!)}; int z${i} = ${rest} - q${i} * ${outer[i]}; `;
    rest = `q${i}`;
  }
  return { grid, prologue, at: [...names, ...at] };
}

/** The sum of indices times strides, without what is zero. */
export function dot(indices: readonly string[], strides: readonly number[]): string {
  const terms = indices.flatMap((index, i) =>
    strides[i] === 0 ? [] : [strides[i] === 1 ? index : `${index} * ${strides[i]}`],
  );
  return terms.length === 0 ? '0' : terms.join(' + ');
}

/** Row-major strides. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let size = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = size;
    size *= shape[i]!;
  }
  return strides;
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((p, d) => p * d, 1);
}
