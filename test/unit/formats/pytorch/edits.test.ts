/**
 * Random edits, one after the other: each is answered with what reading the text for the first time gives, every block
 * of it run. More of them, of other files, from another beginning:
 *
 *     VITRINE_EDITS=500 VITRINE_SEED=3 VITRINE_FILES=a/model.py:b/net.py npx mocha out/test/unit/formats/pytorch/edits.test.js
 */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { PytorchReader } from '../../../../src/formats/pytorch/reader';
import { distFolder } from './_reader';

const reference = (name: string) => readFileSync(resolve('test/reference/pytorch', `${name}.py`), 'utf8');
const { env } = process;
const count = Number(env['VITRINE_EDITS'] ?? 20);
const seed = Number(env['VITRINE_SEED'] ?? 7);
/** Blocks that know their number and are called by name, config and constants; parts that are made before and after. */
const stacked = `
import math
from dataclasses import dataclass
import torch
from torch import nn

WIDTH = 8

@dataclass
class Config:
    width: int = WIDTH
    depth: int = 4
    rate: float = 0.1

def turned(x, by=2):
    a, b = x.chunk(by, -1)
    return torch.cat([-b, a], -1)

class Part(nn.Module):
    def __init__(self, config, index):
        super().__init__()
        self.index = index
        self.scale = 1 / math.sqrt(config.width)
        self.fc = nn.Linear(config.width, 2 * config.width)
        self.out = nn.Linear(2 * config.width, config.width)

    def forward(self, x, angles=None):
        x = torch.relu(self.fc(x)) * self.scale
        if self.training:
            x = x * 2
        return self.out(turned(x))

class Block(nn.Module):
    def __init__(self, config: Config, index: int):
        super().__init__()
        self.index = index
        self.part = Part(config, index)
        self.norm = nn.LayerNorm(config.width)
        self.drop = nn.Dropout(config.rate)

    def forward(self, x):
        return x + self.drop(self.part.forward(self.norm(x)))

class Net(nn.Module):
    def __init__(self, config=Config()):
        super().__init__()
        self.words = nn.Embedding(20, config.width)
        self.blocks = nn.ModuleList([Block(config, i) for i in range(config.depth)])
        self.head = nn.Linear(config.width, 3)
        self.apply(self.begin)

    def begin(self, m):
        if isinstance(m, nn.Linear):
            nn.init.normal_(m.weight, std=0.02)

    def forward(self, x):
        x = self.words(x)
        for block in self.blocks:
            x = block(x)
        return self.head(x.mean(1))
`;

/** Blocks of branches in a model that asks, twice, whether it trains, and whose rows are counted. */
const branching = `
import torch
from torch import nn
import torch.nn.functional as F

class Conv(nn.Module):
    def __init__(self, wide, out, **options):
        super().__init__()
        self.conv = nn.Conv2d(wide, out, bias=False, **options)
        self.norm = nn.BatchNorm2d(out, eps=0.001)

    def forward(self, x):
        return F.relu(self.norm(self.conv(x)), inplace=True)

class Mixed(nn.Module):
    def __init__(self, wide, a, b):
        super().__init__()
        self.one = Conv(wide, a, kernel_size=1)
        self.two = nn.Sequential(Conv(wide, b, kernel_size=1), Conv(b, b, kernel_size=3, padding=1))

    def parts(self, x):
        return [self.one(x), self.two(x)]

    def forward(self, x):
        return torch.cat(self.parts(x), 1)

class Head(nn.Module):
    def __init__(self, wide, classes, rate=0.5):
        super().__init__()
        self.fc = nn.Linear(wide, classes)
        self.drop = nn.Dropout(p=rate)

    def forward(self, x):
        return self.fc(self.drop(torch.flatten(F.adaptive_avg_pool2d(x, (1, 1)), 1)))

class Net(nn.Module):
    def __init__(self, classes=5, more=True):
        super().__init__()
        self.more = more
        self.first = Conv(3, 8, kernel_size=3)
        self.mixed = nn.ModuleList([Mixed(8, 4, 4) for _ in range(3)])
        self.last = Mixed(8, 2, 6)
        self.side = Head(8, classes)
        self.head = Head(8, classes, 0.2)

    def _forward(self, x):
        x = self.first(x)
        for block in self.mixed:
            x = block(x)
        side = None
        if self.training and self.more:
            side = self.side(x)
        x = self.last(x)
        return self.head(x), side

    def forward(self, x):
        x, side = self._forward(x)
        if self.training and self.more:
            return x + side * 0.3
        rows = x.shape[0]
        return x * len(range(rows))
`;

