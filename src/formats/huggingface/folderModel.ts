/** Which model a folder that Transformers saved holds. */
import path from 'node:path';
import { modelFileOf } from '../_registry';
import { readConfig, whatOf } from './folder';

/** @param where the folder, or its config.json. @throws VitrineError file-not-found, bad-file */
export async function folderModel(where: string) {
  const file = await modelFileOf(path.resolve(where), where);
  const config = await readConfig(file);
  return { file, config, ...whatOf(config, file, undefined) };
}
