/** ArgMax and ArgMin: where along an axis the extreme value stands. */
import { type OpDefinition, ShapeError } from '../op';
import { axisOf, elements, flag, input, number } from './_infer';
import { dot, kernelSource, launch, stridesOf } from './_launch';

/** Attributes `axis` (0) and `keepdims` (1); the first of equal values. `better` compares a value with the best. */
export function argOp(
  about: Pick<OpDefinition, 'name' | 'summary' | 'torch'>,
  better: '>' | '<',
): OpDefinition {
  return {
    ...about,
    infer(inputs, attributes) {
      const x = input(inputs, 0, about.name);
      const axis = axisOf(number(attributes, 'axis', 0), x.shape.length);
      const shape = flag(attributes, 'keepdims', true)
        ? x.shape.map((d, i) => (i === axis ? 1 : d))
        : x.shape.filter((_, i) => i !== axis);
      if (x.shape[axis] === 0)
        throw new ShapeError(
          `${about.name.toLowerCase()}(): Expected reduction dim ${axis} to have non-zero size.`,
        );
      return [{ dtype: 'int64', shape }];
    },
    flops: inputs => elements(inputs[0]),
    gradient: () => [null],
    lower(l) {
      const [x] = l.inputs;
      const axis = axisOf(number(l.attributes, 'axis', 0), x!.shape.length);
      const strides = stridesOf(x!.shape);
      const others = <T>(of: readonly T[]): T[] => of.filter((_, i) => i !== axis);
      const { grid, prologue, at } = launch(others(x!.shape));
      l.kernel({
        name: about.name,
        source: kernelSource(
          ['x'],
          `${prologue} int base = ${dot(at, others(strides))}; let best = x[base]; let where = 0;
        for (int t = 1; t < ${x!.shape[axis]}; t++) {
          const v = x[base + t * ${strides[axis]}]; if (v ${better} best) { best = v; where = t; }
        } return where;`,
        ),
        inputs: [x!],
        output: l.outputs[0]!,
        grid,
      });
    },
  };
}
