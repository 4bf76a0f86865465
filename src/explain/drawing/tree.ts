/** A tree of decisions from left to right: questions at the branches, answers at the leaves. */

import { formatNumber } from '../answers/predict';
import type { TreeFigure, TreeNode } from '../figure';
import { type Html, html } from '../report/html';
import { clip, type Drawing, n, type Palette, text } from './svg';

const level = 190;
const line = 46;

export function drawTree({ root }: TreeFigure, palette: Palette): Drawing {
  let leaves = 0;
  let deepest = 0;
  const place = (node: TreeNode, depth: number): { y: number; content: Html } => {
    deepest = Math.max(deepest, depth);
    const x = depth * level;
    const label = (y: number) =>
      html`<circle cx="${n(x + 6)}" cy="${n(y)}" r="4" fill="${node.onPath ? palette.for : palette.quiet}"/>${text(x + 14, y - 4, clip(node.condition ?? formatNumber(Number(node.value.toPrecision(4))), 26), node.condition ? {} : { 'font-weight': 'bold' })}${text(x + 14, y + 11, node.condition ? `${formatNumber(Number(node.value.toPrecision(3)))} · n = ${node.count}` : `n = ${node.count}`, { fill: palette.quiet, 'font-size': 10 })}`;
    if (!node.yes || !node.no) {
      const y = (leaves++ + 0.5) * line;
      return { y, content: label(y) };
    }
    const [yes, no] = [place(node.yes, depth + 1), place(node.no, depth + 1)];
    const y = (yes.y + no.y) / 2;
    const edge = (to: number, mark: string, on: boolean | undefined) =>
      html`<path d="M${n(x + 6)} ${n(y)} V${n(to)} H${n(x + level + 2)}" fill="none" stroke="${on ? palette.for : palette.quiet}" stroke-width="${on ? 2.5 : 1}"/>${text(x + 12, to + (to > y ? -4 : 12), mark, { fill: palette.quiet, 'font-size': 10 })}`;
    return {
      y,
      content: html`${edge(yes.y, '✓', node.yes.onPath)}${edge(no.y, '✗', node.no.onPath)}${label(y)}${yes.content}${no.content}`,
    };
  };
  const { content } = place(root, 0);
  return { width: (deepest + 1) * level, height: leaves * line, content };
}
