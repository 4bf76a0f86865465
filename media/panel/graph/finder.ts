/** What is looked for in a graph, what was found, and which of it is shown; and the bar in which it is asked for. */
import type { TemplateResult } from 'lit';
import { findBar } from './controls';
import { findItems } from './find';
import type { Tree } from './tree';

export class Finder {
  query = '';
  at = 0;
  #found: readonly string[] = [];

  get count(): number {
    return this.#found.length;
  }

  /** The id of what is shown. */
  get shown(): string | undefined {
    return this.#found[this.at];
  }

  look(query: string, tree: Tree | undefined): void {
    this.query = query;
    this.#found = tree ? findItems(tree, query) : [];
    this.at = 0;
  }

  step(by: 1 | -1): void {
    if (this.count > 0) this.at = (this.at + by + this.count) % this.count;
  }
}

export interface FinderHost {
  tree(): Tree | undefined;
  /** Of the bar, once it is drawn. */
  input(): HTMLInputElement | null;
  draw(): void;
  /** Opens what hides it and moves it into view. */
  show(id: string): void;
  /** What was found stays selected, and gets the focus; without it the focus goes back. */
  leave(id: string | undefined): void;
}

/** The bar over a graph. */
export class FindBar {
  readonly #host: FinderHost;
  #finder?: Finder | undefined;

  constructor(host: FinderHost) {
    this.#host = host;
  }

  /** The id of what was found and is shown. */
  get shown(): string | undefined {
    return this.#finder?.shown;
  }

  open(): void {
    this.#finder ??= new Finder();
    this.#host.draw();
    const input = this.#host.input();
    input?.focus();
    input?.select();
  }

  template(): TemplateResult | undefined {
    const finder = this.#finder;
    if (!finder) return undefined;
    const go = (change: () => void) => {
      change();
      if (finder.shown) this.#host.show(finder.shown);
      this.#host.draw();
    };
    return findBar(
      finder,
      query => go(() => finder.look(query, this.#host.tree())),
      by => go(() => finder.step(by)),
      () => {
        this.#finder = undefined;
        this.#host.leave(finder.shown);
      },
    );
  }
}
