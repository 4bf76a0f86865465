/** Tables and lists of rules as text in columns. */

import { formatNumber } from '../answers/predict';
import type { RulesFigure, TableFigure } from '../figure';
import { html } from '../report/html';
import { clip, type Drawing, type Palette, text } from './svg';

const line = 22;

export function drawTable({ columns, rows }: TableFigure, palette: Palette): Drawing {
  const shown = (cell: string | number) =>
    clip(typeof cell === 'number' ? formatNumber(Number(cell.toPrecision(4))) : cell, 60);
  const widths = columns.map(
    (c, i) => 16 + 7 * Math.max(c.title.length, ...rows.map(r => shown(r[i] ?? '').length)),
  );
  const starts = widths.map((_, i) => widths.slice(0, i).reduce((a, b) => a + b, 0));
  const cell = (i: number, y: number, what: string, bold: boolean) =>
    columns[i]!.align === 'right'
      ? text(starts[i]! + widths[i]! - 12, y, what, {
          'text-anchor': 'end',
          ...(bold && { 'font-weight': 'bold' }),
        })
      : text(starts[i]!, y, what, bold ? { 'font-weight': 'bold' } : {});
  const width = widths.reduce((a, b) => a + b, 0);
  return {
    width,
    height: (rows.length + 1) * line + 4,
    content: html`${columns.map((c, i) => cell(i, 14, c.title, true))}<line x1="0" x2="${width}" y1="20" y2="20" stroke="${palette.quiet}"/>${rows.map((r, k) => columns.map((_, i) => cell(i, 14 + (k + 1) * line, shown(r[i] ?? ''), false)))}`,
  };
}

export function drawRules({ rules, value }: RulesFigure, palette: Palette): Drawing {
  return drawTable(
    {
      kind: 'table',
      columns: [
        { title: '' },
        { title: '' },
        { title: value, align: 'right' },
        { title: 'n', align: 'right' },
      ],
      rows: rules.map((r, i) => [
        r.applies ? '▶' : String(i + 1),
        r.conditions.join(' ∧ ') || '…',
        r.answer,
        r.count,
      ]),
    },
    palette,
  );
}