describe('a file while it is typed', function () {
  this.timeout(120_000 + count * 5_000);

  const cases = env['VITRINE_FILES']
    ? env['VITRINE_FILES'].split(':').map(f => [f, readFileSync(f, 'utf8')] as const)
    : ([
        ['of models of two kinds', ['lenet', 'gpt'].map(reference).join('\n\n')],
        ['of a stack of blocks', stacked],
        ['of branches that differ while training', branching],
      ] as const);
  for (const [name, start] of cases) {
    it(`gives what a file that was never read before gives, whatever came before: ${name}`, async () => {
      const known = new PytorchReader({ distFolder });
      const fresh = new PytorchReader({ distFolder, replays: false });
      const answer = async (by: PytorchReader, folder: string, text: string) => {
        const file = `${folder}/model.py`;
        const read = await by.read({ file, texts: { [file]: text } });
        const written = JSON.stringify(read, (key, value) => (key === 'milliseconds' ? 0 : value));
        return JSON.parse(written.replaceAll(file, 'model.py')) as unknown;
      };
      try {
        await answer(known, '/vitrine-test', start);
        for (const [i, text] of edits(start, count).entries()) {
          const again = await answer(known, '/vitrine-test', text);
          const anew = await answer(fresh, `/vitrine-test-${i}`, text);
          assert.deepEqual(again, anew, `edit ${i} from seed ${seed}: ${text}`);
        }
      } finally {
        await Promise.all([known.dispose(), fresh.dispose()]);
      }
    });
  }
});

/** What a text is after each of some edits: of words, of lines, some that break it and their undoing. */
function edits(text: string, count: number): string[] {
  let state = seed;
  const random = (below: number) => {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    return (state >> 8) % below;
  };
  const one = <T>(list: readonly T[]): T => list[random(list.length)]!;
  const changed = (line: string, pattern: RegExp, to: (found: string) => string) => {
    const found = [...line.matchAll(pattern)];
    if (!found.length) return line;
    const m = one(found);
    return line.slice(0, m.index) + to(m[0]) + line.slice(m.index + m[0].length);
  };
  const indentOf = (line: string) => /^\s*/.exec(line)![0];
  const kinds: ((lines: string[], at: number, i: number) => void)[] = [
    (lines, at) => lines.splice(at, 1),
    (lines, at, i) => lines.splice(at, 0, '', `# note ${i}`),
    (lines, at) => lines.splice(at, 0, lines[at]!),
    (lines, at) => {
      lines[at] = changed(lines[at]!, /\d+/g, n => `${Number(n) + 1}`);
    },
    (lines, at) => {
      lines[at] = `${lines[at]}  # (`;
    },
    (lines, at, i) => lines.splice(at, 0, `${indentOf(lines[at]!)}added_${i} = ${i}`),
    (lines, at) => {
      lines[at] = lines[at]!.replace(/\w(?=\W*$)/, '');
    },
    // A name that stands elsewhere.
    (lines, at) => {
      const names = lines.join('\n').match(/[A-Za-z_]\w*/g) ?? ['x'];
      lines[at] = changed(lines[at]!, /[A-Za-z_]\w*/g, () => one(names));
    },
    // An argument more, or less.
    (lines, at) => {
      lines[at] = changed(lines[at]!, /, [^,()]+(?=[,)])/g, a =>
        one(['', `${a}${a}`, ', bias=False', ', 8']),
      );
    },
    (lines, at) => {
      lines[at] = changed(lines[at]!, /[-+*/=]/g, () => one(['+', '-', '*', '//', '=']));
    },
    // Half a line.
    (lines, at, i) => {
      const line = one(lines);
      lines.splice(at, 0, indentOf(lines[at]!) + line.trim().slice(0, 1 + (i % 30)));
    },
    // A line of elsewhere.
    (lines, at) => lines.splice(at, 0, indentOf(lines[at]!) + one(lines).trim()),
    (lines, at) => {
      const indent = indentOf(lines[at]!);
      lines.splice(
        at,
        0,
        indent + one(['if self.training:', 'for _ in range(2):', 'if True:']),
        `    ${lines[at]}`,
      );
    },
    // Two places at once, one of which says nothing.
    (lines, at, i) => {
      lines[at] = changed(lines[at]!, /\d+/g, n => `${Number(n) * 2}`);
      lines.splice(random(lines.length), 0, `# note ${i}`);
    },
    (lines, at) => {
      lines[at] = changed(lines[at]!, /self\.\w+/g, () =>
        one(['self.training', 'self', 'self.missing', 'self.index']),
      );
    },
  ];
  const out: string[] = [];
  let now = text;
  for (let i = 0; i < count; i++) {
    const lines = now.split('\n');
    // Empty lines are typed in less than others.
    let at = random(lines.length);
    while (!lines[at]?.trim()) at = random(lines.length);
    one(kinds)(lines, at, i);
    const edited = lines.join('\n');
    out.push(edited);
    // Most mistakes are undone before the next one.
    now = random(3) ? now : edited;
    if (random(8) === 0) now = text;
  }
  return out;
}
