/** What the pages in Lit have in common: VS Code's side, their memory over reloads, and when they are drawn. */
import { render, type TemplateResult } from 'lit';
import { onTheme } from './panel/parts/theme';

/** What every page tells the extension. */
type Common = { type: 'ready' } | { type: 'error'; message: string };

/** The extension, as the page sees it; `Sent` is what the page may say. */
export interface Host<Sent> {
  send(message: Sent | Common): void;
  /** What the page kept before it was reloaded. */
  remembered(): unknown;
  remember(state: unknown): void;
}

interface Api {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): Api;

/** To be asked for once: VS Code hands its side out a single time. */
export function hostOf<Sent>(): Host<Sent> {
  const api = acquireVsCodeApi();
  return {
    send: message => api.postMessage(message),
    remembered: () => api.getState(),
    remember: state => api.setState(state),
  };
}

/** How soon: at the end of the present task, or with the browser's next frame. */
export type Soon = 'now' | 'frame';

/**
 * The page in the document, as `template` describes it, drawn anew when asked and when the theme changes. What breaks in
 * the page is told to the extension.
 */
export function pageOf(template: () => TemplateResult, host: Host<never>) {
  const place = document.getElementById('app') ?? document.body.appendChild(document.createElement('div'));
  place.className = 'page';
  let waiting: Soon | undefined;

  function drawNow(): void {
    if (!waiting) return;
    waiting = undefined;
    render(template(), place);
  }

  function draw(soon: Soon = 'now'): void {
    if (waiting === soon || waiting === 'now') return;
    waiting = soon;
    if (soon === 'now') queueMicrotask(drawNow);
    else requestAnimationFrame(drawNow);
  }

  return {
    draw,
    /** The first drawing; the extension sends its state from now on. */
    start(): void {
      const broken = (what: string) => host.send({ type: 'error', message: what });
      window.addEventListener('error', e => broken(`${e.error?.stack ?? e.message}`));
      window.addEventListener('unhandledrejection', e => broken(`${e.reason?.stack ?? e.reason}`));
      onTheme(() => draw());
      draw();
      host.send({ type: 'ready' });
    },
  };
}
