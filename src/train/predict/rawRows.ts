/** Rows of a file as raw values, for a model that knows how to prepare them. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { SavedPreparation } from '../../data/dataset';
import { VitrineError } from '../../model/errors';

/** All of `rawRowBlocks` at once. */
export async function readRawRows(
  file: string,
  preparation: SavedPreparation,
  signal?: AbortSignal,
): Promise<Record<string, string | number | null>[]> {
  const all: Record<string, string | number | null>[] = [];
  for await (const rows of rawRowBlocks(file, preparation, signal)) for (const row of rows) all.push(row);
  return all;
}

/**
 * The rows of a file of the kind that the preparation was learned from, as its `prepare` takes them, some at a time.
 *
 * @throws file-not-found; bad-data when the file is not what was expected.
 */
export async function* rawRowBlocks(
  file: string,
  preparation: SavedPreparation,
  signal?: AbortSignal,
): AsyncGenerator<Record<string, string | number | null>[]> {
  const full = path.resolve(file);
  const info = await stat(full).catch(() => undefined);
  if (!info) throw new VitrineError('file-not-found', `There is no file ${file}.`, { at: { file: full } });
  if (preparation.rowBlocks) yield* preparation.rowBlocks(full, signal);
  else yield await preparation.readRows(full, signal);
}
