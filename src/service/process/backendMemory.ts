/** What was measured of the backends on this machine, kept in the user's cache folder for a week. */
import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import packageJson from '../../../package.json';
import type { Calibration } from '../../engine/calibrate';
import type { Choice, ChoiceMemory } from '../../engine/choose';
import { writeAtomically } from '../../train/runs/atomicFile';

interface Kept {
  /** Figures hold for one machine and one version. */
  machine: string;
  calibrations: Record<string, Dated<Calibration>>;
  choices: Record<string, Dated<Choice>>;
}

type Dated<T> = T & { at: number };

const week = 7 * 24 * 3600 * 1000;
const mostChoices = 200;

export class BackendMemory implements ChoiceMemory {
  private kept: Promise<Kept> | undefined;
  private readonly machine: string;

  constructor(
    threads: number,
    private readonly file = path.join(cacheFolder(), 'backends.json'),
  ) {
    const cpus = os.cpus();
    this.machine = `${packageJson.version}, ${cpus[0]?.model ?? 'unknown'} x ${cpus.length}, ${threads} threads, Node ${process.versions.node}`;
  }

  async get(key: string): Promise<Choice | undefined> {
    return fresh((await this.read()).choices[hashOf(key)]);
  }

  async set(key: string, choice: Choice): Promise<void> {
    await this.change(kept => {
      kept.choices[hashOf(key)] = { ...choice, at: Date.now() };
      const all = Object.entries(kept.choices).sort(([, a], [, b]) => b.at - a.at);
      kept.choices = Object.fromEntries(all.slice(0, mostChoices));
    });
  }

  async choices(): Promise<readonly Choice[]> {
    const all = Object.values((await this.read()).choices).filter(c => fresh(c));
    return all.sort((a, b) => b.at - a.at).map(({ at: _, ...choice }) => choice);
  }

  /** @param backend its name and what it runs on. */
  async calibration(backend: string): Promise<Calibration | undefined> {
    return fresh((await this.read()).calibrations[backend]);
  }

  async setCalibration(backend: string, figures: Calibration): Promise<void> {
    await this.change(kept => {
      kept.calibrations[backend] = { ...figures, at: Date.now() };
    });
  }

  /** Everything will be measured again. */
  async forget(): Promise<void> {
    await this.change(kept => {
      kept.calibrations = {};
      kept.choices = {};
    });
  }

  private async change(how: (kept: Kept) => void): Promise<void> {
    const kept = await this.read();
    how(kept);
    try {
      await mkdir(path.dirname(this.file), { recursive: true });
      await writeAtomically(this.file, `${JSON.stringify(kept, undefined, 1)}\n`);
    } catch {
      // Without a cache it is measured again the next time.
    }
  }

  private read(): Promise<Kept> {
    this.kept ??= readKept(this.file, this.machine);
    return this.kept;
  }
}

async function readKept(file: string, machine: string): Promise<Kept> {
  const empty: Kept = { machine, calibrations: {}, choices: {} };
  try {
    const kept = JSON.parse(await readFile(file, 'utf8')) as Kept;
    const sound = kept.machine === machine && typeof kept.calibrations === 'object';
    return sound && typeof kept.choices === 'object' ? kept : empty;
  } catch {
    return empty;
  }
}

function fresh<T extends { at: number }>(entry: T | undefined): T | undefined {
  return entry && Date.now() - entry.at < week ? entry : undefined;
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('base64url').slice(0, 22);
}

function cacheFolder(): string {
  const { env } = process;
  if (env['VITRINE_CACHE']) return env['VITRINE_CACHE'];
  if (process.platform === 'win32')
    return path.join(env['LOCALAPPDATA'] ?? path.join(os.homedir(), 'AppData', 'Local'), 'vitrine');
  if (process.platform === 'darwin') return path.join(os.homedir(), 'Library', 'Caches', 'vitrine');
  return path.join(env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache'), 'vitrine');
}
