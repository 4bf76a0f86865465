/** Products and convolutions. */
import { addDims, mulDims, subDims } from '../../../model/dim';
import type { OperatorFamily } from '../operatorRegistry';
import { NeedsSize } from '../translation';
import { all, same } from './_shared';
import { convolution, weightKernel } from './_windows';

export const family: OperatorFamily = {
  translations: {
    ConvTranspose: c => {
      const kernel = weightKernel(c);
      const n = kernel.length;
      const { shape } = c.type(0);
      const group = c.integer('group', 1);
      const strides = c.integers('strides') ?? kernel.map(() => 1);
      const dilations = c.integers('dilations') ?? kernel.map(() => 1);
      const extra = c.integers('output_padding') ?? kernel.map(() => 0);
      const auto = c.text('auto_pad', 'NOTSET');
      const wanted =
        c.integers('output_shape')?.slice(-n) ??
        (auto.startsWith('SAME') ? kernel.map((_, i) => mulDims(shape[i + 2]!, strides[i]!)) : undefined);
      if (!wanted) {
        const given = auto === 'VALID' ? undefined : c.integers('pads');
        return c.finish('ConvTranspose', all(c), {
          kernel_shape: kernel,
          strides,
          pads: given ?? new Array<number>(2 * n).fill(0),
          dilations,
          group,
          output_padding: extra,
        });
      }
      const totals = kernel.map((k, i) => {
        const full = addDims(
          mulDims(subDims(shape[i + 2]!, 1), strides[i]!),
          extra[i]! + dilations[i]! * (k - 1) + 1,
        );
        const t = subDims(full, wanted[i]!);
        if (typeof t !== 'number') throw new NeedsSize('output_shape beside an unknown size');
        return Math.max(t, 0);
      });
      const half = totals.map(t => Math.floor(t / 2));
      const rest = totals.map((t, i) => t - half[i]!);
      const pads = auto === 'SAME_UPPER' ? [...half, ...rest] : [...rest, ...half];
      const [x, w, bias] = all(c);
      const channels = mulDims(c.type(1).shape[1]!, group);
      const [y] = c.emit('ConvGradInput', [x!, w!], {
        kernel_shape: kernel,
        strides,
        pads,
        dilations,
        group,
        shape: [shape[0]!, channels, ...wanted],
      });
      if (!bias) return c.finish('Identity', [y!]);
      const column = c.emit('Reshape', [bias], { shape: [1, channels, ...kernel.map(() => 1)] })[0]!;
      c.finish('Add', [y!, column]);
    },
    Conv: c => c.finish('Conv', all(c), convolution(c)),
    Einsum: c => c.finish('Einsum', all(c), { equation: c.text('equation', '') }),
    Gemm: c =>
      c.finish('Gemm', all(c), {
        transA: c.integer('transA', 0),
        transB: c.integer('transB', 0),
        alpha: c.float('alpha', 1),
        beta: c.float('beta', 1),
      }),
    MatMul: same(),
  },
};
