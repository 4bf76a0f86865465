/** The theme as canvases need it: resolved colours, and word of changes. */
import type { Rgb } from '../logic/colours';

/** A custom property's value, resolved at the body. */
export function themeColour(name: string, fallback: string): string {
  return getComputedStyle(document.body).getPropertyValue(name).trim() || fallback;
}

export function isDark(): boolean {
  const { classList } = document.body;
  if (classList.contains('vscode-high-contrast-light') || classList.contains('vscode-light')) return false;
  return classList.contains('vscode-dark') || classList.contains('vscode-high-contrast');
}

export function prefersReducedMotion(): boolean {
  return (
    document.body.classList.contains('vscode-reduce-motion') ||
    matchMedia('(prefers-reduced-motion: reduce)').matches
  );
}

/** A neutral middle for diverging colours that the theme's background carries. */
export function neutral(): Rgb {
  return isDark() ? [38, 38, 40] : [246, 246, 246];
}

const listeners = new Set<() => void>();
let observer: MutationObserver | undefined;

/** Calls when the theme changes; returns how to stop that. VS Code sets classes and variables on html and body. */
export function onTheme(listener: () => void): () => void {
  if (!observer) {
    observer = new MutationObserver(() => {
      for (const l of listeners) l();
    });
    observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
  }
  listeners.add(listener);
  return () => listeners.delete(listener);
}
