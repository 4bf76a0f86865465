/** Models of pictures in a folder that Transformers saved: classifiers, and those that hold pictures against texts. */
import path from 'node:path';
import { VitrineError } from '../../model/errors';
import type { Model, Tensors } from '../../model/graph';
import type { ReadContext } from '../_format';
import { type Architecture, visionOf } from './architectures';
import { labelsOf, named, severalHold, weightsOf } from './folder';
import { folderModel } from './folderModel';
import { readClass } from './generation';
import { channels, type PicturePreparation, preparationOf, sizeOf } from './picturePreparation';
import { openTokenizer, type TextTokenizer } from './tokenizer';

export interface ImageClassifier {
  /** Input: pictures (N, 3, height, width). */
  model: Model;
  weights: Tensors;
  preparation: PicturePreparation;
  labels: readonly string[];
  /** Whether each class is asked for by itself, so that several may hold. */
  severalHold: boolean;
}

/** Two towers whose vectors agree where a text tells of a picture: CLIP. */
export interface PicturesAndTexts {
  /** Pictures (N, 3, height, width) -> vectors (N, D), as long as scores are sharp. */
  pictures: Model;
  /** Tokens (N, T) -> vectors (N, D) of length 1. */
  texts: Model;
  weights: Tensors;
  preparation: PicturePreparation;
  tokenizer: TextTokenizer;
  longest: number;
}

/** What is asked of a class of pictures, if it is one. */
export function pictureTaskOf(name: string): 'picture' | 'picture-labels' | undefined {
  if (name.endsWith('ForImageClassification')) return 'picture';
  return name === 'CLIPModel' ? 'picture-labels' : undefined;
}

/**
 * @param where the folder or its config.json
 * @throws VitrineError file-not-found, bad-file when the model is no classifier of pictures or they are prepared in a
 *   way that is not read
 */
export async function openImageClassifier(where: string, context: ReadContext): Promise<ImageClassifier> {
  const { file, config, architecture, name } = await folderModel(where);
  if (!name.endsWith('ForImageClassification'))
    throw new VitrineError(
      'bad-file',
      `${named(file)} describes a ${name}. Pictures are classified by a …ForImageClassification.`,
      { at: { file } },
    );
  const preparation = await picturesOf(file, config, architecture);
  const model = await readTower(file, config, architecture, name, preparation, context);
  return {
    model,
    weights: await weightsOf(model, architecture),
    preparation,
    labels: labelsOf(config),
    severalHold: severalHold(config),
  };
}

/** @throws VitrineError file-not-found, bad-file */
export async function openPicturesAndTexts(where: string, context: ReadContext): Promise<PicturesAndTexts> {
  const { file, config, architecture, name } = await folderModel(where);
  if (name !== 'CLIPModel')
    throw new VitrineError(
      'bad-file',
      `${named(file)} describes a ${name}. Pictures are held against texts by a CLIPModel.`,
      { at: { file } },
    );
  const preparation = await picturesOf(file, config, architecture);
  const pictures = await readTower(file, config, architecture, 'CLIPPictures', preparation, context);
  const inputs = [{ name: 'input_ids', shape: ['N', 'T'], dtype: 'int64' as const }];
  const { source } = architecture;
  const texts = await readClass({ file, source, class: 'CLIPTexts', config, inputs, context });
  const { max_position_embeddings: longest } = (config['text_config'] ?? {}) as Record<string, unknown>;
  return {
    pictures,
    texts,
    weights: { ...(await weightsOf(pictures, architecture)), ...(await weightsOf(texts, architecture)) },
    preparation,
    tokenizer: await openTokenizer(path.dirname(file)),
    longest: typeof longest === 'number' ? longest : 77,
  };
}

/** How pictures are prepared for a model. @throws VitrineError bad-file */
async function picturesOf(
  file: string,
  config: Readonly<Record<string, unknown>>,
  { anySize }: Architecture,
): Promise<PicturePreparation> {
  const { image_size: stated, num_channels: count = channels } = visionOf(config);
  const size = sizeOf(stated) ?? (anySize ? ([224, 224] as const) : undefined);
  if (!size)
    throw new VitrineError('bad-file', `${named(file)} says no image_size that can be used.`, {
      at: { file },
    });
  if (count !== channels)
    throw new VitrineError(
      'bad-file',
      `${named(file)} takes pictures of ${String(count).slice(0, 20)} channels. Expected ${channels}.`,
      { at: { file } },
    );
  return preparationOf(
    path.join(path.dirname(file), 'preprocessor_config.json'),
    size,
    anySize ? undefined : size,
  );
}

async function readTower(
  file: string,
  config: Readonly<Record<string, unknown>>,
  { source }: Architecture,
  name: string,
  { height, width }: PicturePreparation,
  context: ReadContext,
): Promise<Model> {
  const inputs = [{ name: 'pixel_values', shape: ['N', channels, height, width], dtype: 'float32' as const }];
  return readClass({ file, source, class: name, config, inputs, context });
}
