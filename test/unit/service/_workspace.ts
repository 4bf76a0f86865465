/** A folder with a sample in it, and what is told while it trains. */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunEvent } from '../../../src/train/runs/run';

/** The project, from out/test/unit/service or wherever this was bundled to. */
export const root = (() => {
  let folder = __dirname;
  while (!existsSync(join(folder, 'esbuild.js'))) folder = join(folder, '..');
  return folder;
})();

export const program = join(root, 'dist', 'service.js');

export class Workspace {
  readonly folder = mkdtempSync(join(tmpdir(), 'vitrine-service-'));

  /** Copies a sample and changes its experiment. @returns the experiment's path. */
  sample(name: string, change: Record<string, unknown> = {}): string {
    const to = join(this.folder, name);
    cpSync(join(root, 'media', 'samples', name), to, { recursive: true });
    const file = join(to, experiments[name]!);
    // The samples' comments are whole lines.
    const text = readFileSync(file, 'utf8').replace(/^\s*\/\/.*$/gm, '');
    writeFileSync(file, JSON.stringify({ ...JSON.parse(text), ...change }, undefined, 2));
    return file;
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const experiments: Readonly<Record<string, string>> = {
  net: 'net.vitrine.json',
  digits: 'digits.vitrine.json',
  iris: 'iris.vitrine.json',
  'breast-cancer': 'tumor.vitrine.json',
  'linear-regression': 'regression.vitrine.json',
};

/** Collects events, and waits for one. */
export class Listener {
  readonly events: RunEvent[] = [];
  private waiting: { wanted(e: RunEvent): boolean; resolve(e: RunEvent): void }[] = [];

  readonly hear = (event: RunEvent): void => {
    this.events.push(event);
    for (const w of this.waiting.filter(x => x.wanted(event))) w.resolve(event);
    this.waiting = this.waiting.filter(x => !x.wanted(event));
  };

  /** The first event that is wanted, from now on or already there. */
  when(wanted: (e: RunEvent) => boolean): Promise<RunEvent> {
    const known = this.events.find(wanted);
    if (known) return Promise.resolve(known);
    return new Promise(resolve => this.waiting.push({ wanted, resolve }));
  }

  end(run: string): Promise<RunEvent> {
    return this.when(e => e.event === 'end' && e.run === run);
  }

  epoch(run: string, epoch: number): Promise<RunEvent> {
    return this.when(e => e.event === 'epoch' && e.run === run && e.epoch >= epoch);
  }

  numbers(run: string) {
    return this.events
      .filter(e => e.event === 'epoch')
      .filter(e => e.run === run)
      .map(({ epoch, train, valid }) => ({ epoch, train, valid }));
  }
}
