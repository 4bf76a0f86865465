/** Tensors of a run on disk. */
import { writeSafetensors } from '../../formats/safetensors/write';
import type { Tensors } from '../../model/graph';
import { cannotWrite } from './atomicFile';

/** Writes a safetensors file whole or not at all. @throws VitrineError bad-file in the system's words. */
export async function saveTensors(
  file: string,
  tensors: Tensors,
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  try {
    await writeSafetensors(file, tensors, metadata);
  } catch (e) {
    throw cannotWrite(file, e);
  }
}
