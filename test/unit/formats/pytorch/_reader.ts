/** The reader of the build that is under test, shared by the suites: its interpreter starts once. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { ReadModel, ReadModelRequest } from '../../../../src/formats/_format';
import { PytorchReader } from '../../../../src/formats/pytorch/reader';

export const distFolder = resolve(process.env['VITRINE_DIST'] ?? 'dist');

let shared: PytorchReader | undefined;

export function reader(): PytorchReader {
  shared ??= new PytorchReader({ distFolder });
  return shared;
}

/** Reads a text as the file model.py of an empty folder. */
export async function readText(
  text: string,
  options: Partial<ReadModelRequest> = {},
  by = reader(),
): Promise<Record<string, ReadModel>> {
  const file = '/vitrine-test/model.py';
  return by.read({ file, texts: { [file]: text }, ...options });
}

/** A folder on the disk with files in it. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-'));
  for (const [name, data] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), data);
  }
  return folder;
}

/** "severity code line:column message" of each finding. */
export function said(m: ReadModel | undefined): string[] {
  return (m?.diagnostics ?? []).map(d => `${d.severity} ${d.code} ${d.line}:${d.column} ${d.message}`);
}
