/**
 * <vitrine-ridges>: histograms over the epochs of a run as a range of hills, the oldest behind. The numbers of the
 * hill under the pointer, or under the keyboard's cursor, are told in words.
 */
import { html, render } from 'lit';
import type { Spread } from '../../../src/train/runs/run';
import { contextOf } from '../graph/painter';
import { css, sequential } from '../logic/colours';
import { formatNumber } from '../logic/numbers';
import { t } from '../strings';
import { isDark, onTheme, themeColour } from './theme';

export interface RidgesProperties {
  title: string;
  points: readonly { epoch: number; spread: Spread }[];
  /** Its layer is chosen, and whether it is the chosen one. */
  onPick?(): void;
  picked?: boolean;
}

const height = 112;
const foot = 16;
const hill = 34;

class RidgesElement extends HTMLElement {
  #properties?: RidgesProperties;
  #cursor?: number;
  #stopTheme?: () => void;
  readonly #resize = new ResizeObserver(() => this.#draw());

  connectedCallback(): void {
    this.#resize.observe(this);
    this.#stopTheme = onTheme(() => this.#draw());
  }

  disconnectedCallback(): void {
    this.#resize.disconnect();
    this.#stopTheme?.();
  }

  set properties(p: RidgesProperties) {
    const before = this.#properties;
    const same = before?.points === p.points && before.title === p.title && before.picked === p.picked;
    this.#properties = p;
    if (!same) this.#draw();
  }

  #draw(): void {
    const p = this.#properties;
    if (!p || !this.isConnected) return;
    const last = p.points.at(-1);
    const at = this.#cursor === undefined ? last : (p.points[this.#cursor] ?? last);
    const said = at ? spreadText(at.epoch, at.spread) : '';
    render(
      html`<div class="ridge-head">
          <button class="link" title=${p.title} aria-pressed=${p.picked === true} @click=${() => p.onPick?.()}>
            <code>${p.title}</code>
          </button>
        </div>
        <canvas
          tabindex="0"
          role="img"
          aria-label=${`${p.title}: ${last ? spreadText(last.epoch, last.spread) : ''}`}
          @pointermove=${(e: PointerEvent) => this.#point(e)}
          @pointerleave=${() => this.#to(undefined)}
          @keydown=${(e: KeyboardEvent) => this.#key(e)}
        ></canvas>
        <p class="quiet ridge-text" aria-live="polite">${said}</p>`,
      this,
    );
    const canvas = this.querySelector('canvas')!;
    const width = this.clientWidth;
    if (width < 40) return;
    canvas.style.height = `${height}px`;
    const c = contextOf(canvas, width, height);
    if (c) paint(c, p.points, width, this.#cursor);
  }

  #to(cursor: number | undefined): void {
    if (cursor === this.#cursor) return;
    this.#cursor = cursor;
    this.#draw();
  }

  #point(e: PointerEvent): void {
    const { points } = this.#properties!;
    const box = (e.currentTarget as Element).getBoundingClientRect();
    const room = height - foot - hill;
    const share = (e.clientY - box.top - hill * 0.7) / Math.max(1, room);
    this.#to(Math.max(0, Math.min(points.length - 1, Math.round(share * (points.length - 1)))));
  }

  #key(e: KeyboardEvent): void {
    const { points } = this.#properties!;
    const at = this.#cursor ?? points.length - 1;
    const moves: Record<string, number> = {
      ArrowUp: at - 1,
      ArrowDown: at + 1,
      Home: 0,
      End: points.length - 1,
    };
    const to = moves[e.key];
    if (to === undefined) return;
    e.preventDefault();
    this.#to(Math.max(0, Math.min(points.length - 1, to)));
  }
}

function spreadText(epoch: number, [min = 0, max = 0, ...counts]: Spread): string {
  const total = counts.reduce((a, b) => a + b, 0) || 1;
  const width = (max - min) / counts.length;
  const mean = counts.reduce((s, n, i) => s + n * (min + (i + 0.5) * width), 0) / total;
  return t('spread.text', {
    epoch,
    min: formatNumber(min),
    max: formatNumber(max),
    mean: formatNumber(mean),
  });
}

function paint(
  c: CanvasRenderingContext2D,
  points: RidgesProperties['points'],
  width: number,
  cursor: number | undefined,
): void {
  const low = Math.min(...points.map(p => p.spread[0] ?? 0));
  const high = Math.max(...points.map(p => p.spread[1] ?? 0));
  const span = high - low || 1;
  const x = (v: number) => 2 + ((v - low) / span) * (width - 4);
  const room = height - foot - hill;
  const text = themeColour('--vscode-descriptionForeground', '#888');
  const back = themeColour('--vscode-editor-background', '#fff');
  const contrast = themeColour('--vscode-contrastBorder', '');
  points.forEach(({ spread }, i) => {
    const [min = 0, max = 0, ...counts] = spread;
    const base = hill + (points.length > 1 ? (i / (points.length - 1)) * room : room);
    // By density, so that a narrow heap is higher than a wide one of as many values.
    const densities = counts.map(n => n / Math.max(1e-9, ((max - min) / span) * counts.length));
    const top = Math.max(...densities, 1e-9);
    const step = (max - min) / counts.length;
    const line = new Path2D();
    line.moveTo(x(min), base);
    counts.forEach((_, b) => {
      line.lineTo(x(min + (b + 0.5) * step), base - (densities[b]! / top) * (hill - 4));
    });
    line.lineTo(x(max), base);
    const age = points.length > 1 ? i / (points.length - 1) : 1;
    const colour = css(sequential(isDark() ? 0.25 + 0.7 * age : 0.75 - 0.6 * age));
    const on = i === cursor;
    c.globalAlpha = 0.85;
    c.fillStyle = on ? colour : back;
    c.fill(line);
    c.globalAlpha = on ? 0.9 : 0.28;
    c.fillStyle = colour;
    c.fill(line);
    c.globalAlpha = 1;
    c.lineWidth = on ? 2 : 1;
    c.strokeStyle = contrast && on ? contrast : colour;
    c.stroke(line);
  });
  c.fillStyle = text;
  c.font = `10px ${getComputedStyle(document.body).fontFamily}`;
  c.textBaseline = 'bottom';
  c.fillText(formatNumber(low, 2), 2, height - 1);
  c.textAlign = 'right';
  c.fillText(formatNumber(high, 2), width - 2, height - 1);
  c.textAlign = 'left';
  if (low < 0 && high > 0) {
    c.strokeStyle = text;
    c.globalAlpha = 0.4;
    c.setLineDash([2, 3]);
    c.beginPath();
    c.moveTo(x(0), 4);
    c.lineTo(x(0), height - foot);
    c.stroke();
    c.setLineDash([]);
    c.globalAlpha = 1;
    if (x(0) > 40 && x(0) < width - 40) {
      c.textAlign = 'center';
      c.fillText('0', x(0), height - 1);
      c.textAlign = 'left';
    }
  }
}

customElements.define('vitrine-ridges', RidgesElement);
