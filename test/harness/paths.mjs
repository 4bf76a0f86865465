/** Where things are: the checkout, what the build makes, and the cache for what is installed once. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');
export const out = path.join(root, 'out');
export const samples = path.join(root, 'media/samples');

/** Outside the checkout, so that a fresh clone finds what an earlier one has installed. */
export const cache = path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'vitrine');

/** A new empty folder that the caller removes. */
export const temporary = name => fs.mkdtempSync(path.join(os.tmpdir(), `vitrine-${name}-`));

/** A writable copy of the samples, without runs: nothing is trained yet. */
export function copySamples(to) {
  fs.mkdirSync(to, { recursive: true });
  if (!fs.existsSync(samples)) return to;
  fs.cpSync(samples, to, {
    recursive: true,
    force: false,
    filter: f => !['.vitrine', '__pycache__', 'trained'].includes(path.basename(f)),
  });
  return to;
}

/** Puts the runs that ship with the samples where those of a copy are kept; what is there already stays. */
export function copyTrained(to) {
  for (const name of fs.readdirSync(samples)) {
    const from = path.join(samples, name, 'trained');
    if (!fs.existsSync(from)) continue;
    fs.cpSync(from, path.join(to, name, '.vitrine/runs'), { recursive: true, force: false });
  }
  return to;
}
