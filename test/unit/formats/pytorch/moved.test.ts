import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ReadModel } from '../../../../src/formats/_format';
import { sameTokens, tokensOf } from '../../../../src/formats/pytorch/moved';
import { PytorchReader } from '../../../../src/formats/pytorch/reader';
import { distFolder, readText } from './_reader';

const same = (a: string, b: string) => sameTokens(tokensOf(a), tokensOf(b));
const plain = (models: Record<string, ReadModel>) =>
  Object.entries(models).map(([name, m]) => [name, { ...m, milliseconds: 0 }]);

describe('texts that Python sees as one', () => {
  it('differ in spaces, blank lines and comments only', () => {
    assert.ok(same('a = 1\nb = f(a)\n', 'a=1  # one\n\n\nb = f( a )'));
    assert.ok(same('f(\n  1,\n  2)\n', 'f(1, # one\n2)\n'));
    assert.ok(same('if a:\n    b\n', 'if a:\n\n    # c\n    b\n'));
    assert.ok(same('x = """a\nb"""', 'x =  """a\nb"""'));
  });

  it('do not differ in indentation, strings, statements or order', () => {
    assert.ok(!same('if a:\n    b\n    c\n', 'if a:\n    b\nc\n'));
    assert.ok(!same("x = 'a b'", "x = 'a  b'"));
    assert.ok(!same("x = '# a'", "x = '# b'"));
    assert.ok(!same('a\nb', 'a b'));
    assert.ok(!same('a = 1', 'a = 12'));
    assert.ok(!same('x = """a\n b"""', 'x = """a\nb"""'));
  });
});

describe('reading a text again', function () {
  this.timeout(60_000);
  const text = readFileSync(resolve('test/reference/pytorch/vae.py'), 'utf8');

  it('after a comment or a space gives what reading it anew gives', async () => {
    const lines = text.split('\n');
    const edits = [
      ['# at the top', ...lines].join('\n'),
      lines.flatMap((l, i) => (i % 5 === 0 ? ['', '# between', l] : [l])).join('\n'),
      lines.map(l => (/^\s+\w/.test(l) && !l.includes('"""') ? `${l}  # ü🙂` : l)).join('\n'),
      text.replaceAll('nn.Linear(', 'nn.Linear( '),
    ];
    const known = new PytorchReader({ distFolder });
    try {
      await readText(text, {}, known);
      for (const edited of edits) {
        const again = await readText(edited, {}, known);
        const fresh = await readText(`${edited}\nother = 1\n`);
        assert.deepEqual(plain(again), plain(fresh));
      }
    } finally {
      await known.dispose();
    }
  });

  it('bears being cancelled at every key, with one interpreter', async () => {
    const reader = new PytorchReader({ distFolder });
    try {
      await reader.warm();
      const reads = [];
      let last: AbortController | undefined;
      for (let i = 0; i < 12; i++) {
        last?.abort();
        last = new AbortController();
        const edited = `${text}\nx${i} = ${i}\n`;
        reads.push(
          reader.read({ file: '/t/model.py', texts: { '/t/model.py': edited } }, last.signal).then(
            () => 'read',
            (e: { code?: string }) => e.code,
          ),
        );
        await new Promise(r => setTimeout(r, 5));
      }
      const ends = await Promise.all(reads);
      assert.equal(ends.at(-1), 'read');
      assert.ok(ends.slice(0, -1).every(e => e === 'cancelled' || e === 'read'));
    } finally {
      await reader.dispose();
    }
  });
});
