/** Classifiers of pictures in a folder that Transformers saved: their model, and how a picture becomes its input. */
import path from 'node:path';
import { VitrineError } from '../../model/errors';
import type { Model, Tensors } from '../../model/graph';
import { listed } from '../../model/suggest';
import type { ReadContext } from '../_format';
import { modelFileOf } from '../_registry';
import { labelsOf, named, readConfig, severalHold, weightsOf, whatOf } from './folder';
import { readClass } from './generation';

export interface ImageClassifier {
  /** Input: pictures (N, 3, height, width). */
  model: Model;
  weights: Tensors;
  height: number;
  width: number;
  /** Values 0 … 255 are multiplied by `scale`; then each channel has its mean subtracted and is divided by its deviation. */
  scale: number;
  mean: readonly number[];
  deviation: readonly number[];
  labels: readonly string[];
  /** Whether each class is asked for by itself, so that several may hold. */
  severalHold: boolean;
}

const channels = 3;

/** Whether a folder describes a classifier of pictures. @throws VitrineError file-not-found, bad-file */
export async function classifiesImages(where: string): Promise<boolean> {
  const file = await modelFileOf(path.resolve(where), where);
  return whatOf(await readConfig(file), file, undefined).name.endsWith('ForImageClassification');
}

/**
 * @param where the folder or its config.json
 * @throws VitrineError file-not-found, bad-file when the model is no classifier of pictures or they are prepared in a
 *   way that is not read
 */
export async function openImageClassifier(where: string, context: ReadContext): Promise<ImageClassifier> {
  const file = await modelFileOf(path.resolve(where), where);
  const config = await readConfig(file);
  const { architecture, name } = whatOf(config, file, undefined);
  const [height, width] = sizeOf(config['image_size']) ?? [];
  if (!name.endsWith('ForImageClassification') || !height || !width)
    throw new VitrineError(
      'bad-file',
      `${named(file)} describes a ${name}${height ? '' : ' without an image_size'}. Pictures are classified by a …ForImageClassification.`,
      { at: { file } },
    );
  if ((config['num_channels'] ?? channels) !== channels)
    throw new VitrineError(
      'bad-file',
      `${named(file)} takes pictures of ${String(config['num_channels']).slice(0, 20)} channels. Expected ${channels}.`,
      { at: { file } },
    );
  const model = await readClass({
    file,
    source: architecture.source,
    class: name,
    config,
    inputs: [{ name: 'pixel_values', shape: ['N', channels, height, width], dtype: 'float32' }],
    context,
  });
  const own = { ...model, file, format: 'huggingface' };
  return {
    model: own,
    weights: await weightsOf(own, architecture),
    height,
    width,
    ...(await preparationOf(path.join(path.dirname(file), 'preprocessor_config.json'), height, width)),
    labels: labelsOf(config),
    severalHold: severalHold(config),
  };
}

/** Without the file, as Transformers' ViTImageProcessor does: to -1 … 1. @throws VitrineError bad-file */
async function preparationOf(file: string, height: number, width: number) {
  const given = await readConfig(file).catch((e: unknown) => {
    if (e instanceof VitrineError && e.code === 'file-not-found') return {} as Record<string, unknown>;
    throw e;
  });
  const bad = (what: string) => new VitrineError('bad-file', `${named(file)} ${what}`, { at: { file } });
  const { do_rescale: rescales, do_normalize: normalises, rescale_factor: factor } = given;
  const resample = given['resample'] ?? 2;
  if (resample !== 2)
    throw bad(
      `resizes by Pillow's method ${JSON.stringify(resample).slice(0, 20)}. Only 2, bilinear, is read.`,
    );
  const size = given['size'] === undefined ? [height, width] : sizeOf(given['size']);
  if (size?.[0] !== height || size[1] !== width)
    throw bad(
      `makes pictures of ${JSON.stringify(given['size']).slice(0, 60)}, but the model takes ${height} x ${width}.`,
    );
  const three = (key: string): number[] => {
    const list = given[key] ?? [0.5, 0.5, 0.5];
    if (Array.isArray(list) && list.length === channels && list.every(x => Number.isFinite(x))) return list;
    throw bad(`has the ${key} ${JSON.stringify(list)?.slice(0, 60)}. Expected ${channels} numbers.`);
  };
  const deviation = three('image_std');
  if (deviation.includes(0)) throw bad(`divides by an image_std of 0 (${listed(deviation.map(String))}).`);
  return {
    scale: rescales === false ? 1 : typeof factor === 'number' && Number.isFinite(factor) ? factor : 1 / 255,
    mean: normalises === false ? [0, 0, 0] : three('image_mean'),
    deviation: normalises === false ? [1, 1, 1] : deviation,
  };
}

/** A size as configurations write it: one number, two, or by name. */
function sizeOf(size: unknown): [number, number] | undefined {
  const { height, width } = (size ?? {}) as { height?: unknown; width?: unknown };
  const pair = Array.isArray(size) ? size : typeof size === 'number' ? [size, size] : [height, width];
  const [h, w] = pair;
  const fits = (x: unknown): x is number =>
    Number.isSafeInteger(x) && (x as number) > 0 && (x as number) <= 4096;
  return pair.length === 2 && fits(h) && fits(w) ? [h, w] : undefined;
}
