/**
 * <vitrine-graph>: draws the visible part of a model's graph, with a camera, a roving tab stop and folding groups. It
 * is given a model and settings and reports what the reader does; it keeps only camera, focus and what is looked for.
 * Cards near the view are SVG; where too many are in sight to be read, they are painted on a canvas behind it.
 */
import { html, nothing, render, type TemplateResult } from 'lit';
import { onTheme } from '../parts/theme';
import { t } from '../strings';
import type { Camera } from './camera';
import { sizesIn } from './cardText';
import { type Anchor, anchored, groupsOf, placeOf, selectedCard } from './choice';
import { legend, overviewFrame, toolbar } from './controls';
import { cardAt } from './culling';
import { exportSvg, pngOf } from './exportSvg';
import { FindBar } from './finder';
import { Gestures, keyMeaning } from './gestures';
import { layoutInput, type Placement } from './layout';
import { LayoutClient } from './layoutClient';
import { Picture } from './picture';
import { type GraphEvents, type GraphProperties, sameProperties } from './properties';
import { type Scale, scaleOf } from './scale';
import { stage } from './stage';
import { ancestors, cardOfModule, initiallyOpen, type Tree, treeOf } from './tree';
import { Viewport } from './viewport';
import { type Card, type VisibleGraph, visibleGraph } from './visible';
import { obey, type Walker } from './walk';

/** Animated edges cost; a picture of many says nothing more. */
const mostLive = 80;

