/** What a folder that Transformers saved can be asked for. */
import { entailment, labelsOf } from './folder';
import { folderModel } from './folderModel';
import { pictureTaskOf } from './imageModel';
import { hearsOf } from './speechModel';
import { type TextTask, textTaskOf } from './textModel';

export type FolderTask = TextTask | 'generate' | 'picture' | 'picture-labels' | 'speech';

/** @returns undefined for a model that is shown only. @throws VitrineError file-not-found, bad-file */
export async function folderTask(where: string): Promise<FolderTask | undefined> {
  const { architecture, name } = await folderModel(where);
  const picture = pictureTaskOf(name);
  if (picture) return picture;
  if (hearsOf(name)) return 'speech';
  if (architecture.generation?.of === name) return 'generate';
  return textTaskOf(architecture, name);
}

/** Whether a classifier of texts can be given labels of the reader's own: it tells what follows from a text. */
export async function takesLabels(where: string): Promise<boolean> {
  return entailment(labelsOf((await folderModel(where)).config)) >= 0;
}
