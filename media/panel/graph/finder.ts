/** What is looked for in a graph, what was found, and which of it is shown. */
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
