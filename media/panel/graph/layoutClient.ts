/**
 * Asks for a layout and never blocks the page for long: small graphs are laid out at once, large ones in a worker. A
 * webview may start workers from blob: addresses only, so the worker's source travels inside the page's script. Where
 * a policy forbids even that, the layout runs here, after the next paint.
 */
import source from 'worker:media/panel/graph/layoutWorker.ts';
import { type LayoutInput, type Placement, placeGraph } from './layout';

/** Up to here a layout takes less than a frame or two. */
const few = 24;

export class LayoutClient {
  #worker?: Worker;
  #forbidden = false;
  /** Only the newest request is answered. */
  #newest = 0;

  /** Calls back with the placement: before it returns for small graphs, later for large ones. */
  place(input: LayoutInput, done: (placement: Placement) => void): void {
    const token = ++this.#newest;
    // A layout that nobody waits for any more would only delay the next one.
    this.#worker?.terminate();
    this.#worker = undefined;
    const answer = (placement: Placement) => {
      if (token === this.#newest) done(placement);
    };
    if (input.cards.length <= few) answer(placeGraph(input));
    else if (this.#forbidden) this.#here(input, answer);
    else this.#there(input, answer);
  }

  #there(input: LayoutInput, answer: (placement: Placement) => void): void {
    const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
    const giveUp = () => {
      this.#forbidden = true;
      this.#worker = undefined;
      this.#here(input, answer);
    };
    try {
      const worker = new Worker(url);
      this.#worker = worker;
      worker.onmessage = (e: MessageEvent<Placement>) => {
        worker.terminate();
        if (this.#worker === worker) this.#worker = undefined;
        answer(e.data);
      };
      worker.onerror = e => {
        e.preventDefault();
        worker.terminate();
        giveUp();
      };
      worker.postMessage(input);
    } catch {
      giveUp();
    } finally {
      URL.revokeObjectURL(url);
    }
  }

  #here(input: LayoutInput, answer: (placement: Placement) => void): void {
    requestAnimationFrame(() => setTimeout(() => answer(placeGraph(input))));
  }
}
