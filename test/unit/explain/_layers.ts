/** Networks of the reference files. */
import { type Layer, tensor } from './_nets';

/** Layers as the reference writes them. */
export function layersOf(layers: readonly unknown[]): Layer[] {
  return (layers as Written[]).map(l => {
    if (l.op === 'Linear')
      return { op: 'Linear', weight: tensor(l.shape, l.weight), bias: tensor([l.shape[0]!], l.bias) };
    if (l.op === 'Conv')
      return {
        op: 'Conv',
        weight: tensor(l.shape, l.weight),
        bias: tensor([l.shape[0]!], l.bias),
        pad: l.pad,
      };
    if (l.op === 'BatchNorm') {
      const { weight, bias, mean, variance } = l;
      const of = (v: number[]) => tensor(l.shape, v);
      return {
        op: 'BatchNorm',
        weight: of(weight),
        bias: of(bias),
        mean: of(mean!),
        variance: of(variance!),
      };
    }
    return { op: l.op as 'Relu' };
  });
}

interface Written {
  op: string;
  shape: number[];
  weight: number[];
  bias: number[];
  pad: number;
  mean?: number[];
  variance?: number[];
}
