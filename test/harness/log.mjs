/** What the harness says on the terminal, with the seconds since it began. */
const started = Date.now();

export const seconds = (from = started) => ((Date.now() - from) / 1000).toFixed(1);
export const log = (...words) => console.log(`[${seconds().padStart(5)}s]`, ...words);
