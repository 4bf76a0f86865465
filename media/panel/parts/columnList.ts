/** <vitrine-columns>: a long list of columns of which only those in sight are drawn. */
import { html, render, type TemplateResult } from 'lit';
import type { ColumnOverview } from '../../../src/data/overview/overview';
import { onTheme } from './theme';

export interface ColumnsProperties {
  columns: readonly ColumnOverview[];
  row(column: ColumnOverview): TemplateResult;
  label: string;
}

/** All rows are as high as this, so that any of them can be found without drawing the others. */
const rowHeight = 84;
const spare = 6;

class ColumnsElement extends HTMLElement {
  #properties?: ColumnsProperties;
  #scroller: HTMLElement | null = null;
  #stop: (() => void)[] = [];
  #waiting = false;

  set properties(p: ColumnsProperties) {
    this.#properties = p;
    this.#draw();
  }

  connectedCallback(): void {
    // It scrolls with the page that it is part of.
    this.#scroller = this.closest('.data-overview');
    const draw = () => this.#soon();
    this.#scroller?.addEventListener('scroll', draw, { passive: true });
    const resize = new ResizeObserver(draw);
    if (this.#scroller) resize.observe(this.#scroller);
    this.#stop = [
      () => this.#scroller?.removeEventListener('scroll', draw),
      () => resize.disconnect(),
      onTheme(draw),
    ];
    this.#soon();
  }

  disconnectedCallback(): void {
    for (const stop of this.#stop) stop();
    this.#stop = [];
  }

  #soon(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    requestAnimationFrame(() => {
      this.#waiting = false;
      this.#draw();
    });
  }

  #draw(): void {
    const p = this.#properties;
    if (!p) return;
    const total = p.columns.length;
    const all = total <= 40;
    let first = 0;
    let end = total;
    if (!all) {
      const top = this.getBoundingClientRect().top - (this.#scroller?.getBoundingClientRect().top ?? 0);
      const height = this.#scroller?.clientHeight ?? 600;
      first = Math.max(0, Math.floor(-top / rowHeight) - spare);
      end = Math.min(total, Math.max(first, Math.ceil((height - top) / rowHeight) + spare));
    }
    render(
      html`<ul class="column-list" aria-label=${p.label} .style=${`padding-top: ${first * rowHeight}px; padding-bottom: ${(total - end) * rowHeight}px`}>
        ${p.columns
          .slice(first, end)
          .map(
            (c, i) =>
              html`<li aria-setsize=${total} aria-posinset=${first + i + 1} .style=${`height: ${rowHeight}px`}>${p.row(c)}</li>`,
          )}
      </ul>`,
      this,
    );
  }
}

customElements.define('vitrine-columns', ColumnsElement);
