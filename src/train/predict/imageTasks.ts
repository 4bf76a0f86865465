/** What classifiers of pictures that Transformers saved are asked for: the class of each picture. */
import path from 'node:path';
import { readWhole } from '../../data/bytes';
import { decodeImage } from '../../data/image/decode';
import { planes } from '../../data/image/resize';
import type { Engine } from '../../engine/engine';
import { initializeWeights } from '../../engine/initialize';
import type { ImageClassifier } from '../../formats/huggingface/imageModel';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import { likeliest, type TextClass } from './textTasks';

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
  const { model, height, width } = classifier;
  const evaluator = await engine.evaluator(model, {
    bindings: { N: 1 },
    weights: initializeWeights(model, 0, classifier.weights),
  });
  const out: TextClass[] = [];
  try {
    for (const file of files) {
      throwIfCancelled(signal);
      const data = await prepared(classifier, file);
      const { values } = await evaluator.run({ [model.inputs[0]!]: { shape: [1, 3, height, width], data } });
      out.push(likeliest(Array.from(values[model.outputs[0]!]!.data), classifier));
    }
  } finally {
    await evaluator.dispose();
  }
  return out;
}

/** A picture as the model takes it (3, height, width). */
async function prepared(classifier: ImageClassifier, file: string): Promise<Float32Array> {
  const { height, width, scale, mean, deviation } = classifier;
  const bytes = await readWhole(file);
  let pixels: Float32Array;
  try {
    pixels = planes(decodeImage(bytes), { channels: 3, height, width, fit: 'stretch' });
  } catch (e) {
    throw new VitrineError(
      'bad-data',
      `${path.basename(file)} cannot be read as a picture: ${(e as Error).message}.`,
      { at: { file } },
    );
  }
  const plane = height * width;
  // Pillow's pixels are whole numbers after resizing, too.
  return pixels.map((x, i) => {
    const c = Math.floor(i / plane);
    return (Math.round(x) * scale - mean[c]!) / deviation[c]!;
  });
}
