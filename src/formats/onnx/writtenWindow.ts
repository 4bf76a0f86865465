/** Attributes of windows as they are written. */
import type { Attributes } from '../../model/graph';
import type { WriteContext } from './writing';

/** Those that the node has. */
export const window = (c: WriteContext): Attributes =>
  Object.fromEntries(
    ['kernel_shape', 'strides', 'pads', 'dilations']
      .filter(k => c.attributes[k] !== undefined)
      .map(k => [k, c.attributes[k]!]),
  );
