/** An explanation's figures as text for a terminal. */
import type { Figure, MatrixFigure, TreeNode } from '../explain/figure';
import { fixedNumber, signedBar, tableLines } from './table';
import type { Terminal } from './terminal';

/** Lines of more than this are cut, with a word on how many follow. */
const most = 20;
/** Columns of a matrix that a terminal shows. */
const mostColumns = 10;

/** Lines for a figure; none for those that lie over the input, which the command draws itself. */
export function figureLines(figure: Figure, terminal: Terminal): string[] {
  const lines = linesOf(figure, terminal);
  return figure.title !== undefined && lines.length > 0 ? [terminal.bold(figure.title), ...lines] : lines;
}

function linesOf(figure: Figure, terminal: Terminal): string[] {
  const bold = (t: string) => terminal.bold(t);
  switch (figure.kind) {
    case 'input':
      return [];
    case 'bars':
      return barLines(figure.of, figure.value, figure.names, figure.values, figure.spread, terminal);
    case 'curves': {
      const shown = figure.curves.filter(c => c.role !== 'faint');
      const curves = shown.length > 0 ? shown : figure.curves.slice(0, 4);
      const [first] = curves;
      if (!first) return [];
      const alike = curves.filter(
        c => c.x.length === first.x.length && c.x.every((v, i) => v === first.x[i]),
      );
      const counted = first.x.every(Number.isInteger);
      return cut(
        tableLines(
          [
            { title: figure.x.title, align: figure.x.labels ? 'left' : 'right', most: 32 },
            ...alike.map(c => ({ title: c.name ?? figure.y.title, align: 'right' as const, most: 40 })),
          ],
          first.x.map((x, i) => [
            figure.x.labels?.[x] ?? (counted ? String(x) : fixedNumber(x)),
            ...alike.map(c => fixedNumber(c.y[i]!)),
          ]),
          bold,
        ),
        terminal,
      );
    }
    case 'matrix':
      return matrixLines(figure, terminal);
    case 'table':
      return cut(
        tableLines(
          figure.columns.map(c => ({ ...c, most: 60 })),
          figure.rows.map(r => r.map(v => (typeof v === 'number' ? fixedNumber(v) : v))),
          bold,
        ),
        terminal,
      );
    case 'rules':
      return cut(
        tableLines(
          [
            { title: 'Rule', most: 90 },
            { title: figure.value, align: 'right', most: 30 },
            { title: 'Rows', align: 'right' },
          ],
          figure.rules.map(r => [
            `${r.applies ? '▶ ' : ''}${r.conditions.join(' and ') || 'otherwise'}`,
            fixedNumber(r.answer),
            String(r.count),
          ]),
          bold,
        ),
        terminal,
      );
    case 'tree':
      return treeLines(figure.root, '', terminal);
    case 'map':
      return figure.groups.map((name, g) => {
        const count = figure.points.filter(p => p.group === g).length;
        return `${name}: ${count} ${count === 1 ? 'point' : 'points'}`;
      });
    case 'images':
      return figure.images.map(i => `${i.title} (${i.shape.join(' × ')})`);
  }
}

/** The strongest first. */
export function barLines(
  of: string,
  value: string,
  names: readonly string[],
  values: readonly number[],
  spread: readonly number[] | undefined,
  terminal: Terminal,
): string[] {
  const half = 20;
  const order = values.map((_, i) => i).sort((a, b) => Math.abs(values[b]!) - Math.abs(values[a]!));
  const largest = Math.abs(values[order[0] ?? 0] ?? 0);
  const lines = tableLines(
    [
      { title: of, most: 32 },
      { title: value, align: 'right' },
      { title: '', most: 2 * half + 2 },
    ],
    order
      .slice(0, most)
      .map(i => [
        names[i] ?? String(i),
        `${fixedNumber(values[i]!)}${spread ? ` ± ${fixedNumber(spread[i]!)}` : ''}`,
        signedBar(values[i]!, largest, half),
      ]),
    t => terminal.bold(t),
  );
  if (order.length > most) lines.push(terminal.dim(`… and ${order.length - most} weaker ones`));
  return lines;
}

/** Of a stack, the first matrix: the others are in the JSON. */
function matrixLines(
  { rows, columns, values, text, value, stack = [] }: MatrixFigure,
  terminal: Terminal,
): string[] {
  const count = stack.reduce((k, s) => k * s.labels.length, 1);
  if (count > 1)
    return [
      terminal.dim(
        `${value}: ${count} matrices of ${rows.labels.length} × ${columns.labels.length}, by ${stack.map(s => s.title.toLowerCase()).join(' and ')}; --json has them.`,
      ),
    ];
  const c = columns.labels.length;
  const shown = columns.labels.slice(0, mostColumns);
  const lines = cut(
    tableLines(
      [
        { title: `${rows.title} \\ ${columns.title}`, most: 24 },
        ...shown.map(l => ({ title: l, align: 'right' as const, most: 14 })),
      ],
      rows.labels.map((l, r) => [
        l,
        ...shown.map((_, i) => text?.[r * c + i] ?? fixedNumber(values[r * c + i]!)),
      ]),
      t => terminal.bold(t),
    ),
    terminal,
  );
  if (c > shown.length) lines.push(terminal.dim(`… and ${c - shown.length} more columns`));
  return lines;
}

function treeLines(node: TreeNode, indent: string, terminal: Terminal): string[] {
  const path = node.onPath ? terminal.bold('▶ ') : '';
  if (!node.condition || !node.yes || !node.no)
    return [`${indent}${path}${fixedNumber(node.value)} (${node.count} rows)`];
  return [
    `${indent}${path}${node.condition}?`,
    ...treeLines(node.yes, `${indent}  ✓ `.replace(/[✓✗](?=.*[✓✗])/g, ' '), terminal),
    ...treeLines(node.no, `${indent}  ✗ `.replace(/[✓✗](?=.*[✓✗])/g, ' '), terminal),
  ];
}

function cut(lines: readonly string[], terminal: Terminal): string[] {
  // A line for the titles.
  return lines.length <= most + 1
    ? [...lines]
    : [...lines.slice(0, most + 1), terminal.dim(`… and ${lines.length - most - 1} more`)];
}
