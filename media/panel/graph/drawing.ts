/** One card, box or edge of the graph as SVG. */
import { nothing, type SVGTemplateResult, svg } from 'lit';
import { css, sequential } from '../logic/colours';
import { formatCount } from '../logic/numbers';
import { cut, textWidth } from '../parts/measure';
import { t } from '../strings';
import {
  argumentsOf,
  aside,
  type Family,
  fonts,
  isOneLine,
  secondLine,
  spoken,
  titleOf,
  tooltip,
} from './cardText';
import { clipped, type Drawn } from './culling';
import { boxPadding, edgePath, type Placement, type Rect } from './layout';
import type { Scale } from './scale';
import type { Box, Card, Edge } from './visible';

export interface CardLook {
  family: Family;
  scale: Scale;
  selected: boolean;
  found: boolean;
  /** A class of the style sheet. */
  mark: string | undefined;
  tabStop: boolean;
  onFocus(): void;
  onToggle(): void;
}

/** @param drawn what of the world is drawn; all if undefined. */
export function drawBox(
  box: Box,
  r: Rect | undefined,
  drawn: Drawn | undefined,
  family: Family,
  onToggle: () => void,
): SVGTemplateResult {
  if (!r) return svg``;
  const { name, type } = box.item;
  const x = r.x - r.width / 2;
  const y = r.y - r.height / 2;
  const room = r.width - 2 * boxPadding.side - 16;
  const seen = clipped(r, drawn) ?? r;
  const title = cut(`${name}  ${type}`, fonts.name + family.sans, room);
  return svg`<g class="box">
      <rect x=${seen.x - seen.width / 2} y=${seen.y - seen.height / 2} width=${seen.width} height=${seen.height} rx="8" />
      <g class="fold" role="button" tabindex="-1" aria-label=${t('graph.close', { name })} @click=${onToggle}>
        <title>${t('graph.close', { name })}</title>
        <rect class="hit" x=${x} y=${y} width=${Math.min(r.width, 28 + textWidth(title, fonts.name + family.sans))} height="24" />
        <path class="chevron" d=${`M${x + 9} ${y + 10}l4 4 4 -4`} />
        <text class="group-name" x=${x + 24} y=${y + 16}>${title.slice(0, name.length)}<tspan class="group-type">${title.slice(name.length)}</tspan></text>
      </g>
    </g>`;
}

export function drawEdge(e: Edge, placement: Placement, family: Family, lit: boolean): SVGTemplateResult {
  const place = placement.edges.get(e.id);
  if (!place) return svg``;
  const width = textWidth(e.label, fonts.mono + family.mono) + 8;
  return svg`<g class=${lit ? 'edge lit' : 'edge'}>
      <path d=${edgePath(place.points)} marker-end="url(#arrow)" />
      ${
        place.label && e.label
          ? svg`<rect class="pill" x=${place.label.x - width / 2} y=${place.label.y - 8} width=${width} height="16" rx="4" />
            <text class="shape" x=${place.label.x} y=${place.label.y + 3.5}>${e.label}</text>`
          : nothing
      }
    </g>`;
}

export function drawCard(card: Card, r: Rect | undefined, look: CardLook): SVGTemplateResult {
  if (!r) return svg``;
  const { family, scale, selected } = look;
  const foldable = (card.item?.children.length ?? 0) > 0;
  const end = card.kind === 'input' || card.kind === 'output';
  const small = isOneLine(card);
  const x = r.x - r.width / 2;
  const y = r.y - r.height / 2;
  const w = r.width;
  const left = x + 14 + (foldable ? 16 : 0);
  const right =
    scale.kind === 'parameters' ? (card.parameters ? formatCount(card.parameters) : '') : scale.text(card);
  const rightWidth = right ? textWidth(right, fonts.mono + family.mono) + 10 : 0;
  const badgeWidth = card.repeats > 1 ? 34 : 0;
  const shortName = cut(titleOf(card), fonts.name + family.sans, x + w - 10 - rightWidth - badgeWidth - left);
  const position = scale.at(card);
  const words = scale.words(card);
  const classes = [
    'card',
    card.kind,
    selected ? 'selected' : '',
    small ? 'small' : '',
    look.found ? 'found' : '',
    look.mark ?? '',
  ];
  return svg`<g
      class=${classes.filter(Boolean).join(' ')}
      role="button" tabindex=${look.tabStop ? 0 : -1} data-card=${card.id}
      aria-label=${spoken(card, words)} aria-pressed=${selected}
      aria-expanded=${foldable ? 'false' : nothing}
      @focus=${look.onFocus}
      @dblclick=${() => foldable && look.onToggle()}
    >
      <title>${tooltip(card, words)}</title>
      ${
        card.kind === 'stack'
          ? svg`<rect class="under" x=${x + 8} y=${y + 8} width=${w} height=${r.height} rx="6" />
                <rect class="under" x=${x + 4} y=${y + 4} width=${w} height=${r.height} rx="6" />`
          : nothing
      }
      <rect class="face" x=${x} y=${y} width=${w} height=${r.height} rx=${end ? r.height / 2 : 6} />
      ${
        position !== undefined
          ? svg`<path class="band" fill=${css(sequential(position))} d=${`M${x + 6} ${y}a6 6 0 0 0 -6 6v${r.height - 12}a6 6 0 0 0 6 6z`} />`
          : nothing
      }
      ${
        small
          ? svg`<text class="name" x=${r.x} y=${r.y + 4.5} text-anchor="middle">${titleOf(card)}${
              aside(card) ? svg`<tspan class="aside" dx="7">${aside(card)}</tspan>` : nothing
            }</text>`
          : svg`
            <text class="name" x=${left} y=${y + 19}>${shortName}</text>
            ${right ? svg`<text class="count" x=${x + w - 10 - badgeWidth} y=${y + 18.5}>${right}</text>` : nothing}
            ${
              card.repeats > 1
                ? svg`<rect class="badge" x=${x + w - 40} y=${y + 8} width="32" height="16" rx="8" />
                  <text class="badge-text" x=${x + w - 24} y=${y + 19.5}>× ${card.repeats}</text>`
                : nothing
            }
            <text class="type" x=${x + 14} y=${y + 36}>${cut(secondLine(card), fonts.type + family.sans, w - 24)}</text>
            <text class="arguments" x=${x + 14} y=${y + 52}>${cut(argumentsOf(card), fonts.mono + family.mono, w - 24)}</text>`
      }
      ${
        foldable
          ? svg`<g class="fold" @click=${(e: Event) => {
              e.stopPropagation();
              look.onToggle();
            }}>
              <rect class="hit" x=${x + 6} y=${y + 2} width="24" height="26" />
              <path class="chevron" d=${`M${x + 14} ${y + 10.5}l4 4 -4 4`} />
            </g>`
          : nothing
      }
    </g>`;
}
