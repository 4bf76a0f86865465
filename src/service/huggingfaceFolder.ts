/** A folder as Transformers' save_pretrained writes it, from one that was read and the weights that it has now. */
import { copyFile, mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { readConfig } from '../formats/huggingface/folder';
import { writeSafetensors } from '../formats/safetensors/write';
import { VitrineError } from '../model/errors';
import type { Model, Tensors } from '../model/graph';
import { writeAtomically } from '../train/runs/atomicFile';

/** Files of a tokenizer, and what else belongs to a model and stays as it is. */
const beside = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'vocab.json',
  'merges.txt',
  'vocab.txt',
  'spiece.model',
  'generation_config.json',
  'preprocessor_config.json',
];

/** What writing a folder may replace. */
export const filesOfFolder: readonly string[] = ['config.json', 'model.safetensors', ...beside];

/**
 * @param classes names of what a classifier tells apart, in the order of its outputs.
 * @returns the files that it wrote. @throws VitrineError bad-model for what was read from no folder; file-not-found, bad-file
 */
export async function writeFolder(
  folder: string,
  model: Model,
  weights: Tensors,
  classes?: readonly string[],
): Promise<readonly string[]> {
  if (model.format !== 'huggingface')
    throw new VitrineError(
      'bad-model',
      `${model.name} does not come from a Hugging Face folder, so Transformers has no class for it. Export it as .onnx, .py or .safetensors.`,
      { at: { file: model.file } },
    );
  const { id2label, label2id, num_labels, ...config } = await readConfig(model.file);
  const names = /Classification$/.test(model.name) ? classes : undefined;
  await mkdir(folder, { recursive: true });
  const written = {
    ...config,
    ...(names
      ? {
          id2label: Object.fromEntries(names.entries()),
          label2id: Object.fromEntries(names.map((n, i) => [n, i])),
        }
      : { ...(id2label !== undefined && { id2label }), ...(label2id !== undefined && { label2id }) }),
    architectures: [model.name],
    torch_dtype: 'float32',
  };
  const at = (name: string) => path.join(folder, name);
  await writeAtomically(at('config.json'), `${JSON.stringify(written, null, 2)}\n`);
  const own = model.parameters.filter(p => p.kind !== 'constant');
  await writeSafetensors(
    at('model.safetensors'),
    Object.fromEntries(own.map(p => [p.name, weights[p.name]!])),
    {
      format: 'pt',
    },
  );
  const copied: string[] = [];
  for (const name of beside) {
    const from = path.join(path.dirname(model.file), name);
    if (path.resolve(from) === path.resolve(at(name)) || !(await stat(from).catch(() => undefined))?.isFile())
      continue;
    await copyFile(from, at(name));
    copied.push(at(name));
  }
  return [at('config.json'), at('model.safetensors'), ...copied];
}
