/**
 * <vitrine-tensors>: the tensors of a file as a table that draws only the rows in view, so that a hundred thousand are
 * as quick as ten. A grid for screen readers, with one tab stop and the arrow keys.
 */
import { html, nothing, render, type TemplateResult } from 'lit';
import type { StoredTensor } from '../../src/formats/_format';
import { elementCount, formatInteger, formatShape } from '../panel/logic/numbers';
import { t } from '../panel/strings';
import { type Column, formatBytes, type Order, rowsOf, visibleRows } from './rows';

const rowHeight = 24;
/** Browsers draw no element that is taller than some ten million pixels. */
const tallest = 8_000_000;

export interface TableProperties {
  tensors: readonly StoredTensor[];
  filter: string;
  order?: Order | undefined;
  selected?: string | undefined;
}

export interface TableEvents {
  onSelect(name: string): void;
  onOrder(order: Order | undefined): void;
}

class TensorTable extends HTMLElement {
  #properties?: TableProperties;
  #events?: TableEvents;
  #rows: readonly StoredTensor[] = [];
  #body?: HTMLElement;
  #focus = 0;
  readonly #resize = new ResizeObserver(() => this.#draw());

  connectedCallback(): void {
    this.#resize.observe(this);
  }

  disconnectedCallback(): void {
    this.#resize.disconnect();
  }

  set events(events: TableEvents) {
    this.#events = events;
  }

  set properties(next: TableProperties) {
    const before = this.#properties;
    this.#properties = next;
    if (
      next.tensors !== before?.tensors ||
      next.filter !== before.filter ||
      next.order?.column !== before.order?.column ||
      next.order?.descending !== before.order?.descending
    ) {
      this.#rows = rowsOf(next.tensors, next.filter, next.order);
      this.#focus = Math.max(
        0,
        this.#rows.findIndex(r => r.name === next.selected),
      );
      if (this.#body && next.filter !== before?.filter) this.#body.scrollTop = 0;
    }
    this.#draw();
  }

  #draw(): void {
    if (!this.#properties) return;
    const { tensors, selected } = this.#properties;
    const rows = this.#rows;
    const full = rows.length * rowHeight;
    const height = Math.min(full, tallest);
    const scroll = this.#body?.scrollTop ?? 0;
    const view = this.#body?.clientHeight || 600;
    // Beyond what a browser can be tall, the scroll bar stands for a share of the rows.
    const top = full > height ? (scroll / Math.max(1, height - view)) * (full - view) : scroll;
    const { from, to } = visibleRows(rows.length, rowHeight, top, view);
    const shift = from * rowHeight - (top - scroll);
    const shards = tensors.some(x => x.shard !== undefined);
    render(
      html`<div class="tensor-grid ${shards ? 'with-shards' : ''}" role="grid"
          aria-label=${t('file.tensors')} aria-rowcount=${rows.length + 1}>
        <div class="tensor-row head" role="row" aria-rowindex="1">
          ${this.#head('name', t('file.name'))} ${this.#head('dtype', t('file.type'))}
          ${this.#head('shape', t('file.shape'))} ${this.#head('values', t('file.values'))}
          ${this.#head('bytes', t('file.bytes'))}
          ${shards ? html`<span role="columnheader">${t('file.shard')}</span>` : nothing}
        </div>
        <div class="tensor-body" role="rowgroup" @scroll=${() => this.#draw()} @keydown=${(e: KeyboardEvent) => this.#key(e)}>
          ${
            rows.length === 0
              ? html`<p class="quiet pad">${tensors.length ? t('file.noMatch') : t('file.noTensors')}</p>`
              : html`<div class="tall">
                  <div>
                    ${rows.slice(from, to).map((row, i) => this.#row(row, from + i, selected, shards))}
                  </div>
                </div>`
          }
        </div>
      </div>`,
      this,
    );
    this.#body = this.querySelector<HTMLElement>('.tensor-body') ?? undefined;
    // The page's policy forbids styles in attributes.
    const tall = this.querySelector<HTMLElement>('.tall');
    if (!tall) return;
    tall.style.height = `${height}px`;
    (tall.firstElementChild as HTMLElement).style.transform = `translateY(${shift}px)`;
  }

  #head(column: Column, text: string): TemplateResult {
    const order = this.#properties?.order;
    const on = order?.column === column;
    return html`<span role="columnheader" aria-sort=${on ? (order.descending ? 'descending' : 'ascending') : 'none'}>
      <button @click=${() => this.#order(column)}>${text}${on ? (order.descending ? ' ↓' : ' ↑') : ''}</button>
    </span>`;
  }

  /** First up or down as suits the column, then the other way, then as the file has it. */
  #order(column: Column): void {
    const order = this.#properties?.order;
    const first = column === 'values' || column === 'bytes';
    if (order?.column !== column) this.#events?.onOrder({ column, descending: first });
    else if (order.descending === first) this.#events?.onOrder({ column, descending: !first });
    else this.#events?.onOrder(undefined);
  }

  #row(row: StoredTensor, index: number, selected: string | undefined, shards: boolean): TemplateResult {
    return html`<div class="tensor-row ${row.name === selected ? 'on' : ''}" role="row" data-index=${index}
        aria-rowindex=${index + 2} aria-selected=${row.name === selected} tabindex=${index === this.#focus ? 0 : -1}
        @click=${() => this.#choose(index)}>
      <span role="gridcell" class="mono" title=${row.name}>${row.name}</span>
      <span role="gridcell" class="mono">${row.dtype}</span>
      <span role="gridcell" class="mono">${formatShape(row.shape)}</span>
      <span role="gridcell" class="mono number">${formatInteger(elementCount(row.shape))}</span>
      <span role="gridcell" class="mono number">${formatBytes(row.bytes)}</span>
      ${shards ? html`<span role="gridcell" class="mono quiet" title=${row.shard ?? ''}>${row.shard ?? ''}</span>` : nothing}
    </div>`;
  }

  #choose(index: number): void {
    this.#focus = index;
    const row = this.#rows[index];
    if (row) this.#events?.onSelect(row.name);
  }

  #key(e: KeyboardEvent): void {
    const page = Math.max(1, Math.floor((this.#body?.clientHeight ?? 240) / rowHeight) - 1);
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -this.#rows.length,
      End: this.#rows.length,
    };
    if (e.key === 'Enter' || e.key === ' ') {
      this.#choose(this.#focus);
      e.preventDefault();
      return;
    }
    const step = steps[e.key];
    if (step === undefined || !this.#body) return;
    e.preventDefault();
    this.#focus = Math.min(this.#rows.length - 1, Math.max(0, this.#focus + step));
    const body = this.#body;
    const full = this.#rows.length * rowHeight;
    const scale = full > tallest ? (tallest - body.clientHeight) / Math.max(1, full - body.clientHeight) : 1;
    const top = this.#focus * rowHeight * scale;
    if (top < body.scrollTop) body.scrollTop = top;
    else if (top + rowHeight > body.scrollTop + body.clientHeight)
      body.scrollTop = top + rowHeight - body.clientHeight;
    this.#draw();
    this.querySelector<HTMLElement>(`[data-index="${this.#focus}"]`)?.focus({ preventScroll: true });
  }
}

customElements.define('vitrine-tensors', TensorTable);
