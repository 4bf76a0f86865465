/**
 * <vitrine-pixels>: pictures and heatmaps on a canvas, one canvas pixel per value, enlarged without blur. Reports the
 * pixel under the pointer or the keyboard's cursor; two of them can share it.
 */
export interface Layer {
  height: number;
  width: number;
  data: Uint8ClampedArray<ArrayBuffer>;
  opacity?: number;
}

export interface PixelsProperties {
  layers: readonly Layer[];
  label: string;
  /** Pixel to mark. */
  cursor?: { x: number; y: number };
  onPixel?(at: { x: number; y: number } | undefined): void;
  onKeyPixel?(at: { x: number; y: number }): void;
  /** The pixel under a pressed pointer, or under the cursor when space or enter is pressed. */
  onPaint?(at: { x: number; y: number }): void;
  /** It was double-clicked, or Enter was pressed. */
  onPick?(): void;
}

class PixelsElement extends HTMLElement {
  #canvas?: HTMLCanvasElement;
  #mark?: HTMLElement;
  #properties?: PixelsProperties;
  #layers?: readonly Layer[];

  set properties(p: PixelsProperties) {
    this.#properties = p;
    const first = p.layers[0];
    if (!this.#canvas) {
      this.#canvas = document.createElement('canvas');
      this.#mark = document.createElement('span');
      this.#mark.className = 'pixel-mark';
      this.#mark.hidden = true;
      this.append(this.#canvas, this.#mark);
      if (p.onPixel) {
        this.tabIndex = 0;
        this.addEventListener('pointermove', e => this.#properties!.onPixel?.(this.#at(e)));
        this.addEventListener('pointerleave', () => this.#properties!.onPixel?.(undefined));
        this.addEventListener('keydown', e => this.#key(e));
        this.addEventListener('pointerdown', e => this.#paint(e));
        this.addEventListener('pointermove', e => e.buttons === 1 && this.#paint(e));
        this.addEventListener('dblclick', () => this.#properties!.onPick?.());
        this.addEventListener('blur', () => this.#properties!.onPixel?.(undefined));
      }
    }
    this.setAttribute('role', 'img');
    this.setAttribute('aria-label', p.label);
    if (!first) return;
    if (!sameLayers(this.#layers, p.layers)) {
      this.#layers = p.layers;
      this.#canvas.width = first.width;
      this.#canvas.height = first.height;
      this.style.aspectRatio = `${first.width} / ${first.height}`;
      this.#draw(p.layers);
    }
    const mark = this.#mark!;
    mark.hidden = !p.cursor;
    if (p.cursor) {
      mark.style.left = `${(100 * p.cursor.x) / first.width}%`;
      mark.style.top = `${(100 * p.cursor.y) / first.height}%`;
      mark.style.width = `${100 / first.width}%`;
      mark.style.height = `${100 / first.height}%`;
    }
  }

  #draw(layers: readonly Layer[]): void {
    const context = this.#canvas!.getContext('2d');
    if (!context) return;
    // Black, in every theme: a faded picture gets darker, never paler, so that colours on it keep their strength.
    context.globalAlpha = 1;
    context.fillRect(0, 0, this.#canvas!.width, this.#canvas!.height);
    const buffer = document.createElement('canvas');
    for (const layer of layers) {
      buffer.width = layer.width;
      buffer.height = layer.height;
      buffer.getContext('2d')!.putImageData(new ImageData(layer.data, layer.width, layer.height), 0, 0);
      context.globalAlpha = layer.opacity ?? 1;
      context.drawImage(buffer, 0, 0);
    }
  }

  #at(e: PointerEvent): { x: number; y: number } | undefined {
    const box = this.#canvas!.getBoundingClientRect();
    const x = Math.floor(((e.clientX - box.left) / box.width) * this.#canvas!.width);
    const y = Math.floor(((e.clientY - box.top) / box.height) * this.#canvas!.height);
    return x >= 0 && y >= 0 && x < this.#canvas!.width && y < this.#canvas!.height ? { x, y } : undefined;
  }

  #paint(e: PointerEvent): void {
    const at = this.#at(e);
    if (!at || !this.#properties!.onPaint) return;
    e.preventDefault();
    this.focus();
    this.#properties!.onPaint(at);
  }

  #key(e: KeyboardEvent): void {
    const { cursor, onPaint, onPick } = this.#properties!;
    if (onPick && e.key === 'Enter') {
      e.preventDefault();
      onPick();
      return;
    }
    if (onPaint && cursor && (e.key === ' ' || e.key === 'Enter')) {
      e.preventDefault();
      onPaint(cursor);
      return;
    }
    const moves: Record<string, [number, number]> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    };
    const move = moves[e.key];
    if (!move) return;
    e.preventDefault();
    const { width, height } = this.#canvas!;
    const from = this.#properties!.cursor ?? { x: Math.floor(width / 2), y: Math.floor(height / 2) };
    const to = {
      x: Math.min(Math.max(from.x + move[0], 0), width - 1),
      y: Math.min(Math.max(from.y + move[1], 0), height - 1),
    };
    this.#properties!.onPixel?.(to);
    this.#properties!.onKeyPixel?.(to);
  }
}

function sameLayers(a: readonly Layer[] | undefined, b: readonly Layer[]): boolean {
  return a?.length === b.length && a.every((l, i) => l.data === b[i]!.data && l.opacity === b[i]!.opacity);
}

customElements.define('vitrine-pixels', PixelsElement);
