/**
 * <vitrine-graph>: draws the visible part of a model's graph as SVG, with a camera, a roving tab stop and folding
 * groups. It is given a model and settings and reports what the reader does; it keeps only the camera and the focus.
 */
import { html, nothing, render, type SVGTemplateResult, svg, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Model } from '../../../src/model/graph';
import { type Mark, markOf } from '../../modelDiff/marks';
import { css, logPosition, sequential } from '../logic/colours';
import { formatCount, formatInteger, formatNumber, formatShape } from '../logic/numbers';
import { icon } from '../parts/icons';
import { cut, textWidth } from '../parts/measure';
import { onTheme, prefersReducedMotion } from '../parts/theme';
import { t } from '../strings';
import { shortArguments } from './arguments';
import { bringIntoView, type Camera, fitReadable, fitWhole, zoomAt } from './camera';
import { exportSvg } from './exportSvg';
import {
  boxPadding,
  type Direction,
  edgePath,
  layoutInput,
  type Placement,
  type Rect,
  type Sizes,
} from './layout';
import { LayoutClient } from './layoutClient';
import { type Arrow, neighbour } from './navigate';
import { ancestors, initiallyOpen, type Tree, treeOf } from './tree';
import { type Card, type Edge, gradientNormOf, type VisibleGraph, visibleGraph } from './visible';

export interface GraphProperties {
  model: Model;
  direction: Direction;
  colour: 'parameters' | 'gradients';
  gradientNorms?: Readonly<Record<string, number>>;
  /** Ids of open groups; undefined opens what is readable. */
  open?: readonly string[];
  /** What a comparison with another version says of nodes, by index; shown as outlines. */
  marks?: ReadonlyMap<number, Mark> | undefined;
  /** The selected card's id, and the selected module's path for where the card is not known. */
  card?: string;
  module?: string;
}

export interface GraphEvents {
  onSelect(card: Card | undefined): void;
  onOpen(open: readonly string[]): void;
  onDirection(direction: Direction): void;
  onColour(colour: 'parameters' | 'gradients'): void;
  onExport(svgText: string): void;
}

const fonts = {
  name: '600 12.5px ',
  type: '11.5px ',
  mono: '10.5px ',
};

class GraphElement extends HTMLElement {
  #properties?: GraphProperties;
  #events?: GraphEvents;
  #tree?: Tree;
  #open: ReadonlySet<string> = new Set();
  #graph?: VisibleGraph;
  #placement?: Placement;
  #camera: Camera = { x: 0, y: 0, k: 1 };
  /** The reader has moved it; else it follows the size of the view. */
  #moved = false;
  #focus?: string;
  #pending = false;
  readonly #layout = new LayoutClient();
  /** To be moved into view once it is placed. */
  #wanted?: string;
  #drag?: { x: number; y: number; camera: Camera; moved: boolean };
  /** What the reader folded or unfolded, until the new layout is there. */
  #anchor?: { id: string; rect: Rect; focused: boolean };
  #family = { sans: 'sans-serif', mono: 'monospace' };
  #shown?: string;
  #cleanUp: (() => void)[] = [];
  readonly #resize = new ResizeObserver(() => this.#resized());
  #size = { width: 0, height: 0 };

