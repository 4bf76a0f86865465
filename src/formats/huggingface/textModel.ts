/** Encoders over text in a folder that Transformers saved: what they are for, and their model over padded batches. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { VitrineError } from '../../model/errors';
import type { Model, Tensors } from '../../model/graph';
import type { ReadContext } from '../_format';
import type { Architecture } from './architectures';
import { labelsOf, named, readConfig, severalHold, weightsOf } from './folder';
import { folderModel } from './folderModel';
import { readClass } from './generation';
import { openTokenizer, type TextTokenizer } from './tokenizer';

export type TextTask = 'classify' | 'fill-mask' | 'embed' | 'tag' | 'answer';

export interface TextEncoder {
  task: TextTask;
  /**
   * Inputs: tokens (N, T), and, where `masked`, one for each token that is not padding, and, where `typed`, which of two
   * texts each token is of.
   */
  model: Model;
  masked: boolean;
  typed: boolean;
  weights: Tensors;
  tokenizer: TextTokenizer;
  /** The token that fills up, and the longest text. */
  padding: number;
  longest: number;
  /** Names of the classes, of a classifier. */
  labels: readonly string[];
  /** Whether each class is asked for by itself (`problem_type` multi_label_classification), so that several may hold. */
  severalHold: boolean;
  /** How sentence-transformers make one vector of a text: from modules.json; mean and normalised where that is absent. */
  pooling: { how: 'mean' | 'cls' | 'max'; normalize: boolean };
}

/**
 * @param where the folder or its config.json
 * @throws VitrineError file-not-found, bad-file when the model is no encoder over text
 */
export async function openTextEncoder(where: string, context: ReadContext): Promise<TextEncoder> {
  const { file, config, architecture, name } = await folderModel(where);
  const folder = path.dirname(file);
  const task = textTaskOf(architecture, name);
  if (!task)
    throw new VitrineError(
      'bad-file',
      `${named(file)} describes a ${name}. Texts are classified by a …ForSequenceClassification, entities are found by a …ForTokenClassification, questions are answered by a …ForQuestionAnswering, masks are filled by a …ForMaskedLM, and embeddings are made by an encoder such as BertModel.`,
      { at: { file } },
    );
  const tokenizer = await openTokenizer(folder);
  const masked = architecture.masked === true;
  const typed = masked && typesOf(config, architecture) > 1;
  const ids = { shape: ['N', 'T'], dtype: 'int64' as const };
  const model = await readClass({
    file,
    source: architecture.source,
    class: name,
    config,
    inputs: [
      { name: 'input_ids', ...ids },
      ...(masked ? [{ name: 'attention_mask', ...ids }] : []),
      ...(typed ? [{ name: 'token_type_ids', ...ids }] : []),
    ],
    context,
  });
  const positions = number(config['max_position_embeddings']) ?? number(config['n_positions']) ?? 512;
  const wanted = number((await optional(path.join(folder, 'sentence_bert_config.json')))?.['max_seq_length']);
  return {
    task,
    model,
    masked,
    typed,
    weights: await weightsOf(model, architecture),
    tokenizer,
    padding: number(config['pad_token_id']) ?? architecture.padding ?? 0,
    longest: Math.min(wanted ?? 512, positions - (architecture.unused ?? 0)),
    labels: labelsOf(config),
    severalHold: severalHold(config),
    pooling: await poolingOf(folder),
  };
}

/** What a class is asked for, if it is an encoder over text. */
export function textTaskOf(architecture: Architecture, name: string): TextTask | undefined {
  if (architecture.inputs) return undefined;
  for (const [ending, task] of tasks) if (name.endsWith(ending)) return task;
  return (architecture.masked && name.endsWith('Model')) || name === 'T5EncoderModel' ? 'embed' : undefined;
}

const tasks = [
  ['ForSequenceClassification', 'classify'],
  ['ForTokenClassification', 'tag'],
  ['ForQuestionAnswering', 'answer'],
  ['ForMaskedLM', 'fill-mask'],
] as const;

/** How many texts a model tells apart. */
function typesOf(config: Readonly<Record<string, unknown>>, { types }: Architecture): number {
  return types === undefined ? 0 : (number(config['type_vocab_size']) ?? types);
}

function number(x: unknown): number | undefined {
  return typeof x === 'number' && Number.isSafeInteger(x) && x >= 0 ? x : undefined;
}

async function poolingOf(folder: string): Promise<TextEncoder['pooling']> {
  const modules = await readFile(path.join(folder, 'modules.json'), 'utf8')
    .then(t => JSON.parse(t) as { type?: unknown; path?: unknown }[])
    .catch(() => undefined);
  if (!Array.isArray(modules)) return { how: 'mean', normalize: true };
  const pooling = modules.find(m => String(m?.type).endsWith('Pooling'));
  const inside = path.normalize(String(pooling?.path ?? '1_Pooling'));
  // The path is the file's word: it may not lead out of the folder.
  const own = inside.startsWith('..') || path.isAbsolute(inside) ? '1_Pooling' : inside;
  const how = (await optional(path.join(folder, own, 'config.json'))) ?? {};
  return {
    how: how['pooling_mode_cls_token'] ? 'cls' : how['pooling_mode_max_tokens'] ? 'max' : 'mean',
    normalize: modules.some(m => String(m?.type).endsWith('Normalize')),
  };
}

async function optional(file: string): Promise<Record<string, unknown> | undefined> {
  return readConfig(file).catch(() => undefined);
}
