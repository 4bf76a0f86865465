import type { OpDefinition } from '../op';
import { cellwise, sumTo } from './_elementwise';
import { broadcastAll, elements, promote } from './_infer';
import { argumentName } from './_launch';
import { mapKernel } from './_map';

/**
 * Any computation cell by cell over broadcast inputs. Attributes: `expression`, in the inputs' `names` (a, b, c, …
 * if absent), and `statements` that come before it; `derivatives`: for each input an expression in the same names
 * and `g`, the gradient of the output, or "" where there is none. `cells` may say the same as `expression` and
 * `statements` for executors that have `erf` as a function.
 */
export const op: OpDefinition = {
  name: 'Map',
  internal: true,
  summary: 'Computes each cell by an expression',
  infer(inputs) {
    const given = inputs.filter(t => t !== undefined);
    return [
      {
        dtype: given.map(t => t.dtype).reduce(promote, 'float32'),
        shape: broadcastAll(given.map(t => t.shape)),
      },
    ];
  },
  flops: (_, outputs) => elements(outputs[0]),
  gradient(g) {
    const derivatives = g.attributes['derivatives'] as readonly string[] | undefined;
    const names =
      (g.attributes['names'] as readonly string[] | undefined) ?? g.inputs.map((_, i) => argumentName(i));
    return g.inputs.map((x, i) => {
      if (!derivatives?.[i] || !g.wants(i)) return null;
      const values = Object.fromEntries(names.map((n, j) => [n, g.inputs[j]!]));
      return sumTo(g, cellwise(g, { ...values, g: g.outputGradients[0]! }, derivatives[i]), x);
    });
  },
  lower(l) {
    const names =
      (l.attributes['names'] as readonly string[] | undefined) ?? l.inputs.map((_, i) => argumentName(i));
    // The kernel's own names are a, b, c, …: the expression's stand for them.
    const rename = (text: string) =>
      text.replace(/(?<![.\w])[A-Za-z_]\w*/g, w => {
        const i = names.indexOf(w);
        return i < 0 ? w : argumentName(i);
      });
    const call = mapKernel(
      'Map',
      l.inputs.map(x => x!),
      l.outputs[0]!,
      rename(String(l.attributes['expression'])),
      rename(String(l.attributes['statements'] ?? '')),
    );
    const { cells } = l.attributes;
    l.kernel({
      ...call,
      ...(typeof cells === 'string' && { cells: { expression: rename(cells), statements: '' } }),
    });
  },
};
