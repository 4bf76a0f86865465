/** Warnings about data as findings in the experiment file that names them. */
import type { DataWarning } from '../../data/overview/warnings';
import { JsonSource } from '../../formats/experiment/source';
import type { Diagnostic } from '../../model/graph';

/**
 * Each at the field that would help: the target, the split, or the data as a whole.
 *
 * @param text of the experiment file.
 */
export function dataDiagnostics(file: string, text: string, warnings: readonly DataWarning[]): Diagnostic[] {
  const source = new JsonSource(file, text);
  const places: Record<DataWarning['code'], string> = {
    'target-leak': 'target',
    'duplicate-rows': 'split',
    'identifier-column': 'file',
    'constant-column': 'file',
    'data-drift': 'split',
    'class-imbalance': 'target',
    'mostly-missing': 'file',
    'twin-columns': 'file',
    'category-codes': 'file',
    'missing-codes': 'file',
  };
  return warnings.map(({ code, message }) => ({
    ...source.place(['data', places[code]]),
    file,
    severity: code === 'target-leak' || code === 'duplicate-rows' ? 'warning' : 'information',
    code,
    message,
  }));
}
