import { type OpDefinition, ShapeError } from '../op';
import { input, number } from './_infer';
import { kernelSource } from './_launch';

/** More classes make a kernel of thousands of statements. */
export const mostCoupled = 12;

/**
 * Input r [N, pairs]: how likely the first class of each pair of classes (0 and 1, 0 and 2, … 1 and 2, …) is where it is one
 * of the two. Output [N, classes]: the probabilities that agree best with all of them. Attribute `classes`.
 *
 * Source: T.-F. Wu, C.-J. Lin, R. Weng, Probability Estimates for Multi-class Classification by Pairwise Coupling,
 * JMLR 5, 2004, method 2, as libsvm and onnxruntime end it: after 100 rounds, or within 0.005 / classes.
 */
export const op: OpDefinition = {
  name: 'CoupleProbabilities',
  internal: true,
  summary: 'Probabilities of classes from those of their pairs',
  infer(inputs, attributes) {
    const { shape } = input(inputs, 0, 'CoupleProbabilities');
    const classes = number(attributes, 'classes', 2);
    if (shape.length !== 2 || shape[1] !== (classes * (classes - 1)) / 2)
      throw new ShapeError(`the pairs of ${classes} classes have not the shape (${shape.join(', ')})`);
    return [{ dtype: 'float32', shape: [shape[0]!, classes] }];
  },
  flops: (_, outputs) => outputs[0]!.shape[0]!,
  lower(l) {
    const [r] = l.inputs;
    const [y] = l.outputs;
    const [rows, classes] = y!.shape as [number, number];
    const all = Array.from({ length: classes }, (_, i) => i);
    const pairs = all.flatMap(i => all.slice(i + 1).map(j => [i, j] as const));
    const each = (text: (t: number) => string) => all.map(text).join(' ');
    const q = (i: number, j: number) => `q${Math.min(i, j)}x${Math.max(i, j)}`;
    const sum = (text: (t: number) => string) => all.map(text).join(' + ');
    const size = pairs.length;
    const body = `
      int row = this.thread.y;
      ${pairs.map(([i, j], k) => `const r${i}x${j} = r[row * ${size} + ${k}]; const r${j}x${i} = 1 - r${i}x${j};`).join(' ')}
      ${pairs.map(([i, j]) => `const q${i}x${j} = 0 - r${j}x${i} * r${i}x${j};`).join(' ')}
      ${each(
        t =>
          `const q${t}x${t} = ${all
            .filter(j => j !== t)
            .map(j => `r${j}x${t} * r${j}x${t}`)
            .join(' + ')};`,
      )}
      ${each(t => `let p${t} = ${1 / classes}; let v${t} = 0.0;`)}
      let going = 1.0; let whole = 0.0; let error = 0.0; let d = 0.0; let s = 1.0;
      for (int round = 0; round < 100; round++) {
        if (going > 0.5) {
          ${each(t => `v${t} = ${sum(j => `${q(t, j)} * p${j}`)};`)}
          whole = ${sum(t => `p${t} * v${t}`)};
          error = 0.0;
          ${each(t => `error = Math.max(error, Math.abs(v${t} - whole));`)}
          if (error < ${0.005 / classes}) { going = 0.0; }
        }
        if (going > 0.5) {
          ${each(
            t => `d = (whole - v${t}) / q${t}x${t}; p${t} = p${t} + d; s = 1 + d;
            whole = (whole + d * (d * q${t}x${t} + 2 * v${t})) / s / s;
            ${each(j => `v${j} = (v${j} + d * ${q(t, j)}) / s; p${j} = p${j} / s;`)}`,
          )}
        }
      }
      let out = p0;
      ${each(t => `if (this.thread.x === ${t}) { out = p${t}; }`)}
      return out;`;
    l.kernel({
      name: 'CoupleProbabilities',
      source: kernelSource(['r'], body),
      inputs: [r!],
      output: y!,
      grid: [classes, rows],
    });
  },
};
