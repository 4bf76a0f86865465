/**
 * Makes what draws on canvases draw in main memory: tens of thousands of short lines are quicker there than by a GPU,
 * all the more by an emulated one. uPlot has no option for it.
 */
export function inMainMemory<T>(make: () => T): T {
  const own = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (
    this: HTMLCanvasElement,
    kind: string,
    options?: object,
  ) {
    return Reflect.apply(own, this, [kind, { ...options, willReadFrequently: true }]);
  } as typeof own;
  try {
    return make();
  } finally {
    HTMLCanvasElement.prototype.getContext = own;
  }
}
