/** Networks of the reference files. */
import { type Layer, tensor } from './_nets';

/** Layers as the reference writes them. */
export function layersOf(layers: readonly unknown[]): Layer[] {
  return (layers as { op: string; shape: number[]; weight: number[]; bias: number[]; pad: number }[]).map(
    l =>
      l.op === 'Linear'
        ? { op: 'Linear', weight: tensor(l.shape, l.weight), bias: tensor([l.shape[0]!], l.bias) }
        : l.op === 'Conv'
          ? { op: 'Conv', weight: tensor(l.shape, l.weight), bias: tensor([l.shape[0]!], l.bias), pad: l.pad }
          : { op: l.op as 'Relu' },
  );
}