  connectedCallback(): void {
    this.#resize.observe(this);
    this.#cleanUp.push(
      onTheme(() => {
        this.#fonts();
        this.#draw();
      }),
    );
    this.#fonts();
  }

  disconnectedCallback(): void {
    this.#resize.disconnect();
    for (const f of this.#cleanUp.splice(0)) f();
  }

  set events(events: GraphEvents) {
    this.#events = events;
  }

  set properties(next: GraphProperties | undefined) {
    const before = this.#properties;
    this.#properties = next;
    if (!next) {
      this.#tree = this.#graph = this.#placement = undefined;
      render(nothing, this);
      return;
    }
    const newModel = next.model !== before?.model;
    if (newModel) {
      // A new reading of the same file (every few keystrokes) keeps camera and folds.
      if (next.model.file !== before?.model.file || next.model.name !== before?.model.name)
        this.#moved = false;
      this.#tree = treeOf(next.model);
    }
    if (newModel || next.open !== before?.open) {
      const known = next.open?.filter(id => this.#tree!.items.has(id));
      this.#open = known ? new Set([...known, this.#tree!.root.id]) : initiallyOpen(this.#tree!);
    }
    if (newModel || next.open !== before?.open || next.direction !== before?.direction) {
      if (next.direction !== before?.direction) this.#moved = false;
      this.#place();
    } else this.#draw();
    this.#follow(before);
  }

  /** Zooms by steps, as the keys and buttons do. */
  zoom(factor: number): void {
    this.#moved = true;
    this.#camera = zoomAt(this.#camera, factor, this.#size.width / 2, this.#size.height / 2);
    this.#moveCamera();
  }

  fitAll(): void {
    if (!this.#placement) return;
    this.#moved = false;
    this.#camera = fitWhole(this.#placement, this.#size, this.#insets);
    this.#moveCamera();
  }

  #fonts(): void {
    const style = getComputedStyle(this);
    this.#family = {
      sans: style.fontFamily || 'sans-serif',
      mono: style.getPropertyValue('--mono').trim() || 'monospace',
    };
  }

  /** A selection from outside (the cursor in the editor) opens what hides it and moves it into view. */
  #follow(before: GraphProperties | undefined): void {
    const { module, card } = this.#properties!;
    const wanted = card && this.#tree!.items.has(card) ? card : this.#cardOfModule(module);
    if (!wanted || wanted === this.#shown) return;
    const outside = before !== undefined && card !== before.card ? card !== this.#focus : true;
    this.#shown = wanted;
    if (!outside) return;
    const closed = ancestors(this.#tree!, wanted).filter(id => !this.#open.has(id));
    if (closed.length && this.#tree!.items.get(wanted)) {
      // Only stacks and groups that hide it; the host's selection never folds anything.
      this.#open = new Set([...this.#open, ...closed]);
      this.#wanted = wanted;
      this.#place();
    } else this.#reveal(wanted);
  }

  #cardOfModule(module: string | undefined): string | undefined {
    if (!module || !this.#tree) return undefined;
    if (this.#tree.items.has(`module:${module}`)) return `module:${module}`;
    return [...this.#tree.items.values()].find(i => i.path === module && i.kind !== 'stack')?.id;
  }

  get #selected(): string | undefined {
    const { card, module } = this.#properties!;
    if (card && this.#graph?.cards.some(c => c.id === card)) return card;
    const id = this.#cardOfModule(module);
    if (!id) return undefined;
    // Inside a closed group, the group shows that the selection is there.
    return [id, ...ancestors(this.#tree!, id)].find(x => this.#graph?.cards.some(c => c.id === x));
  }

  #place(): void {
    const graph = visibleGraph(this.#tree!, this.#open);
    const input = layoutInput(graph, this.#sizes(), this.#properties!.direction);
    this.#pending = true;
    this.#layout.place(input, placement => {
      const before = this.#placement;
      this.#graph = graph;
      this.#placement = placement;
      if (!graph.cards.some(c => c.id === this.#focus)) this.#focus = undefined;
      if (!this.#moved || !before) this.#recentre();
      this.#pending = false;
      this.#draw();
      this.#settle();
      if (this.#wanted) this.#reveal(this.#wanted);
      this.#wanted = undefined;
    });
    if (this.#pending) this.#draw();
  }

  #recentre(): void {
    if (this.#placement && this.#size.width)
      this.#camera = fitReadable(this.#placement, this.#size, this.#insets);
  }

  /** The drawing keeps clear of the legend, and of the tools where there is no room beside them. */
  get #insets(): { top: number; bottom: number } {
    return { top: this.#size.width < 560 ? 40 : 0, bottom: 34 };
  }

  #resized(): void {
    const { clientWidth: width, clientHeight: height } = this;
    if (!width || !height || (width === this.#size.width && height === this.#size.height)) return;
    this.#size = { width, height };
    if (!this.#properties) return;
    if (!this.#placement) this.#place();
    else {
      if (!this.#moved) this.#recentre();
      // The details of what was just chosen take room: it stays in sight.
      const selected = this.#selected && this.#placement.cards.get(this.#selected);
      if (selected) this.#camera = this.#cameraFor(selected);
    }
    this.#draw();
  }

  #sizes(): Sizes {
    return {
      card: card => {
        const name = textWidth(titleOf(card), fonts.name + this.#family.sans);
        if (isOneLine(card)) {
          const extra = aside(card) ? textWidth(aside(card), fonts.mono + this.#family.mono) + 8 : 0;
          return { width: Math.max(name + extra + 28, 76), height: 28 };
        }
        const type = textWidth(secondLine(card), fonts.type + this.#family.sans);
        const count = card.parameters
          ? textWidth(formatCount(card.parameters), fonts.mono + this.#family.mono) + 16
          : 0;
        const args = Math.min(textWidth(argumentsOf(card), fonts.mono + this.#family.mono), 190);
        const badge = card.repeats > 1 ? 34 : 0;
        const chevron = card.item?.children.length ? 20 : 0;
        const width = Math.max(name + count + badge + chevron + 26, type + 26, args + 26, 124);
        return { width: Math.min(width, 264), height: argumentsOf(card) ? 62 : 46 };
      },
      label: text => ({ width: textWidth(text, fonts.mono + this.#family.mono) + 10, height: 16 }),
    };
  }

  // Drawing

  #draw(): void {
    const p = this.#properties;
    if (!p) return;
    render(this.#template(p), this);
    this.#moveCamera();
  }

  #moveCamera(): void {
    const { x, y, k } = this.#camera;
    const world = this.querySelector('.world');
    world?.setAttribute('transform', `translate(${x} ${y}) scale(${k})`);
    this.classList.toggle('far', k < 0.45);
    const label = this.querySelector('.zoom');
    if (label) label.textContent = `${Math.round(k * 100)} %`;
  }

  #template(p: GraphProperties): TemplateResult {
    const graph = this.#graph;
    const placement = this.#placement;
    const norms = p.colour === 'gradients' ? p.gradientNorms : undefined;
    const scale = this.#scale(norms);
    return html`
      <svg
        class="canvas"
        role="group"
        aria-label=${`${t('graph.label', { name: p.model.name })}. ${t('graph.keys')}`}
        @wheel=${{ handleEvent: (e: WheelEvent) => this.#wheel(e), passive: false }}
        @pointerdown=${(e: PointerEvent) => this.#pointerDown(e)}
        @pointermove=${(e: PointerEvent) => this.#pointerMove(e)}
        @pointerup=${(e: PointerEvent) => this.#pointerUp(e)}
        @pointercancel=${() => {
          this.#drag = undefined;
        }}
        @keydown=${(e: KeyboardEvent) => this.#key(e)}
      >
        <defs>
          <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse">
            <path class="arrowhead" d="M1 1 7 4 1 7" />
          </marker>
        </defs>
        <g class="world">
          ${
            graph && placement
              ? svg`
                <g class="boxes">${repeat(
                  graph.boxes,
                  b => b.id,
                  b => this.#box(b.id, b.item.name, b.item.type, placement.boxes.get(b.id)),
                )}</g>
                <g class="edges" aria-hidden="true">${repeat(
                  graph.edges,
                  e => e.id,
                  e => this.#edge(e, placement),
                )}</g>
                <g class="cards">${repeat(
                  graph.cards,
                  c => c.id,
                  c => this.#card(c, placement.cards.get(c.id), scale.at(c), norms),
                )}</g>`
              : nothing
          }
        </g>
      </svg>
      ${
        this.#pending || !placement
          ? html`<p class="graph-note" role="status">${t('graph.layingOut', { count: this.#tree?.model.nodes.length ?? 0 })}</p>`
          : nothing
      }
      ${this.#toolbar(p)} ${this.#legend(p, scale)}
    `;
  }

  #toolbar(p: GraphProperties): TemplateResult {
    const groups = [...(this.#tree?.items.values() ?? [])].filter(
      i => i.children.length && i !== this.#tree!.root,
    );
    const closed = groups.some(g => !this.#open.has(g.id));
    return html`<div class="graph-tools" role="toolbar" aria-label=${t('tabs.architecture')}>
      ${
        groups.length
          ? html`<button
              class="tool"
              title=${closed ? t('graph.openAll') : t('graph.closeAll')}
              aria-label=${closed ? t('graph.openAll') : t('graph.closeAll')}
              @click=${() => this.#events?.onOpen(closed ? groups.map(g => g.id) : [])}
            >
              ${icon(closed ? 'open' : 'close')}
            </button>`
          : nothing
      }
      <button
        class="tool"
        title=${t(`graph.direction.${p.direction}`)}
        aria-label=${t(`graph.direction.${p.direction}`)}
        @click=${() => this.#events?.onDirection(p.direction === 'TB' ? 'LR' : 'TB')}
      >
        ${icon(p.direction === 'TB' ? 'right' : 'down')}
      </button>
      <button class="tool" title=${t('graph.export')} aria-label=${t('graph.export')} @click=${() => this.#export()}>
        ${icon('save')}
      </button>
      <span class="tool-gap"></span>
      <button class="tool" title=${t('graph.zoomOut')} aria-label=${t('graph.zoomOut')} @click=${() => this.zoom(1 / 1.25)}>
        ${icon('zoomOut')}
      </button>
      <span class="zoom" aria-hidden="true"></span>
      <button class="tool" title=${t('graph.zoomIn')} aria-label=${t('graph.zoomIn')} @click=${() => this.zoom(1.25)}>
        ${icon('zoomIn')}
      </button>
      <button class="tool" title=${t('graph.fit')} aria-label=${t('graph.fit')} @click=${() => this.fitAll()}>
        ${icon('fit')}
      </button>
    </div>`;
  }

  #legend(p: GraphProperties, scale: Scale): TemplateResult {
    const ends = scale.ends;
    return html`<div class="graph-legend">
      ${
        p.gradientNorms
          ? html`<div class="segments" role="group" aria-label=${t('graph.colour')}>
              ${(['parameters', 'gradients'] as const).map(
                c => html`<button
                  class="segment"
                  aria-pressed=${c === p.colour}
                  @click=${() => this.#events?.onColour(c)}
                >
                  ${t(`graph.colour.${c}`)}
                </button>`,
              )}
            </div>`
          : nothing
      }
      ${
        ends
          ? html`<div class="ramp" title=${t(`graph.legend.${scale.kind}`)}>
              <span class="mono">${ends[0]}</span><span class="ramp-bar" role="img" aria-label=${t(`graph.legend.${scale.kind}`)}></span
              ><span class="mono">${ends[1]}</span>
              <span class="quiet ramp-name">${t(`graph.legend.${scale.kind}`)}</span>
            </div>`
          : nothing
      }
    </div>`;
  }

  #scale(norms: Readonly<Record<string, number>> | undefined): Scale {
    const cards = this.#graph?.cards ?? [];
    const value = (c: Card) => (norms ? gradientNormOf(c, norms) : c.parameters || undefined);
    const values = cards.map(value).filter(v => v !== undefined && v > 0) as number[];
    const max = Math.max(...values, 0);
    const least = Math.min(...values);
    // Counts start at 1; norms span what there is, at least a decade.
    const min = norms ? Math.min(least, max / 10) : 1;
    return {
      kind: norms ? 'gradients' : 'parameters',
      ends: values.length
        ? norms
          ? [formatNumber(min, 2), formatNumber(max, 2)]
          : ['1', formatCount(max)]
        : undefined,
      at: c => {
        const v = value(c);
        return v === undefined ? undefined : logPosition(v, max, min);
      },
    };
  }

  #box(id: string, name: string, type: string, r: Rect | undefined): SVGTemplateResult {
    if (!r) return svg``;
    const x = r.x - r.width / 2;
    const y = r.y - r.height / 2;
    const room = r.width - 2 * boxPadding.side - 16;
    const title = cut(`${name}  ${type}`, fonts.name + this.#family.sans, room);
    return svg`<g class="box">
      <rect x=${x} y=${y} width=${r.width} height=${r.height} rx="8" />
      <g class="fold" role="button" tabindex="-1" aria-label=${t('graph.close', { name })}
        @click=${() => this.#toggle(id)}>
        <title>${t('graph.close', { name })}</title>
        <rect class="hit" x=${x} y=${y} width=${Math.min(r.width, 28 + textWidth(title, fonts.name + this.#family.sans))} height="24" />
        <path class="chevron" d=${`M${x + 9} ${y + 10}l4 4 4 -4`} />
        <text class="box-name" x=${x + 24} y=${y + 16}>${title.slice(0, name.length)}<tspan class="box-type">${title.slice(name.length)}</tspan></text>
      </g>
    </g>`;
  }

  #edge(e: Edge, placement: Placement): SVGTemplateResult {
    const place = placement.edges.get(e.id);
    if (!place) return svg``;
    const lit = this.#focus === e.from || this.#focus === e.to;
    const width = textWidth(e.label, fonts.mono + this.#family.mono) + 8;
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

  #card(
    card: Card,
    r: Rect | undefined,
    position: number | undefined,
    norms: Readonly<Record<string, number>> | undefined,
  ): SVGTemplateResult {
    if (!r) return svg``;
    const selected = this.#selected === card.id;
    const foldable = (card.item?.children.length ?? 0) > 0;
    const end = card.kind === 'input' || card.kind === 'output';
    const small = isOneLine(card);
    const x = r.x - r.width / 2;
    const y = r.y - r.height / 2;
    const w = r.width;
    const name = titleOf(card);
    const left = x + 14 + (foldable ? 16 : 0);
    const count = card.parameters ? formatCount(card.parameters) : '';
    const gradient = norms && gradientNormOf(card, norms);
    const right = norms ? (gradient === undefined ? '' : formatNumber(gradient, 2)) : count;
    const rightWidth = right ? textWidth(right, fonts.mono + this.#family.mono) + 10 : 0;
    const badgeWidth = card.repeats > 1 ? 34 : 0;
    const first = this.#graph!.cards[0]?.id;
    const tabStop = (this.#focus ?? this.#selected ?? first) === card.id;
    const shortName = cut(name, fonts.name + this.#family.sans, x + w - 10 - rightWidth - badgeWidth - left);
    const mark = markOf(this.#properties?.marks, card.item?.nodes ?? []);
    const fill = position === undefined ? undefined : css(sequential(position));
    return svg`<g
      class=${`card ${card.kind}${selected ? ' selected' : ''}${small ? ' small' : ''}${mark ? ` ${mark}` : ''}`}
      role="button" tabindex=${tabStop ? 0 : -1} data-card=${card.id}
      aria-label=${this.#spoken(card, gradient)} aria-pressed=${selected}
      aria-expanded=${foldable ? 'false' : nothing}
      @focus=${() => this.#focused(card.id)}
      @dblclick=${() => foldable && this.#toggle(card.id)}
    >
      <title>${tooltip(card)}</title>
      ${
        card.kind === 'stack'
          ? svg`<rect class="under" x=${x + 8} y=${y + 8} width=${w} height=${r.height} rx="6" />
                <rect class="under" x=${x + 4} y=${y + 4} width=${w} height=${r.height} rx="6" />`
          : nothing
      }
      <rect class="face" x=${x} y=${y} width=${w} height=${r.height} rx=${end ? r.height / 2 : 6} />
      ${
        fill
          ? svg`<path class="band" fill=${fill} d=${`M${x + 6} ${y}a6 6 0 0 0 -6 6v${r.height - 12}a6 6 0 0 0 6 6z`} />`
          : nothing
      }
      ${
        small
          ? svg`<text class="name" x=${r.x} y=${r.y + 4.5} text-anchor="middle">${name}${
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
            <text class="type" x=${x + 14} y=${y + 36}>${cut(secondLine(card), fonts.type + this.#family.sans, w - 24)}</text>
            <text class="arguments" x=${x + 14} y=${y + 52}>${cut(argumentsOf(card), fonts.mono + this.#family.mono, w - 24)}</text>`
      }
      ${
        foldable
          ? svg`<g class="fold" @click=${(e: Event) => {
              e.stopPropagation();
              this.#toggle(card.id);
            }}>
              <rect class="hit" x=${x + 6} y=${y + 2} width="24" height="26" />
              <path class="chevron" d=${`M${x + 14} ${y + 10.5}l4 4 -4 4`} />
            </g>`
          : nothing
      }
    </g>`;
  }

  #spoken(card: Card, gradient: number | undefined): string {
    const outputs = card.outputs.map(formatShape).join(', ');
    return [
      card.kind === 'input' ? t('graph.node.input') : card.kind === 'output' ? t('graph.node.output') : '',
      card.name,
      card.kind === 'input' || card.kind === 'output' ? '' : card.type,
      card.repeats > 1 ? t('graph.node.repeats', { count: card.repeats }) : '',
      card.parameters ? t('graph.node.parameters', { count: formatInteger(card.parameters) }) : '',
      outputs ? t('graph.node.outputs', { shape: outputs }) : '',
      gradient === undefined ? '' : t('graph.node.gradient', { value: formatNumber(gradient) }),
    ]
      .filter(Boolean)
      .join(', ');
  }

  // Gestures

  #focused(id: string): void {
    if (this.#focus === id) return;
    this.#focus = id;
    this.#draw();
  }

  #toggle(id: string): void {
    const open = new Set(this.#open);
    if (!open.delete(id)) open.add(id);
    this.#moved = true;
    const rect = this.#placement?.cards.get(id) ?? this.#placement?.boxes.get(id);
    if (rect) this.#anchor = { id, rect, focused: this.contains(document.activeElement) };
    this.#events?.onOpen([...open]);
  }

  /** What was opened or closed stays where it was, and keeps the focus. */
  #settle(): void {
    const anchor = this.#anchor;
    this.#anchor = undefined;
    if (!anchor) return;
    const after = this.#placement?.cards.get(anchor.id) ?? this.#placement?.boxes.get(anchor.id);
    if (after) {
      const { x, y, k } = this.#camera;
      const before = anchor.rect;
      this.#camera = {
        k,
        x: x + (before.x - after.x) * k,
        y: y + (before.y - before.height / 2 - after.y + after.height / 2) * k,
      };
    }
    const cards = this.#graph?.cards ?? [];
    const next = cards.find(c => c.id === anchor.id) ?? cards.find(c => c.parent === anchor.id);
    if (next) this.#focus = next.id;
    this.#draw();
    if (next && anchor.focused) this.#focusCard(next.id);
  }

  #focusCard(id: string): void {
    const g = this.querySelector<SVGGElement>(`[data-card="${CSS.escape(id)}"]`);
    g?.focus({ preventScroll: true });
    this.#reveal(id);
  }

  #reveal(id: string): void {
    const shown = [id, ...ancestors(this.#tree!, id)].find(x => this.#placement?.cards.has(x));
    const rect = shown ? this.#placement?.cards.get(shown) : this.#placement?.boxes.get(id);
    if (!rect || !this.#size.width) return;
    const to = this.#cameraFor(rect);
    if (to.x === this.#camera.x && to.y === this.#camera.y) return;
    this.#glide(to);
  }

  /** The least move that shows a rectangle clear of tools and legend. */
  #cameraFor(rect: Rect): Camera {
    const { top, bottom } = this.#insets;
    const { width, height } = this.#size;
    const room = { width, height: height - top - bottom };
    const moved = bringIntoView({ ...this.#camera, y: this.#camera.y - top }, rect, room, 24);
    return { ...moved, y: moved.y + top };
  }

  #glide(to: Camera): void {
    if (prefersReducedMotion()) {
      this.#camera = to;
      this.#moveCamera();
      return;
    }
    const from = this.#camera;
    const start = performance.now();
    const step = (now: number) => {
      const s = Math.min(1, (now - start) / 160);
      const ease = 1 - (1 - s) ** 3;
      this.#camera = {
        k: from.k + (to.k - from.k) * ease,
        x: from.x + (to.x - from.x) * ease,
        y: from.y + (to.y - from.y) * ease,
      };
      this.#moveCamera();
      if (s < 1) requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  #wheel(e: WheelEvent): void {
    e.preventDefault();
    this.#moved = true;
    const unit = e.deltaMode === 1 ? 16 : 1;
    if (e.ctrlKey || e.metaKey) {
      const box = this.getBoundingClientRect();
      const factor = Math.exp((-e.deltaY * unit) / 240);
      this.#camera = zoomAt(this.#camera, factor, e.clientX - box.left, e.clientY - box.top);
    } else {
      const [dx, dy] = e.shiftKey && !e.deltaX ? [e.deltaY, 0] : [e.deltaX, e.deltaY];
      this.#camera = {
        ...this.#camera,
        x: this.#camera.x - dx * unit,
        y: this.#camera.y - dy * unit,
      };
    }
    this.#moveCamera();
  }

  #pointerDown(e: PointerEvent): void {
    if (e.button !== 0) return;
    this.#drag = { x: e.clientX, y: e.clientY, camera: this.#camera, moved: false };
  }

  #pointerMove(e: PointerEvent): void {
    const drag = this.#drag;
    if (!drag) return;
    const dx = e.clientX - drag.x;
    const dy = e.clientY - drag.y;
    if (!drag.moved && Math.hypot(dx, dy) < 4) return;
    if (!drag.moved) (e.currentTarget as Element).setPointerCapture(e.pointerId);
    drag.moved = true;
    this.#moved = true;
    this.classList.add('dragging');
    this.#camera = { ...drag.camera, x: drag.camera.x + dx, y: drag.camera.y + dy };
    this.#moveCamera();
  }

  #pointerUp(e: PointerEvent): void {
    const drag = this.#drag;
    this.#drag = undefined;
    this.classList.remove('dragging');
    if (!drag || drag.moved) return;
    const target = e.target as Element;
    if (target.closest('.fold')) return;
    const id = target.closest('[data-card]')?.getAttribute('data-card');
    const card = this.#graph?.cards.find(c => c.id === id);
    if (card) {
      this.#focus = card.id;
      this.#select(card);
    } else this.#events?.onSelect(undefined);
  }

  #select(card: Card): void {
    this.#shown = card.id;
    this.#events?.onSelect(card);
  }

  #key(e: KeyboardEvent): void {
    if (e.altKey || e.ctrlKey || e.metaKey) return;
    const id = (e.target as Element).closest('[data-card]')?.getAttribute('data-card') ?? this.#focus;
    const card = this.#graph?.cards.find(c => c.id === id);
    const cards = this.#graph?.cards ?? [];
    let handled = true;
    if (e.key === '+' || e.key === '=') this.zoom(1.25);
    else if (e.key === '-') this.zoom(1 / 1.25);
    else if (e.key === '0') this.fitAll();
    else if (e.key === 'Home' && cards.length) this.#focusCard(cards[0]!.id);
    else if (e.key === 'End' && cards.length) this.#focusCard(cards[cards.length - 1]!.id);
    else if (e.key === 'Escape') this.#events?.onSelect(undefined);
    else if (!card || !this.#placement) handled = false;
    else if (e.key === 'Enter') this.#select(card);
    else if (e.key === ' ') {
      if (card.item?.children.length) this.#toggle(card.id);
      else if (this.#graph!.boxes.some(b => b.id === card.parent)) this.#toggle(card.parent);
    } else if (/^Arrow/.test(e.key)) {
      const { cards: rects } = this.#placement;
      const to = neighbour(card.id, e.key as Arrow, rects, this.#graph!.edges, this.#properties!.direction);
      if (to) this.#focusCard(to);
    } else handled = false;
    if (handled) {
      e.preventDefault();
      e.stopPropagation();
    }
  }

  #export(): void {
    const world = this.querySelector<SVGGElement>('.world');
    const placement = this.#placement;
    if (world && placement) this.#events?.onExport(exportSvg(world, placement));
  }
}

interface Scale {
  kind: 'parameters' | 'gradients';
  /** What its two ends stand for; absent when nothing has a value. */
  ends?: readonly [string, string];
  /** 0 to 1; undefined for what has no value. */
  at(card: Card): number | undefined;
}

/** Calls without parameters, and the model's ends, need no more than a name. */
function isOneLine(card: Card): boolean {
  return card.kind === 'input' || card.kind === 'output' || (card.kind === 'op' && card.parameters === 0);
}

function titleOf(card: Card): string {
  if (card.name) return card.name;
  return card.kind === 'output' ? t('graph.node.output') : t('graph.node.input');
}

function secondLine(card: Card): string {
  if (card.kind === 'op') return card.hint;
  const count = card.item?.nodes.length ?? 0;
  if (card.kind === 'group')
    return [card.type, t('graph.node.operations', { count })].filter(Boolean).join(' · ');
  return card.type;
}

function argumentsOf(card: Card): string {
  return card.kind === 'module' ? shortArguments(card.arguments) : '';
}

/** What stands in small beside the name of a card of one line. */
function aside(card: Card): string {
  if (card.kind === 'input') return card.name ? t('graph.node.input').toLowerCase() : '';
  if (card.kind === 'output') return card.name ? t('graph.node.output').toLowerCase() : '';
  return card.hint;
}

function tooltip(card: Card): string {
  const path = card.item?.path;
  return [
    [path || card.name, card.type].filter(Boolean).join('  '),
    card.arguments,
    card.parameters ? t('graph.node.parameters', { count: formatInteger(card.parameters) }) : '',
    card.outputs.map(formatShape).join(', '),
  ]
    .filter(Boolean)
    .join('\n');
}

customElements.define('vitrine-graph', GraphElement);

export type { GraphElement };
