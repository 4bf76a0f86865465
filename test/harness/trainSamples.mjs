/**
 * npm run samples [-- NAME …]: trains the samples from seed 0 and keeps of each run what predicting and explaining need,
 * in media/samples/NAME/trained/<id>/, with paths relative to that folder and without what is about this machine.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { log } from './log.mjs';
import { copySamples, root, samples, temporary } from './paths.mjs';
import { writeFigures } from './sampleFigures.mjs';

const kept = [
  'run.json',
  'experiment.vitrine.json',
  'model.json',
  'preparation.json',
  'metrics.jsonl',
  'weights.safetensors',
];
/** Enough points for the curve of single steps: all of them would be most of a long run's size. */
const stepsKept = 300;
const cleaned = {
  'run.json': text => {
    const { pid: _, ...record } = JSON.parse(text);
    return `${JSON.stringify(record, null, 2)}\n`;
  },
  'metrics.jsonl': text => {
    const lines = text.split('\n').filter(line => line !== '');
    const steps = lines.filter(isStep).length;
    const every = Math.ceil(steps / stepsKept);
    let step = 0;
    return lines
      .filter(line => !isStep(line) || step++ % every === 0)
      .map(line => `${line}\n`)
      .join('');
  },
};
const isStep = line => JSON.parse(line).event === 'step';
const names = process.argv.slice(2);
const work = copySamples(temporary('trained'));
try {
  for (const name of fs.readdirSync(work).sort()) {
    const folder = path.join(work, name);
    if (!fs.statSync(folder).isDirectory() || (names.length > 0 && !names.includes(name))) continue;
    const to = path.join(samples, name, 'trained');
    fs.rmSync(to, { recursive: true, force: true });
    const experiments = fs.readdirSync(folder).filter(f => f.endsWith('.vitrine.json'));
    for (const [i, file] of experiments.sort().entries()) {
      log(`${name}: ${file}`);
      const args = [path.join(root, 'dist/cli.js'), 'train', path.join(folder, file)];
      const { status } = spawnSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
      if (status !== 0) throw new Error(`${name}: training ended with ${status}`);
      const runs = path.join(folder, '.vitrine/runs');
      const [run] = fs.readdirSync(runs).sort().reverse();
      keep(path.join(runs, run), folder, path.join(to, `20260101-000000-00${i}-${suffixOf(name)}`));
    }
  }
  for (const problem of writeFigures()) log(problem);
} finally {
  fs.rmSync(work, { recursive: true, force: true });
}

/** Runs are told apart by their ids, in a workspace with several samples too. */
function suffixOf(name) {
  return createHash('sha256').update(name).digest('hex').slice(0, 4);
}

function keep(run, folder, to) {
  fs.mkdirSync(to, { recursive: true });
  for (const file of kept) {
    const from = path.join(run, file);
    if (file.endsWith('.safetensors')) {
      fs.copyFileSync(from, path.join(to, file));
      continue;
    }
    const text = fs
      .readFileSync(from, 'utf8')
      .replaceAll(JSON.stringify(`${folder}/`).slice(1, -1), '../../')
      .replaceAll(path.basename(run), path.basename(to));
    if (text.includes(work)) throw new Error(`${file} names a path of this machine`);
    fs.writeFileSync(path.join(to, file), cleaned[file]?.(text) ?? text);
  }
}
