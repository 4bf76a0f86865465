/** Plans of a model step by step: the file is read again with what the steps before found. */
import { VitrineError } from '../../model/errors';
import type { Tensors } from '../../model/graph';
import type { Stage, Staging } from '../../model/stages';
import { Importer } from './importer';
import type { Known } from './known';
import type { ModelProto } from './schema';
import type { ByteSource } from './source';

/** @param proto of the file that `source` reads; `close` closes it. */
export function stagingOfFile(file: string, source: ByteSource, proto: ModelProto, name: string): Staging {
  return {
    next(shapes, known): Stage {
      const found = new Map(Object.entries(known).map(([id, t]) => [id, knownOf(t)] as const));
      const read = new Importer({ file, source }, { shapes, found }).import(proto, name);
      // What is not run here is told where it is needed.
      const error = read.diagnostics.find(d => d.severity === 'error' && d.code !== 'unsupported-op');
      if (error) throw new VitrineError('bad-model', error.message, { at: { file } });
      const { model, wanted, useful, weight } = read;
      const stuck = wanted.filter(id => found.has(id));
      if (stuck.length > 0)
        throw new VitrineError(
          'bad-model',
          `${name} cannot be planned: the value "${stuck[0]}" was found, but does not tell enough.`,
          { at: { file } },
        );
      return { model, wanted, useful, weight };
    },
    close: () => source.close(),
  };
}

/** Its type is that of the value that it is found for. */
function knownOf({ shape, data }: Tensors[string]): Known {
  return { dtype: data instanceof Float32Array ? 'float32' : 'int64', shape, values: Array.from(data) };
}
