/** The layout in a worker of its own: one message in, one out. */
import { type LayoutInput, placeGraph } from './layout';

// Typed by hand: the page's DOM types say what `self` is in a window.
const scope = self as unknown as {
  onmessage: ((e: MessageEvent<LayoutInput>) => void) | null;
  postMessage(message: unknown): void;
};

scope.onmessage = e => scope.postMessage(placeGraph(e.data));
