/** The part of a placed graph that is drawn as elements: boxes of open groups, edges, cards. */
import { type SVGTemplateResult, svg } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { type Mark, markOf } from '../../modelDiff/marks';
import type { Family } from './cardText';
import { type Drawn, isNear } from './culling';
import { drawBox, drawCard, drawEdge } from './drawing';
import type { Placement } from './layout';
import type { Scale } from './scale';
import type { VisibleGraph } from './visible';

export interface World {
  graph: VisibleGraph;
  placement: Placement;
  scale: Scale;
  /** What is drawn; all if undefined. */
  part: Drawn | undefined;
  family: Family;
  marks: ReadonlyMap<number, Mark> | undefined;
  /** Ids of cards. */
  focus: string | undefined;
  selected: string | undefined;
  found: string | undefined;
  onFocus(id: string): void;
  onToggle(id: string): void;
}

export function drawWorld(w: World): SVGTemplateResult {
  const { graph, placement, part, family, focus, selected } = w;
  const stop = focus ?? selected ?? graph.cards[0]?.id;
  // The tab stop is always there.
  const drawn = new Set(
    graph.cards.filter(c => c.id === stop || isNear(placement.cards.get(c.id), part)).map(c => c.id),
  );
  return svg`
    <g class="boxes">${repeat(
      graph.boxes.filter(b => isNear(placement.boxes.get(b.id), part)),
      b => b.id,
      b => drawBox(b, placement.boxes.get(b.id), part, family, () => w.onToggle(b.id)),
    )}</g>
    <g class="edges" aria-hidden="true">${repeat(
      graph.edges.filter(e => !part?.painted && (drawn.has(e.from) || drawn.has(e.to))),
      e => e.id,
      e => drawEdge(e, placement, family, focus === e.from || focus === e.to),
    )}</g>
    <g class="cards">${repeat(
      graph.cards.filter(c => drawn.has(c.id)),
      c => c.id,
      c =>
        drawCard(c, placement.cards.get(c.id), {
          family,
          scale: w.scale,
          selected: selected === c.id,
          found: w.found === c.id,
          mark: markOf(w.marks, c.item?.nodes ?? []),
          tabStop: stop === c.id,
          onFocus: () => w.onFocus(c.id),
          onToggle: () => w.onToggle(c.id),
        }),
    )}</g>`;
}
