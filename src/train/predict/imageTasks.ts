/** What models of pictures that Transformers saved are asked for: the class of each picture, of theirs or of labels given. */
import path from 'node:path';
import { readWhole } from '../../data/bytes';
import { decodeImage, type Picture } from '../../data/image/decode';
import { centred, planes } from '../../data/image/resize';
import type { Engine } from '../../engine/engine';
import { initializeWeights } from '../../engine/initialize';
import type { ImageClassifier, PicturesAndTexts } from '../../formats/huggingface/imageModel';
import type { PicturePreparation } from '../../formats/huggingface/picturePreparation';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import type { Model, Tensors } from '../../model/graph';
import { encodeText, likeliest, probabilitiesOf, type TextClass } from './textTasks';
import { byProbability, hypotheses, type ZeroShot } from './zeroShot';

/**
 * @param files pictures, PNG, JPEG or WebP
 * @throws VitrineError file-not-found, bad-data for a file that is no picture; cancelled
 */
export async function classifyImages(
  engine: Engine,
  classifier: ImageClassifier,
  files: readonly string[],
  signal?: AbortSignal,
): Promise<TextClass[]> {
  const outputs = await overPictures(engine, classifier.model, classifier, files, signal);
  return outputs.map(scores => likeliest(scores, classifier));
}

/** That of Transformers' pipeline over pictures. */
const usualHypothesis = 'This is a photo of {}.';

/**
 * How well each label, in a sentence, agrees with each picture.
 *
 * @throws VitrineError file-not-found, bad-data, bad-usage; cancelled
 */
export async function classifyImagesByLabels(
  engine: Engine,
  model: PicturesAndTexts,
  files: readonly string[],
  asked: ZeroShot,
  signal?: AbortSignal,
): Promise<TextClass[]> {
  const { texts } = model;
  const all = hypotheses(asked, usualHypothesis).map((sentence, i) => encodeText(model, sentence, i).ids);
  const length = Math.max(...all.map(ids => ids.length));
  // Filled up with its end, of which the first counts, a text is as it was.
  const tokens = Int32Array.from(all.flatMap(ids => Array.from({ length }, (_, i) => ids[i] ?? ids.at(-1)!)));
  const evaluator = await engine.evaluator(texts, {
    bindings: { N: all.length, T: length },
    weights: initializeWeights(texts, 0, model.weights),
  });
  let vectors: ArrayLike<number>;
  try {
    const { values } = await evaluator.run({
      [texts.inputs[0]!]: { shape: [all.length, length], data: tokens },
    });
    vectors = values[texts.outputs[0]!]!.data.slice();
  } finally {
    await evaluator.dispose();
  }
  const pictures = await overPictures(engine, model.pictures, model, files, signal);
  return pictures.map(picture => {
    const scores = all.map((_, i) =>
      picture.reduce((sum, x, d) => sum + x * vectors[i * picture.length + d]!, 0),
    );
    return byProbability(asked.labels, probabilitiesOf(scores, asked.several === true));
  });
}

/** The first output of each picture. */
async function overPictures(
  engine: Engine,
  model: Model,
  { weights, preparation }: { weights: Tensors; preparation: PicturePreparation },
  files: readonly string[],
  signal: AbortSignal | undefined,
): Promise<number[][]> {
  const shape = [1, 3, preparation.height, preparation.width];
  const evaluator = await engine.evaluator(model, {
    bindings: { N: 1 },
    weights: initializeWeights(model, 0, weights),
  });
  const out: number[][] = [];
  try {
    for (const file of files) {
      throwIfCancelled(signal);
      const data = await readPicture(preparation, file);
      const { values } = await evaluator.run({ [model.inputs[0]!]: { shape, data } });
      out.push(Array.from(values[model.outputs[0]!]!.data));
    }
  } finally {
    await evaluator.dispose();
  }
  return out;
}

async function readPicture(preparation: PicturePreparation, file: string): Promise<Float32Array> {
  const bytes = await readWhole(file);
  try {
    return prepared(preparation, decodeImage(bytes));
  } catch (e) {
    throw new VitrineError(
      'bad-data',
      `${path.basename(file)} cannot be read as a picture: ${(e as Error).message}.`,
      { at: { file } },
    );
  }
}

/** A picture as the model takes it (3, height, width). @throws Error for one of a size that cannot be used */
export function prepared(preparation: PicturePreparation, picture: Picture): Float32Array {
  const { height, width, resize, kernel, crop, scale, mean, deviation } = preparation;
  const size = resizedTo(picture, resize);
  if (size.height * size.width > mostPixels)
    throw new Error(`resized to ${size.height} x ${size.width} it would be too large`);
  const scaled = planes(picture, { channels: 3, ...size, fit: 'stretch', kernel });
  const pixels = crop ? centred(scaled, 3, size, crop) : scaled;
  const plane = height * width;
  if (pixels.length !== 3 * plane)
    throw new Error(
      `it has ${size.height} x ${size.width} pixels and is not resized (do_resize); expected ${height} x ${width}`,
    );
  return pixels.map((x, i) => {
    const c = Math.floor(i / plane);
    return (x * scale - mean[c]!) / deviation[c]!;
  });
}

/** Of a short side that is told the long one keeps the shape, its fraction dropped. */
function resizedTo(
  { height, width }: Picture,
  resize: PicturePreparation['resize'],
): { height: number; width: number } {
  if (!resize) return { height, width };
  if ('height' in resize) return resize;
  const { short } = resize;
  const long = Math.trunc((short * Math.max(height, width)) / Math.min(height, width));
  return height <= width ? { height: short, width: long } : { height: long, width: short };
}

const mostPixels = 100_000_000;
