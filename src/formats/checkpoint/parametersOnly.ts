/** A checkpoint as a model: parameters, and the tree of modules that their names make; no code says how they are computed with. */
import path from 'node:path';
import type { DType, Model, ModuleInfo, Parameter, Value } from '../../model/graph';
import type { StoredTensor } from '../_format';

/** @param dtypeOf what a type of the file is here. */
export function parametersOnly(
  tensors: Iterable<Pick<StoredTensor, 'name' | 'dtype' | 'shape'>>,
  file: string,
  format: string,
  dtypeOf: (dtype: string) => DType,
): Model {
  const name =
    path.basename(file).replace(/\.(safetensors(\.index\.json)?|pt|pth|ckpt|bin|gguf)$/i, '') || 'weights';
  const parameters: Parameter[] = [];
  const owned = new Map<string, string[]>([['', []]]);
  for (const t of tensors) {
    const dtype = dtypeOf(t.dtype);
    const float = /^b?float/.test(dtype);
    // Batch normalization's statistics are floats that are not learned.
    const learned = float && !/(^|\.)running_(mean|var)$/.test(t.name);
    parameters.push({
      name: t.name,
      dtype,
      shape: t.shape,
      kind: learned ? 'parameter' : 'buffer',
      trainable: learned,
      initializer: { kind: 'zeros' },
    });
    const steps = t.name.split('.').slice(0, -1);
    for (let i = 1; i <= steps.length; i++) {
      const at = steps.slice(0, i).join('.');
      if (!owned.has(at)) owned.set(at, []);
    }
    owned.get(steps.join('.'))!.push(t.name);
  }
  const modules = [...owned].map(
    ([at, own]): ModuleInfo => ({
      path: at,
      type: at === '' ? name : at.slice(at.lastIndexOf('.') + 1),
      arguments: '',
      parameters: own,
      inputs: [],
      outputs: [],
    }),
  );
  return {
    name,
    file,
    format,
    inputs: [],
    outputs: [],
    values: Object.fromEntries(
      parameters.map((p): [string, Value] => [p.name, { id: p.name, dtype: p.dtype, shape: p.shape }]),
    ),
    nodes: [],
    parameters,
    modules,
  };
}
