import { Type } from '@sinclair/typebox';
import type { LossDefinition } from '../loss';
import { ShapeError } from '../op';

const weight = (of: string, value: number) =>
  Type.Number({ minimum: 0, default: value, description: `How much ${of} counts.` });

/**
 * For a grid of cells (N, cells, 5 + classes), each with scores for: something is there; its centre's x and y in the cell, its width and
 * height (after a sigmoid); its class. Targets hold 1 or 0, shares, and 1 for the class. Where nothing is, only the first counts.
 *
 * Source: Redmon, Divvala, Girshick and Farhadi, "You Only Look Once" (2016), with cross entropies for what is there.
 */
export const loss: LossDefinition = {
  name: 'detection',
  torch: [],
  title: 'Detection on a grid',
  summary: 'What is there, where its box lies and what it is, for each cell of a grid',
  formula: 'L = (Σ BCE(there) + λ Σ over boxes (σ(y) - t)² - Σ over boxes log softmax(class)) / boxes',
  options: Type.Object(
    { box_weight: weight('where the box lies', 5), class_weight: weight('what it is', 1) },
    { additionalProperties: false },
  ),
  target: 'numbers',
  build(c) {
    const { shape } = c.type(c.output);
    const width = Number(shape[2]);
    if (shape.length !== 3 || width < 6 || c.type(c.target).shape.join() !== shape.join())
      throw new ShapeError(
        `the model's output has the shape (${shape.join(', ')}) and the targets have (${c.type(c.target).shape.join(', ')}); this loss needs (N, cells, 5 + classes) of both`,
      );
    const part = (x: string, from: number, to: number) =>
      c.emit('Slice', [x], { starts: [from], ends: [to], axes: [2] })[0]!;
    const sum = (x: string) => c.emit('ReduceSum', [x], { keepdims: 0 })[0]!;
    const times = (x: string, by: number) => c.emit('Mul', [x, c.constant([], [by])])[0]!;
    const there = part(c.target, 0, 1);
    const found = c.emit('Map', [part(c.output, 0, 1), there], {
      names: ['y', 't'],
      expression: 'Math.max(y, 0) - y * t + Math.log(1 + Math.exp(-Math.abs(y)))',
      derivatives: ['g * (1 / (1 + Math.exp(-y)) - t)', ''],
    })[0]!;
    const s = '(1 / (1 + Math.exp(-y)))';
    const placed = c.emit('Map', [part(c.output, 1, 5), part(c.target, 1, 5), there], {
      names: ['y', 't', 'm'],
      expression: `m * (${s} - t) * (${s} - t)`,
      derivatives: [`2 * g * m * (${s} - t) * ${s} * (1 - ${s})`, '', ''],
    })[0]!;
    const logs = c.emit('LogSoftmax', [part(c.output, 5, width)], { axis: 2 })[0]!;
    const named = c.emit('Mul', [logs, part(c.target, 5, width)])[0]!;
    // Of a batch without a box nothing is divided by zero.
    const count = c.emit('Max', [sum(there), c.constant([], [1])])[0]!;
    const perBox = (x: string, by: number) => times(c.emit('Div', [sum(x), count])[0]!, by);
    return [
      perBox(placed, Number(c.options['box_weight'])),
      perBox(named, -Number(c.options['class_weight'])),
    ].reduce((a, b) => c.emit('Add', [a, b])[0]!, perBox(found, 1));
  },
};
