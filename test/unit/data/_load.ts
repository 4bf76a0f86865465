/** Helpers of the data tests. */
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Dataset } from '../../../src/data/dataset';
import { loadDataset } from '../../../src/data/load';
import { VitrineError } from '../../../src/model/errors';

export const folder = mkdtempSync(path.join(tmpdir(), 'vitrine-data-'));

let files = 0;

/** Loads text or bytes as a table. */
export function load(
  content: string | Uint8Array,
  options: Record<string, unknown> = {},
  seed = 0,
  signal?: AbortSignal,
): Promise<Dataset> {
  const file = `table-${files++}.csv`;
  writeFileSync(path.join(folder, file), content);
  return loadDataset({ kind: 'csv', file, target: 'y', ...options }, { folder, seed, signal });
}

/** The message of the bad-data error that loading gives, and its line. */
export async function failure(
  content: string | Uint8Array,
  options: Record<string, unknown> = {},
): Promise<{ message: string; line?: number }> {
  try {
    await load(content, options);
  } catch (e) {
    assert.ok(e instanceof VitrineError, String((e as Error).stack));
    assert.equal(e.code, 'bad-data');
    assert.ok(e.details.at?.file.endsWith('.csv'));
    return { message: e.message, line: e.details.at?.line };
  }
  assert.fail('loading succeeded');
}

/** A table from rows. */
export function csv(header: readonly string[], rows: readonly (readonly unknown[])[]): string {
  return `${[header, ...rows].map(r => r.map(x => x ?? '').join(',')).join('\n')}\n`;
}

/** Relative to the larger of the values' size and 1. */
export function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i]! - expected[i]!) / Math.max(1, Math.abs(expected[i]!));
    assert.ok(error <= tolerance, `entry ${i}: ${actual[i]} instead of ${expected[i]} (${error})`);
  }
}
