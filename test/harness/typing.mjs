/**
 * What a keystroke costs until a model file's findings and shape hints are there, on public files:
 *
 *     node esbuild.js && node test/harness/typing.mjs [--edits 12] [--only TEXT] [--dist DIR] [--json]
 *
 * The checkouts are those of `corpus.mjs --repositories`, or of the folder VITRINE_CORPUS. Each file is read in its
 * repository, so its imports count, and edited in several ways; every edit differs from all before. Wall time goes from
 * the edited text to the hints, with the way of the answer between two processes; processor time is that of all threads.
 * Where other work runs, only the least of several and processor time say something.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { cache, root } from './paths.mjs';

const { values: options } = parseArgs({
  options: {
    edits: { type: 'string', default: '12' },
    only: { type: 'string', default: '' },
    dist: { type: 'string', default: path.join(root, 'dist') },
    json: { type: 'boolean', default: false },
  },
});
const edits = Number(options.edits);
const corpus = process.env.VITRINE_CORPUS || path.join(cache, 'corpus');

/** Places for edits: a constant, an argument of a layer, a line of a forward; the rest fits every file. */
const files = {
  'karpathy+nanoGPT/model.py': {
    constant: 'n_embd: int = 768',
    argument: 'nn.Linear(config.n_embd, 4 * config.n_embd',
    line: '        tok_emb = self.transformer.wte(idx)',
    block: '        x = x + self.attn(self.ln_1(x))',
  },
  'karpathy+minGPT/mingpt/model.py': {
    argument: 'nn.Linear(config.n_embd, 4 * config.n_embd',
    line: '        tok_emb = self.transformer.wte(idx)',
    block: '        x = x + self.attn(self.ln_1(x))',
  },
  'karpathy+llama2.c/model.py': {
    constant: 'dim: int = 4096',
    line: '        _bsz, seqlen = tokens.shape',
    block: '        bsz, seqlen, _ = x.shape',
  },
  'pytorch+vision/torchvision/models/googlenet.py': {
    argument: 'conv_block(64, 192, kernel_size=3',
    line: '        x = self.conv1(x)',
    block: '        branch1 = self.branch1(x)',
  },
  'pytorch+vision/torchvision/models/densenet.py': { line: '        features = self.features(x)' },
  'pytorch+vision/torchvision/models/resnet.py': {
    line: '        x = self.maxpool(x)',
    block: '        out = self.conv1(x)',
  },
  'kuangliu+pytorch-cifar/models/googlenet.py': {
    line: '        out = self.pre_layers(x)',
    block: '        y1 = self.b1(x)',
  },
};

/** The text with one more edit of a kind; nothing where the file has no place for it. */
const kinds = {
  'a constant': (text, at, i) =>
    at.constant &&
    text.replace(
      at.constant,
      at.constant.replace(/\d+$/, n => `${Number(n) + 96 * i}`),
    ),
  'an argument': (text, at, i) => at.argument && text.replace(at.argument, `${at.argument} * 1 ** ${i}`),
  'a line of the whole': (text, at, i) => at.line && text.replace(at.line, `        y${i} = 1\n${at.line}`),
  'a line of a block': (text, at, i) => at.block && text.replace(at.block, `        z${i} = 1\n${at.block}`),
  'a word in a line': (text, at, i) => at.line && text.replace(at.line, `${at.line} + 0 * ${i}`),
  'a comment': (text, _, i) => text.replace('\nclass ', `\n# note ${i}\nclass `),
  'half a line': (text, at, i) => at.line && text.replace(at.line, `        y${i} = self.(\n${at.line}`),
};

const require = createRequire(import.meta.url);
const { buildSync } = require('esbuild');
const folder = mkdtempSync(path.join(cache, 'typing-'));
const built = (entry, name) => {
  const outfile = path.join(folder, name);
  buildSync({
    entryPoints: [path.join(root, entry)],
    bundle: true,
    platform: 'node',
    outfile,
    logLevel: 'error',
  });
  return require(outfile);
};
const { PytorchReader } = built('src/formats/pytorch/reader.ts', 'reader.cjs');
const { shapeHints } = built('src/editor/text/hints.ts', 'hints.cjs');
const { Answers, LastAnswers } = built('src/service/modelsSince.ts', 'since.cjs');
rmSync(folder, { recursive: true });

const rows = [];
const rank = (list, share) =>
  [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))];
for (const [name, places] of Object.entries(files)) {
  const file = path.join(corpus, name);
  if (!name.includes(options.only)) continue;
  if (!existsSync(file)) {
    console.error(`${name}: not there (node test/harness/corpus.mjs --repositories fetches it)`);
    continue;
  }
  const text = readFileSync(file, 'utf8');
  const workspaceFolder = path.join(corpus, name.split('/')[0]);
  const reader = new PytorchReader({ distFolder: options.dist, workspaceFolder });
  const [answers, last] = [new Answers(), new LastAnswers()];
  // The way to the editor's process and out of it is this one.
  const read = texts =>
    last.ask(file, async since =>
      deserialize(serialize(answers.tell(await reader.read({ file, texts }), since))),
    );
  await read({ [file]: text });
  for (const [kind, edit] of Object.entries(kinds)) {
    if (!edit(text, places, 1) || edit(text, places, 1) === text) continue;
    const [wall, processor] = [[], []];
    // The first two of a kind find the parts of the file that it leaves.
    for (let i = 1; i <= edits + 2; i++) {
      const texts = { [file]: edit(text, places, i) };
      const [from, used] = [performance.now(), process.cpuUsage()];
      for (const { model } of Object.values(await read(texts))) if (model) shapeHints(model, file);
      const { user, system } = process.cpuUsage(used);
      if (i <= 2) continue;
      wall.push(performance.now() - from);
      processor.push((user + system) / 1000);
    }
    rows.push({
      file: name,
      edit: kind,
      wall: { least: rank(wall, 0), median: rank(wall, 0.5), p90: rank(wall, 0.9) },
      processor: { least: rank(processor, 0), median: rank(processor, 0.5), p90: rank(processor, 0.9) },
    });
    const { wall: w, processor: p } = rows.at(-1);
    const said = r => [r.least, r.median, r.p90].map(n => n.toFixed(0).padStart(4)).join(' ');
    if (!options.json)
      console.log(`${name.padEnd(48)} ${kind.padEnd(20)} wall ${said(w)}   processor ${said(p)} ms`);
  }
  await reader.dispose();
}
const medians = rows.map(r => r.processor.median);
if (options.json) console.log(JSON.stringify({ rows }));
else if (rows.length)
  console.log(
    `median of all medians, processor time: ${rank(medians, 0.5).toFixed(0)} ms (least, median, p90 in each row)`,
  );
process.exit(0);
