/**
 * Paints a placed graph on a canvas: the whole of it in small for the overview, and all of it behind the drawing when
 * so many cards are in sight that none can be read, which as elements would be slow.
 */
import { css, sequential } from '../logic/colours';
import { cut } from '../parts/measure';
import { themeColour } from '../parts/theme';
import type { Camera } from './camera';
import { type Family, fonts, isOneLine, titleOf } from './cardText';
import { legible } from './culling';
import type { Placement, Rect } from './layout';
import type { Scale } from './scale';
import type { VisibleGraph } from './visible';

export interface Ink {
  line: string;
  quiet: string;
  face: string;
  back: string;
  text: string;
  accent: string;
}

export function inkOfTheme(): Ink {
  const contrast = themeColour('--vscode-contrastBorder', '');
  return {
    line: contrast || 'rgba(128, 128, 128, 0.55)',
    quiet: themeColour('--vscode-descriptionForeground', '#888'),
    face: themeColour('--vscode-editorWidget-background', '#888'),
    back: themeColour('--vscode-editor-background', '#fff'),
    text: themeColour('--vscode-foreground', '#888'),
    accent: themeColour('--vscode-focusBorder', '#08f'),
  };
}

/** A canvas of the element's size in device pixels, ready to draw in CSS pixels. */
export function contextOf(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
): CanvasRenderingContext2D | null {
  const ratio = Math.min(2, devicePixelRatio || 1);
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  // In main memory: thousands of short lines are quicker there than by a GPU, all the more by an emulated one.
  const c = canvas.getContext('2d', { willReadFrequently: true });
  c?.setTransform(ratio, 0, 0, ratio, 0, 0);
  c?.clearRect(0, 0, width, height);
  return c;
}

export interface Scene {
  graph: VisibleGraph;
  placement: Placement;
  scale: Scale;
  ink: Ink;
  family: Family;
  selected?: string | undefined;
}

/** The coloured edge of a card whose name can be read, as wide as on its element. */
const band = 6;

/** Boxes, edges and cards as plain shapes, with their names where these can be read. */
export function paint(c: CanvasRenderingContext2D, scene: Scene, { x, y, k }: Camera, small = false): void {
  const { graph, placement, scale, ink, family, selected } = scene;
  const named = !small && k >= legible;
  const [width, height] = [c.canvas.width, c.canvas.height];
  const seen = (r: Rect) =>
    (r.x + r.width / 2) * k + x > 0 &&
    (r.x - r.width / 2) * k + x < width &&
    (r.y + r.height / 2) * k + y > 0 &&
    (r.y - r.height / 2) * k + y < height;
  c.save();
  c.transform(k, 0, 0, k, x, y);
  const hair = 1 / k;
  c.lineWidth = hair;
  c.strokeStyle = ink.line;
  for (const b of graph.boxes) {
    const r = placement.boxes.get(b.id);
    if (!r || !seen(r)) continue;
    c.globalAlpha = 0.05;
    c.fillStyle = ink.text;
    c.fillRect(r.x - r.width / 2, r.y - r.height / 2, r.width, r.height);
    c.globalAlpha = 0.6;
    c.strokeRect(r.x - r.width / 2, r.y - r.height / 2, r.width, r.height);
  }
  c.globalAlpha = small ? 0.35 : 0.6;
  c.strokeStyle = ink.quiet;
  c.lineWidth = Math.max(small ? hair * 0.8 : 1.2, hair * 0.8);
  c.beginPath();
  for (const { points } of placement.edges.values()) {
    const [first, ...rest] = points;
    if (!first) continue;
    c.moveTo(first.x, first.y);
    for (const p of rest) c.lineTo(p.x, p.y);
  }
  c.stroke();
  c.globalAlpha = 1;
  for (const card of graph.cards) {
    const r = placement.cards.get(card.id);
    if (!r || !seen(r)) continue;
    const at = scale.at(card);
    const colour = at === undefined ? undefined : css(sequential(at));
    c.fillStyle = (named ? undefined : colour) ?? (small ? ink.quiet : ink.face);
    c.globalAlpha = small && at === undefined ? 0.45 : 1;
    c.fillRect(r.x - r.width / 2, r.y - r.height / 2, r.width, r.height);
    c.globalAlpha = 1;
    if (named && colour) {
      c.fillStyle = colour;
      c.fillRect(r.x - r.width / 2, r.y - r.height / 2, band, r.height);
    }
    if (small && card.id !== selected) continue;
    c.lineWidth = card.id === selected ? 3 * hair : hair;
    c.strokeStyle = card.id === selected ? ink.accent : ink.line;
    c.strokeRect(r.x - r.width / 2, r.y - r.height / 2, r.width, r.height);
    if (!named) continue;
    // Where the elements have it, which take its place once the reader rests.
    const font = fonts.name + family.sans;
    const line = isOneLine(card);
    const indent = card.item?.children.length ? 30 : 14;
    c.font = font;
    c.fillStyle = card.kind === 'op' ? ink.quiet : ink.text;
    c.textAlign = line ? 'center' : 'left';
    c.fillText(
      cut(titleOf(card), font, r.width - indent - 10),
      line ? r.x : r.x - r.width / 2 + indent,
      line ? r.y + 4.5 : r.y - r.height / 2 + 19,
    );
  }
  c.restore();
}
