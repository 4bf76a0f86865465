/**
 * Sequences of tensors, as exporters and scripts have them for chunks and lists. The graph has none: which values one
 * holds is known while reading, and only they stand in it.
 */
import type { Dim } from '../../../model/graph';
import type { OperatorFamily } from '../operatorRegistry';
import { type TranslationContext, Unsupported } from '../translation';
import { axisOf, rankOf } from './_shared';

/** The values of an input that is a sequence. @throws Unsupported */
function listOf(c: TranslationContext): readonly string[] {
  const list = c.list(0);
  if (!list) throw new Unsupported('a sequence that is computed while it runs');
  return list;
}

/** A place in a sequence of `length`; negative ones count from its end. @throws NeedsValue, Unsupported */
function placeOf(c: TranslationContext, input: number, length: number, otherwise: number): number {
  if (!c.has(input)) return otherwise;
  const [given] = c.numbers(input, 'the position');
  const at = given! < 0 ? given! + length : given!;
  if (!Number.isInteger(at) || at < 0 || at > length)
    throw new Unsupported(`position ${given} of a sequence of ${length}`);
  return at;
}

/** As many numbers along an axis as each part has, of which there may be no more than `most`. */
function sizesOf(c: TranslationContext, size: Dim | undefined): number[] {
  const given = c.has(1) ? c.numbers(1, 'the sizes of the parts') : [1];
  const list = c.has(1) && c.known(1)!.shape.length === 1;
  if (list) return given;
  const each = given[0]!;
  if (typeof size !== 'number' || !(each >= 1) || size / each > most)
    throw new Unsupported(`parts of ${each} of ${size}`);
  const count = Math.ceil(size / each);
  return Array.from({ length: count }, (_, i) => Math.min(each, size - i * each));
}

const most = 4096;

export const family: OperatorFamily = {
  translations: {
    ConcatFromSequence: c => {
      const list = listOf(c);
      if (list.length === 0) throw new Unsupported('an empty sequence');
      const axis = c.integer('axis', 0);
      const rank = c.typeOf(list[0]!).shape.length;
      if (c.integer('new_axis', 0) === 0)
        return c.finish('Concat', list.map(c.tensorOf), { axis: axisOf(axis, rank) });
      const at = axisOf(axis, rank + 1);
      const rows = list.map(id => c.emit('Unsqueeze', [c.tensorOf(id)], { axes: [at] })[0]!);
      return c.finish('Concat', rows, { axis: at });
    },
    SequenceAt: c => {
      const list = listOf(c);
      const at = placeOf(c, 1, list.length, 0);
      if (at >= list.length) throw new Unsupported(`position ${at} of a sequence of ${list.length}`);
      return c.finish('Identity', [c.tensorOf(list[at]!)]);
    },
    SequenceConstruct: c => c.finishList([...c.inputs]),
    SequenceEmpty: c => c.finishList([]),
    SequenceErase: c => {
      const list = [...listOf(c)];
      list.splice(placeOf(c, 1, list.length, list.length - 1), 1);
      return c.finishList(list);
    },
    SequenceInsert: c => {
      const list = [...listOf(c)];
      list.splice(placeOf(c, 2, list.length, list.length), 0, c.inputs[1]!);
      return c.finishList(list);
    },
    SequenceLength: c => c.finish('Identity', [c.constant('int64', [], [listOf(c).length])]),
    SplitToSequence: c => {
      const axis = axisOf(c.integer('axis', 0), rankOf(c));
      const split = sizesOf(c, c.type(0).shape[axis]);
      const parts = c.emit('Split', [c.tensor(0)], { axis, split });
      if (c.has(1) || c.integer('keepdims', 1) === 1) return c.finishList(parts);
      return c.finishList(parts.map(id => c.emit('Squeeze', [id], { axes: [axis] })[0]!));
    },
  },
};
