import { strict as assert } from 'node:assert';
import { collect, importsOf } from '../../../../src/formats/pytorch/imports';
import { outline, syntaxErrors } from '../../../../src/formats/pytorch/outline';

const text = `import torch.nn as nn
import torch

class Base(nn.Module):
    """What all share."""
    def __init__(self, width=3):
        super().__init__()
        self.fc = nn.Linear(in_features=4, out_features=width, bias=False)
        self.width = width

    def forward(self, x):
        return self.fc(x)


@register("big")
class Big(Base, Mixin):
    def __init__(self):
        super().__init__()
        if True:
            self.conv: nn.Module = nn.Conv2d(1, 2, kernel_size=(3, 3), padding_mode='reflect')
        self.act = nn.ReLU(inplace=True)
        self.helper = make(3)

class Config:
    x = 1

class Lit(pl.LightningModule):
    pass
`;

describe('the outline of a Python file', () => {
  it('finds classes that derive from nn.Module, also by others of the file', () => {
    const classes = outline(text, 'a.py');
    assert.deepEqual(
      classes.map(c => [c.name, c.nameRange.line, c.nameRange.column, c.bases]),
      [
        ['Base', 4, 7, ['nn.Module']],
        ['Big', 16, 7, ['Base', 'Mixin']],
        ['Lit', 27, 7, ['pl.LightningModule']],
      ],
    );
    assert.equal(classes[0]!.docstring, 'What all share.');
    assert.equal(classes[0]!.forward?.line, 11);
    assert.equal(classes[0]!.range.file, 'a.py');
  });

  it('finds layer definitions with their literal arguments', () => {
    const [base, big] = outline(text);
    assert.deepEqual(base!.layers[0]!.arguments, [
      { name: 'in_features', text: '4', value: 4 },
      { name: 'out_features', text: 'width' },
      { name: 'bias', text: 'False', value: false },
    ]);
    assert.deepEqual(
      base!.layers.map(l => [l.name, l.type, l.call.line, l.call.column]),
      [['fc', 'nn.Linear', 8, 19]],
    );
    assert.deepEqual(
      big!.layers.map(l => [l.name, l.type]),
      [
        ['conv', 'nn.Conv2d'],
        ['act', 'nn.ReLU'],
      ],
    );
    assert.deepEqual(big!.layers[0]!.arguments.at(-1), {
      name: 'padding_mode',
      text: "'reflect'",
      value: 'reflect',
    });
  });

  it('sees what it can of half-typed code, and never throws', () => {
    for (let i = 0; i < text.length; i += 7) outline(text.slice(0, i));
    const cut = text.slice(0, text.indexOf('bias=False') + 4);
    assert.deepEqual(
      outline(cut).map(c => c.layers.map(l => l.name)),
      [['fc']],
    );
    for (const odd of ['', '\0', 'class', 'class A(', '(((((', '🙂'.repeat(50)])
      assert.deepEqual(outline(odd), []);
  });

  it('says where the syntax breaks', () => {
    assert.deepEqual(syntaxErrors(text), []);
    const [found] = syntaxErrors('x = 1\ndef f(:\n  pass\n');
    assert.equal(found?.line, 2);
    assert.equal(found?.code, 'syntax-error');
  });
});

describe('the imports of a Python file', () => {
  it('reads every form', () => {
    assert.deepEqual(
      importsOf(
        'import a, b.c as d\nfrom . import e\nfrom ..f.g import (h as i,\n  j)  # k\ndef f():\n    from l import *\ntry:\n    import m\nexcept ImportError:\n    pass\n',
      ),
      [
        { level: 0, module: 'a', names: [] },
        { level: 0, module: 'b.c', names: [] },
        { level: 1, module: '', names: ['e'] },
        { level: 2, module: 'f.g', names: ['h', 'j'] },
        { level: 0, module: 'l', names: [] },
        { level: 0, module: 'm', names: [] },
      ],
    );
  });

  it('collects files inside of the folder only', async () => {
    const there: Record<string, string> = {
      'a/__init__.py': '',
      'a/b.py': 'from ..c import d\nfrom .... import secret\nimport a.e',
      'a/e.py': '',
      'c/__init__.py': '',
      'c/d.py': 'import c.d',
    };
    const asked: string[] = [];
    const { files, module } = await collect('a/b.py', there['a/b.py']!, async path => {
      asked.push(path);
      return there[path];
    });
    assert.deepEqual(Object.keys(files).sort(), Object.keys(there).sort());
    assert.equal(module, 'a.b');
    assert.ok(asked.every(p => !p.includes('..') && !p.startsWith('/')));
  });
});
