/** What a folder that Transformers saved can be asked for. */
import path from 'node:path';
import { modelFileOf } from '../_registry';
import { readConfig, whatOf } from './folder';
import { pictureTaskOf } from './imageModel';
import { hearsOf } from './speechModel';
import { type TextTask, textTaskOf } from './textModel';

export type FolderTask = TextTask | 'generate' | 'picture' | 'picture-labels' | 'speech';

/** @returns undefined for a model that is shown only. @throws VitrineError file-not-found, bad-file */
export async function folderTask(where: string): Promise<FolderTask | undefined> {
  const file = await modelFileOf(path.resolve(where), where);
  const { architecture, name } = whatOf(await readConfig(file), file, undefined);
  const picture = pictureTaskOf(name);
  if (picture) return picture === 'agree' ? 'picture-labels' : 'picture';
  if (hearsOf(name)) return 'speech';
  if (architecture.generation?.of === name) return 'generate';
  return textTaskOf(architecture, name);
}
