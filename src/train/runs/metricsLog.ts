/** `metrics.jsonl`: a run's events, one JSON object a line, appended as they happen. */
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { cannotWrite, writeAtomically } from './atomicFile';
import type { RunEvent } from './run';

/** A run of at most so many steps is short. */
export const shortRun = 2000;

export class MetricsLog {
  private short = false;
  private pending: string[] = [];
  private lastStep = Number.NEGATIVE_INFINITY;
  private readonly began = performance.now();

  private constructor(
    private readonly file: string,
    private readonly handle: FileHandle,
  ) {}

  /** Opens for appending. With `keep`, events for which it is false are taken out first (a resumed run redoes them). */
  static async open(file: string, keep?: (event: RunEvent) => boolean): Promise<MetricsLog> {
    if (keep) {
      const kept = (await readEvents(file)).filter(keep);
      await writeAtomically(file, kept.map(e => `${JSON.stringify(e)}\n`).join(''));
    }
    try {
      return new MetricsLog(file, await open(file, 'a'));
    } catch (e) {
      throw cannotWrite(file, e);
    }
  }

  /**
   * Steps come 20 a second; a long run keeps fewer and fewer of them (2,000 for each time its age grows e-fold), so
   * that the file stays readable. All other events are kept, and so are all steps of a short run.
   */
  add(event: RunEvent): void {
    if (event.event === 'start') this.short = event.steps <= shortRun;
    if (event.event === 'step' && !this.short) {
      const now = performance.now();
      if (now - this.lastStep < (now - this.began) / 2000) return;
      this.lastStep = now;
    }
    this.pending.push(`${JSON.stringify(event)}\n`);
  }

  /** Writes what was added. @throws VitrineError bad-file. */
  async flush(): Promise<void> {
    if (this.pending.length === 0) return;
    const text = this.pending.join('');
    this.pending = [];
    try {
      await this.handle.appendFile(text);
    } catch (e) {
      throw cannotWrite(this.file, e);
    }
  }

  async close(): Promise<void> {
    try {
      await this.flush();
      await this.handle.sync().catch(() => {});
    } finally {
      await this.handle.close();
    }
  }
}

/** The events of a file, without lines that cannot be read (the last one of a killed run). Empty if there is no file. */
export async function readEvents(file: string): Promise<RunEvent[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    return [];
  }
  const events: RunEvent[] = [];
  for (const line of text.split('\n')) {
    if (line === '') continue;
    try {
      const event = JSON.parse(line) as RunEvent | null;
      if (event !== null && typeof event === 'object' && typeof event.event === 'string') events.push(event);
    } catch {
      // Half a line: the process ended while writing it.
    }
  }
  return events;
}
