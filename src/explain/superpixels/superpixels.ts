/** Parts of a picture that belong together by colour, for methods that switch parts on and off. */
import { Type } from '@sinclair/typebox';
import type { Dataset } from '../../data/dataset';
import { isPicture, type Unit, unitsOf } from '../perturbation/units';
import { labPicture } from './colour';
import { limeQuickShift, quickshift } from './quickshift';
import { slic } from './slic';

export const partsOption = (usual: Parts) =>
  Type.Union([Type.Literal('slic'), Type.Literal('quickshift'), Type.Literal('squares')], {
    default: usual,
    description:
      'How pictures with more pixels than `units` are divided: into superpixels by SLIC, about as many as `units`; by quick shift, as many as it finds; or into squares.',
  });

export type Parts = 'slic' | 'quickshift' | 'squares';

/** The units of a sample, as `unitsOf`; of a picture larger than `limit` those that its colours suggest. */
export function partsOf(
  sample: ArrayLike<number>,
  shape: readonly number[],
  dataset: Dataset | undefined,
  limit: number,
  how: Parts,
  seed: number,
): Unit[] {
  const [height, width] = shape.slice(-2) as [number, number];
  const table = dataset?.modality === 'table' || dataset?.modality === 'mixed';
  if (how === 'squares' || table || !isPicture(shape) || height * width <= limit)
    return unitsOf(shape, dataset, limit);
  const picture = labPicture(sample, shape);
  const labels = how === 'slic' ? slic(picture, limit) : quickshift(picture, { ...limeQuickShift, seed });
  return unitsFromLabels(labels, shape);
}

/** A unit for each label, with the pixels' channels. */
export function unitsFromLabels(labels: ArrayLike<number>, shape: readonly number[]): Unit[] {
  const channels = shape.length === 3 ? shape[0]! : 1;
  const cells = labels.length;
  const members = new Map<number, number[]>();
  for (let i = 0; i < cells; i++) {
    const list = members.get(labels[i]!) ?? [];
    list.push(i);
    members.set(labels[i]!, list);
  }
  return [...members.keys()]
    .sort((a, b) => a - b)
    .map(label => {
      const pixels = members.get(label)!;
      const indices = Array.from({ length: channels }, (_, c) => pixels.map(i => c * cells + i)).flat();
      return { indices: Int32Array.from(indices) };
    });
}
