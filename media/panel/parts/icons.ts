/** The few icons of the page, drawn on a 16 × 16 grid with the text's colour. */
import { html, svg, type TemplateResult } from 'lit';

const shapes = {
  zoomIn: svg`<path d="M8 3v10M3 8h10"/>`,
  zoomOut: svg`<path d="M3 8h10"/>`,
  fit: svg`<path d="M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10"/>`,
  down: svg`<path d="M8 2.5v11M3.5 9 8 13.5 12.5 9"/>`,
  up: svg`<path d="M8 13.5v-11M3.5 7 8 2.5 12.5 7"/>`,
  search: svg`<path d="M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.3 10.3 13.8 13.8"/>`,
  picture: svg`<path d="M2.5 3h11v10h-11zM4 11l3-3.6 2.2 2.4 1.5-1.4L13 11M10.3 5.8h.6"/>`,
  side: svg`<path d="M2.5 3h11v10h-11zM8 3v10"/>`,
  right: svg`<path d="M2.5 8h11M9 3.5 13.5 8 9 12.5"/>`,
  open: svg`<path d="M3 6l5-4 5 4M3 10l5 4 5-4"/>`,
  close: svg`<path d="M3 2l5 4 5-4M3 14l5-4 5 4"/>`,
  folder: svg`<path d="M1.5 3.5h4l1.5 1.5h7.5v8h-13z"/>`,
  save: svg`<path d="M8 2v8M4.5 7 8 10.5 11.5 7M2.5 13.5h11"/>`,
  cross: svg`<path d="M3.5 3.5l9 9M12.5 3.5l-9 9"/>`,
  check: svg`<path d="M3 8.5l3.5 3.5L13 4.5"/>`,
  warning: svg`<path d="M8 2 14.5 13.5h-13zM8 6.5v3.5M8 11.6v.6"/>`,
  play: svg`<path d="M4.5 2.5v11l9-5.5z" fill="currentColor"/>`,
  pause: svg`<path d="M5 3v10M11 3v10" stroke-width="2.4"/>`,
  stop: svg`<path d="M3.5 3.5h9v9h-9z" fill="currentColor"/>`,
  source: svg`<path d="M5.5 4 2 8l3.5 4M10.5 4 14 8l-3.5 4"/>`,
  previous: svg`<path d="M10 3 5 8l5 5"/>`,
  next: svg`<path d="M6 3l5 5-5 5"/>`,
  chevron: svg`<path d="M5.5 3 11 8l-5.5 5"/>`,
  copy: svg`<path d="M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z"/>`,
  good: svg`<path d="M8 1.5l5.5 2v4.2c0 3.2-2.2 5.6-5.5 6.8-3.3-1.2-5.5-3.6-5.5-6.8V3.5zM5.2 8l2 2 3.6-4"/>`,
  fair: svg`<path d="M8 1.5l5.5 2v4.2c0 3.2-2.2 5.6-5.5 6.8-3.3-1.2-5.5-3.6-5.5-6.8V3.5zM5.2 8h5.6"/>`,
  poor: svg`<path d="M8 1.5l5.5 2v4.2c0 3.2-2.2 5.6-5.5 6.8-3.3-1.2-5.5-3.6-5.5-6.8V3.5zM8 5v3.6M8 10.6v.6"/>`,
  reset: svg`<path d="M3 8a5 5 0 1 0 1.6-3.7M3 2.5v3h3"/>`,
  table: svg`<path d="M2.5 3h11v10h-11zM2.5 6.3h11M2.5 9.6h11M6.5 3v10"/>`,
  chart: svg`<path d="M2.5 2.5v11h11M4.5 10.5l3-3.5 2.5 2 3.5-5"/>`,
};

export type IconName = keyof typeof shapes;

export function icon(name: IconName): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">${shapes[name]}</svg>`;
}
