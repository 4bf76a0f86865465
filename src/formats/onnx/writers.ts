/** How each of our ops is written in ONNX: constant inputs in place of attributes, PyTorch's variants composed. */
import { quantizedWriters } from './quantizedWriters';
import type { Write } from './writing';
import { cellWriters } from './writtenCells';
import { layerWriters } from './writtenLayers';
import { moveWriters } from './writtenMoves';

/** The version of the operator set that is written: the first with Gelu. */
export const writtenOpset = 20;

export const writers: Readonly<Record<string, Write>> = {
  ...quantizedWriters,
  ...cellWriters,
  ...layerWriters,
  ...moveWriters,
};

/** Attributes that are floats in ONNX; other numbers are integers. */
export const floatAttributes: ReadonlySet<string> = new Set(
  'alpha beta gamma epsilon momentum lambd bias'.split(' '),
);
