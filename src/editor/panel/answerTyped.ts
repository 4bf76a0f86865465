/** Predictions for what a reader types, picks or drops in the panel. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { VitrineError } from '../../model/errors';
import type { Typed } from '../inquiryProtocol';
import { language } from '../settings';
import type { Answering } from './inquiries';

const { l10n } = vscode;

/** Larger files are for the command line. */
const mostBytes = 50 * 2 ** 20;

/** @throws bad-data by row and column, cancelled when no file was chosen */
export const answerTyped: Answering['typed'] = async (
  { rows, file, choose, method },
  { run, engine, signal, progress },
) => {
  const options = { ...(method !== undefined && { explain: method, language: language() }), keepGoing: true };
  const ask = (question: { input?: string; rows?: Record<string, string | number | null>[] }) =>
    engine.request(
      'predict',
      { run, ...question, ...options, sound: true },
      { signal, onProgress: progress },
    );
  if (rows) return { asked: rows, ...(await ask({ rows: rows.map(r => ({ ...r })) })) } satisfies Typed;
  if (choose) {
    const [chosen] = (await vscode.window.showOpenDialog({ title: l10n.t('Predict a file') })) ?? [];
    if (!chosen) throw new VitrineError('cancelled', l10n.t('No file was chosen.'));
    return { file: path.basename(chosen.fsPath), ...(await ask({ input: chosen.fsPath })) } satisfies Typed;
  }
  if (!file) throw new VitrineError('bad-request', 'There is nothing to predict.');
  if (file.bytes.byteLength > mostBytes)
    throw new VitrineError(
      'bad-data',
      l10n.t('{0} is too large to be dropped here. Use: vitrine predict RUN --input FILE', file.name),
    );
  const folder = await mkdtemp(path.join(tmpdir(), 'vitrine-typed-'));
  try {
    // Only the ending of a dropped file's name is used: it says how to read it.
    const at = path.join(folder, `dropped${path.extname(path.basename(file.name))}`);
    await writeFile(at, file.bytes);
    return { file: file.name, ...(await ask({ input: at })) } satisfies Typed;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
