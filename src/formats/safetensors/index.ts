/** safetensors as a file format: the parameters of a model whose code is elsewhere. */
import path from 'node:path';
import type { Model, ModuleInfo, Parameter, Value } from '../../model/graph';
import type { FileFormat } from '../_format';
import { dtypes } from './convert';
import type { Header } from './header';
import { readSafetensors, readSafetensorsHeader } from './read';

export const format: FileFormat = {
  id: 'safetensors',
  name: 'Weights (safetensors)',
  extensions: ['.safetensors'],
  match: () => true,
  async read({ file }) {
    const start = performance.now();
    const model = parametersOnly(await readSafetensorsHeader(file), file);
    return { [model.name]: { model, diagnostics: [], milliseconds: performance.now() - start } };
  },
  async weights(model) {
    return (await readSafetensors(model.file)).tensors;
  },
};

/** The tree of modules that the tensors' names make; no code says how they are computed with. */
function parametersOnly(header: Header, file: string): Model {
  const name = path.basename(file).replace(/\.safetensors$/i, '') || 'weights';
  const parameters: Parameter[] = [];
  const owned = new Map<string, string[]>([['', []]]);
  for (const t of header.tensors.values()) {
    const dtype = dtypes[t.dtype] ?? 'uint8';
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
    format: 'safetensors',
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
