/** Places on a grid, and what is read there. */
import type { OperatorFamily } from '../operatorRegistry';
import { NeedsSize, type Translate, Unsupported } from '../translation';

/** Until version 20 of the operator set modes were named for planes. */
const modes: Readonly<Record<string, string>> = {
  bilinear: 'linear',
  linear: 'linear',
  nearest: 'nearest',
  bicubic: 'cubic',
  cubic: 'cubic',
};

const sample: Translate = c => {
  const given = c.text('mode', 'bilinear');
  const mode = modes[given];
  if (!mode) throw new Unsupported(`mode "${given}"`);
  const padding = c.text('padding_mode', 'zeros');
  if (!['zeros', 'border', 'reflection'].includes(padding))
    throw new Unsupported(`padding_mode "${padding}"`);
  return c.finish('GridSample', [c.tensor(0), c.tensor(1)], {
    mode,
    padding_mode: padding,
    align_corners: c.integer('align_corners', 0),
  });
};

/** Every place of a plane or volume, moved by a matrix for each sample. */
const affine: Translate = c => {
  const sizes = c.numbers(1, 'the size').slice(2);
  const n = sizes.length;
  if (n !== 2 && n !== 3) throw new Unsupported(`a grid of ${n} axes`);
  const batch = c.type(0).shape[0];
  if (batch === undefined) throw new NeedsSize('a matrix of unknown size');
  const aligned = c.integer('align_corners', 0) === 1;
  const count = c.room('a grid', ...sizes, n + 1) / (n + 1);
  const along = sizes.map(size =>
    Array.from({ length: size }, (_, i) =>
      aligned ? (size === 1 ? 0 : (2 * i) / (size - 1) - 1) : (2 * i + 1) / size - 1,
    ),
  );
  const cells: number[] = [];
  for (let i = 0; i < count; i++) {
    // The innermost axis changes fastest, and is named first.
    let rest = i;
    for (let axis = n - 1; axis >= 0; axis--) {
      const size = sizes[axis]!;
      cells.push(along[axis]![rest % size]!);
      rest = Math.floor(rest / size);
    }
    cells.push(1);
  }
  const table = c.constant('float32', [count, n + 1], cells);
  const turned = c.emit('Transpose', [c.tensor(0)], { perm: [0, 2, 1] })[0]!;
  const moved = c.emit('MatMul', [table, turned]);
  return c.finish('Reshape', moved, { shape: [batch, ...sizes, n] });
};

export const family: OperatorFamily = { translations: { AffineGrid: affine, GridSample: sample } };
