/** Small ONNX files made of messages. */
import { modelProto } from '../../../../src/formats/onnx/schema';
import { encode } from '../../../../src/formats/onnx/wire';

export type Fields = Record<string, unknown>;
export const tensor = (name: string, elemType: number, dims: (number | string)[]) => ({
  name,
  type: {
    tensorType: {
      elemType,
      shape: { dim: dims.map(d => (typeof d === 'string' ? { dimParam: d } : { dimValue: d })) },
    },
  },
});
export const bytes = (graph: Fields) =>
  encode(modelProto, { irVersion: 8, opsetImport: [{ domain: '', version: 17 }], graph } as never);
export const node = (opType: string, input: string[], output: string[], more: Fields = {}) => ({
  opType,
  input,
  output,
  ...more,
});
