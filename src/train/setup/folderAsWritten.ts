/** The data of an experiment that trains as code does on a folder of pictures, or a text. */
import path from 'node:path';
import { partsOf } from '../../data/files/folder';
import type { LossDefinition } from '../../engine/loss';
import type { FileText, FileTraining, FolderPictures } from '../../formats/_format';
import type { VitrineError } from '../../model/errors';

/** Validation is what the code keeps from training by chance. */
export const splitAsWritten = (share: number) => ({ test: 0, valid: Math.round((1 - share) * 1e6) / 1e6 });

/** The folder by itself; where the one beside it is what the code tests with, the folder of both. */
export async function picturesAsWritten(
  { folder, held, classes, scale, augment, short, ...pictures }: FolderPictures,
  { answer, share }: FileTraining,
  loss: LossDefinition,
  relative: (file: string) => string,
  refuse: (message: string) => VitrineError,
): Promise<object> {
  const [scores] = answer.map(Number);
  const one = /^bce/.test(loss.name) && classes.length === 2 && scores === 1;
  if (!one && (loss.target !== 'classes' || answer.length !== 1 || scores !== classes.length))
    throw refuse(
      `The model gives [${answer.join(', ')}] for each picture, and ${path.basename(folder)} has ${classes.length} classes (${classes.slice(0, 8).join(', ')}): give as many scores, for cross entropy.`,
    );
  const parent = path.dirname(folder);
  const divided = held !== undefined && (await partsOf(parent))?.[0]?.[0] === path.basename(folder);
  return {
    kind: 'images',
    file: relative(divided ? parent : folder),
    ...pictures,
    ...(short !== undefined && pictures.fit === 'crop' && { short }),
    ...(scale && { scale }),
    ...(augment.length > 0 && { augment }),
    split: splitAsWritten(share),
  };
}

/** Windows beside each other of the part that trains; where the code keeps an end from training, that validates. */
export const textAsWritten = (
  { file, length }: FileText,
  { share }: FileTraining,
  relative: (file: string) => string,
): object => ({
  kind: 'text',
  file: relative(file),
  tokenizer: 'alphabet',
  length,
  split: splitAsWritten(share),
});