class GraphElement extends HTMLElement {
  #properties?: GraphProperties;
  #events?: GraphEvents;
  #tree?: Tree;
  #open: ReadonlySet<string> = new Set();
  #graph?: VisibleGraph;
  #placement?: Placement;
  #focus?: string;
  #pending = false;
  /** Counts layouts and figures, so that the overview is painted anew when they change. */
  #layouts = 0;
  #figuresVersion = 0;
  readonly #layout = new LayoutClient();
  /** To be moved into view once it is placed. */
  #wanted?: string;
  readonly #gestures = new Gestures(this.#gestureTarget());
  /** What the reader folded or unfolded, until the new layout is there. */
  #anchor?: Anchor;
  #scale?: Scale;
  readonly #view = new Viewport(this.#viewed());
  readonly #picture = new Picture(this);
  readonly #find = new FindBar({
    tree: () => this.#tree,
    draw: () => this.#draw(),
    show: id => this.#show(id),
    leave: id => this.#leaveFind(id),
    input: () => this.querySelector<HTMLInputElement>('.graph-find input'),
  });
  #shown?: string;
  #cleanUp: (() => void)[] = [];
  readonly #resize = new ResizeObserver(() => this.#resized());

  connectedCallback(): void {
    this.#resize.observe(this);
    this.#cleanUp.push(
      onTheme(() => {
        if (this.#picture.dress() && this.#properties) this.#place();
        else this.#draw();
      }),
    );
    this.#picture.dress();
    if (this.#properties) this.#place();
  }

  disconnectedCallback(): void {
    this.#view.dispose();
    this.#resize.disconnect();
    for (const f of this.#cleanUp.splice(0)) f();
  }

  set events(events: GraphEvents) {
    this.#events = events;
  }

  set properties(next: GraphProperties | undefined) {
    const before = this.#properties;
    this.#properties = next;
    if (next && before && sameProperties(next, before)) return;
    if (next?.figures !== before?.figures || next?.gradientNorms !== before?.gradientNorms)
      this.#figuresVersion++;
    if (!next) {
      this.#tree = this.#graph = this.#placement = undefined;
      render(nothing, this);
      return;
    }
    const newModel = next.model !== before?.model;
    if (newModel) {
      // A new reading of the same file (every few keystrokes) keeps camera and folds.
      if (next.model.file !== before?.model.file || next.model.name !== before?.model.name)
        this.#view.moved = false;
      this.#tree = treeOf(next.model);
    }
    if (newModel || next.open !== before?.open) {
      const known = next.open?.filter(id => this.#tree!.items.has(id));
      this.#open = known ? new Set([...known, this.#tree!.root.id]) : initiallyOpen(this.#tree!);
    }
    if (newModel || next.open !== before?.open || next.direction !== before?.direction) {
      if (next.direction !== before?.direction) this.#view.moved = false;
      this.#place();
    } else this.#draw();
    this.#follow(before);
  }

  /** A selection from outside (the cursor in the editor) opens what hides it and moves it into view. */
  #follow(before: GraphProperties | undefined): void {
    const { module, card } = this.#properties!;
    const wanted = card && this.#tree!.items.has(card) ? card : cardOfModule(this.#tree, module);
    if (!wanted || wanted === this.#shown) return;
    const outside = before !== undefined && card !== before.card ? card !== this.#focus : true;
    this.#shown = wanted;
    if (!outside) return;
    this.#show(wanted);
  }

  /** Opens what hides it and moves it into view. */
  #show(id: string): void {
    const closed = ancestors(this.#tree!, id).filter(g => !this.#open.has(g));
    if (closed.length && this.#tree!.items.get(id)) {
      // Only stacks and groups that hide it; nothing is folded for a selection.
      this.#open = new Set([...this.#open, ...closed]);
      this.#wanted = id;
      this.#place();
    } else this.#reveal(id);
  }

  get #selected(): string | undefined {
    return selectedCard(this.#tree, this.#graph, this.#properties!);
  }

  #place(): void {
    // Cards are as wide as their words in the page's fonts, which the element has not before the page has it.
    if (!this.isConnected) return;
    const graph = visibleGraph(this.#tree!, this.#open);
    const input = layoutInput(graph, sizesIn(this.#picture.family), this.#properties!.direction);
    this.#pending = true;
    this.#layout.place(input, placement => {
      const before = this.#placement;
      this.#graph = graph;
      this.#placement = placement;
      this.#layouts++;
      this.#view.drawn = undefined;
      if (!graph.cards.some(c => c.id === this.#focus)) this.#focus = undefined;
      if (!this.#view.moved || !before) this.#view.recentre();
      this.#pending = false;
      this.#draw();
      this.#settle();
      if (this.#wanted) this.#reveal(this.#wanted);
      this.#wanted = undefined;
    });
    if (this.#pending) this.#draw();
  }

  #resized(): void {
    const { clientWidth: width, clientHeight: height } = this;
    const view = this.#view;
    if (!width || !height || (width === view.size.width && height === view.size.height)) return;
    view.size = { width, height };
    if (!this.#properties) return;
    this.#measure();
    if (!this.#placement) this.#place();
    else {
      if (!view.moved) view.recentre();
      // The details of what was just chosen take room: it stays in sight.
      const selected = this.#selected && this.#placement.cards.get(this.#selected);
      if (selected) view.camera = view.cameraFor(selected);
    }
    this.#draw();
  }

  /** What lies over the drawing takes room from it. */
  #measure(): void {
    const legend = this.querySelector<HTMLElement>('.graph-legend');
    this.#view.insets = {
      top: this.#view.size.width < 560 ? 40 : 0,
      bottom: Math.min((legend?.offsetHeight ?? 26) + 8, this.#view.size.height / 3),
    };
  }

  // Drawing

  #draw(): void {
    const p = this.#properties;
    if (!p) return;
    this.#scale = scaleOf(p, p.model, this.#graph?.cards ?? []);
    this.#view.cull();
    this.#render();
    this.#view.settle();
  }

  /** Makes the elements of the part that is drawn. */
  #render(): void {
    if (this.#properties && this.#scale) render(this.#template(this.#properties, this.#scale), this);
  }

  /** What the viewport asks of the graph. */
  #viewed() {
    const graph = this;
    return {
      get cards() {
        return graph.#graph?.cards ?? [];
      },
      get placement() {
        return graph.#placement;
      },
      draw() {
        graph.#render();
        graph.#showCamera();
      },
      placed: () => graph.#showCamera(),
    };
  }

  #showCamera(): void {
    this.#picture.place(this.#view, {
      graph: this.#graph,
      placement: this.#placement,
      scale: this.#scale,
      selected: this.#properties && this.#selected,
      layouts: this.#layouts,
      figures: this.#figuresVersion,
    });
  }

  #template(p: GraphProperties, scale: Scale): TemplateResult {
    const graph = this.#graph;
    const placement = this.#placement;
    const groups = groupsOf(this.#tree);
    const live = p.live === true && (graph?.cards.length ?? 0) <= mostLive;
    const world =
      graph && placement
        ? {
            graph,
            placement,
            scale,
            part: this.#view.drawn,
            family: this.#picture.family,
            marks: p.marks,
            focus: this.#focus,
            selected: this.#selected,
            found: this.#find.shown,
            onFocus: (id: string) => this.#focused(id),
            onToggle: (id: string) => this.#toggle(id),
          }
        : undefined;
    return html`
      ${stage({
        name: p.model.name,
        live,
        world,
        gestures: this.#gestures,
        box: () => this.getBoundingClientRect(),
        key: e => this.#key(e),
      })}
      ${
        this.#pending || !placement
          ? html`<p class="graph-note" role="status">${t('graph.layingOut', { count: this.#tree?.model.nodes.length ?? 0 })}</p>`
          : nothing
      }
      ${toolbar({
        direction: p.direction,
        closed: groups.length ? groups.some(g => !this.#open.has(g)) : undefined,
        fold: () => this.#events?.onOpen(groups.some(g => !this.#open.has(g)) ? groups : []),
        turn: () => this.#events?.onDirection(p.direction === 'TB' ? 'LR' : 'TB'),
        find: () => this.find(),
        save: kind => void this.#export(kind),
        picture: this.#events?.onPicture !== undefined,
        zoom: factor => this.#view.zoom(factor),
        fit: () => this.#view.fitAll(),
      })}
      ${this.#find.template() ?? nothing}
      ${legend(p.colours ?? ['parameters'], p.colour, scale, c => this.#events?.onColour(c))}
      ${overviewFrame(e => this.#travel(e))}
    `;
  }

  // Finding

  /** Opens the field that looks for layers and operations. */
  find(): void {
    this.#find.open();
  }

  /** What was found stays selected, and gets the focus. */
  #leaveFind(id: string | undefined): void {
    const card = this.#graph?.cards.find(c => c.id === id);
    if (card) {
      this.#focus = card.id;
      this.#select(card);
    }
    this.#draw();
    // Of an open group, which has a frame and no card, what is in it.
    const within = this.#graph?.cards.find(c => c.parent === id);
    const next = card?.id ?? within?.id ?? this.#focus ?? this.#graph?.cards[0]?.id;
    if (next) this.#focusCard(next);
  }

  #travel(e: PointerEvent): void {
    const to = this.#picture.cameraAt(e.currentTarget as Element, e, this.#view);
    if (to) this.#view.moveTo(to);
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
    this.#view.moved = true;
    const rect = this.#placement?.cards.get(id) ?? this.#placement?.boxes.get(id);
    if (rect) this.#anchor = { id, rect, focused: this.contains(document.activeElement) };
    this.#events?.onOpen([...open]);
  }

  /** What was opened or closed stays where it was, and keeps the focus. */
  #settle(): void {
    const anchor = this.#anchor;
    this.#anchor = undefined;
    if (!anchor) return;
    this.#view.camera = anchored(anchor, this.#placement, this.#view.camera);
    const cards = this.#graph?.cards ?? [];
    const next = cards.find(c => c.id === anchor.id) ?? cards.find(c => c.parent === anchor.id);
    if (next) this.#focus = next.id;
    this.#draw();
    if (next && anchor.focused) this.#focusCard(next.id);
  }

  #focusCard(id: string): void {
    // It may not be drawn yet: a large graph draws what is in sight, and the tab stop.
    if (this.#view.drawn) {
      this.#focus = id;
      this.#draw();
    }
    const g = this.querySelector<SVGGElement>(`[data-card="${CSS.escape(id)}"]`);
    g?.focus({ preventScroll: true });
    this.#reveal(id);
  }

  #reveal(id: string): void {
    const rect = placeOf(this.#tree!, this.#placement, id);
    if (rect) this.#view.reveal(rect);
  }

  #gestureTarget() {
    const graph = this;
    return {
      get camera() {
        return graph.#view.camera;
      },
      moveTo: (camera: Camera) => graph.#view.moveTo(camera),
      pick(target: Element, at: PointerEvent) {
        const id = target.closest('[data-card]')?.getAttribute('data-card');
        const card = graph.#graph?.cards.find(c => c.id === id) ?? graph.#paintedAt(at);
        if (!card) return graph.#events?.onSelect(undefined);
        graph.#focus = card.id;
        graph.#select(card);
      },
      dragging: (on: boolean) => void graph.classList.toggle('dragging', on),
    };
  }

  /** The painted card under the pointer. */
  #paintedAt(e: PointerEvent): Card | undefined {
    if (!this.#view.drawn?.painted || !this.#placement) return undefined;
    const box = this.getBoundingClientRect();
    return cardAt(this.#graph?.cards ?? [], this.#placement, this.#view.camera, {
      x: e.clientX - box.left,
      y: e.clientY - box.top,
    });
  }

  #select(card: Card): void {
    this.#shown = card.id;
    this.#events?.onSelect(card);
  }

  #key(e: KeyboardEvent): void {
    const key = keyMeaning(e);
    if (!key || !obey(key, this.#walker(e))) return;
    e.preventDefault();
    // VS Code would hear it too, and look in the editor.
    e.stopPropagation();
  }

  #walker(e: KeyboardEvent): Walker {
    const id = (e.target as Element).closest('[data-card]')?.getAttribute('data-card') ?? this.#focus;
    return {
      graph: this.#graph,
      placement: this.#placement,
      direction: this.#properties!.direction,
      card: this.#graph?.cards.find(c => c.id === id),
      find: () => this.find(),
      zoom: factor => this.#view.zoom(factor),
      fit: () => this.#view.fitAll(),
      focus: to => this.#focusCard(to),
      select: card => (card ? this.#select(card) : this.#events?.onSelect(undefined)),
      toggle: group => this.#toggle(group),
    };
  }

  async #export(kind: 'svg' | 'png'): Promise<void> {
    const placement = this.#placement;
    if (!placement || !this.#properties) return;
    this.#view.everything = true;
    this.#draw();
    const world = this.querySelector<SVGGElement>('.world');
    const text = world ? exportSvg(world, placement) : '';
    this.#view.everything = false;
    this.#draw();
    if (kind === 'svg') this.#events?.onExport(text);
    else this.#events?.onPicture?.(await pngOf(text));
  }
}

customElements.define('vitrine-graph', GraphElement);

export type { GraphElement, GraphEvents, GraphProperties };
