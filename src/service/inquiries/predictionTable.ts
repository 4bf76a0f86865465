/** Predictions as a table that any program reads. */
import Papa from 'papaparse';
import type { PredictedRow } from './predictFile';

/** CSV: a row each, the probability of each class in a column of its own, why where it was asked. */
export function predictionsCsv(rows: readonly PredictedRow[], target: string): string {
  return predictionsCsvParts(target)(rows);
}

/**
 * The same in parts: the first has the header, and its rows say which columns there are.
 *
 * @param mayFail whether rows of later parts may have errors.
 */
export function predictionsCsvParts(
  target: string,
  mayFail = false,
): (rows: readonly PredictedRow[]) => string {
  let layout: Layout | undefined;
  return rows => {
    const header = layout === undefined;
    layout ??= {
      classes: Object.keys(rows.find(r => r.probabilities)?.probabilities ?? {}),
      explained: rows.some(r => r.explanation),
      failed: mayFail || rows.some(r => r.error !== undefined),
      columns: [...new Set(rows.flatMap(r => Object.keys(r.explanation?.attribution ?? {})))],
    };
    return csvOf(rows, target, layout, header);
  };
}

interface Layout {
  classes: readonly string[];
  explained: boolean;
  failed: boolean;
  columns: readonly string[];
}

function csvOf(
  rows: readonly PredictedRow[],
  target: string,
  { classes, explained, failed, columns }: Layout,
  headed: boolean,
): string {
  const header = [
    'row',
    target,
    ...classes.map(c => `probability of ${c}`),
    ...columns.map(c => `share of ${c}`),
    ...(explained ? ['trust', 'why'] : []),
    ...(failed ? ['error'] : []),
  ];
  const cells = rows.map(r => [
    r.row,
    Array.isArray(r.prediction) ? r.prediction.join(' ') : r.prediction,
    ...classes.map(c => r.probabilities?.[c] ?? ''),
    ...columns.map(c => r.explanation?.attribution?.[c] ?? ''),
    ...(explained ? [r.explanation?.trust ?? '', r.explanation?.text ?? ''] : []),
    ...(failed ? [r.error ?? ''] : []),
  ]);
  return `${Papa.unparse(headed ? [header, ...cells] : cells, { newline: '\n' })}\n`;
}
