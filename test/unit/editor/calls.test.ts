import * as assert from 'node:assert/strict';
import { openArguments, openCallAt, sizesFor } from '../../../src/editor/text/calls';
import { signatureOf, signatures } from '../../../src/formats/pytorch/signatures';
import { net } from './model';

const at = (text: string) => openCallAt(text.replace('|', ''), text.indexOf('|'));

describe('calls that are being typed', () => {
  it('know the argument by its place', () => {
    const call = at('x = 1\nself.fc1 = nn.Linear(784, |');
    assert.equal(call?.signature.name, 'nn.Linear');
    assert.equal(call.active, 1);
    assert.equal(call.attribute, 'fc1');
    assert.ok(call.atStart);
    assert.deepEqual(
      openArguments(call).map(a => a.name),
      ['out_features', 'bias'],
    );
  });

  it('know the argument by its name', () => {
    const call = at('self.c = torch.nn.Conv2d(3, out_channels=16, kernel_size=(3, |');
    assert.equal(call?.signature.arguments[call.active]?.name, 'kernel_size');
    assert.ok(!call.atStart);
    assert.deepEqual([...call.given], ['in_channels', 'out_channels']);
  });

  it('look through strings, comments and inner calls', () => {
    assert.equal(at("nn.Conv1d(4, 8, f(')', 2), # (\n padding_mode='re|")?.active, 8);
    assert.equal(at('nn.Sequential(nn.Linear(3, 4), nn.ReLU(|')?.signature.name, 'nn.ReLU');
  });

  it('are none outside of calls, and of functions that nobody knows', () => {
    for (const text of ['|', 'nn.Linear(3, 4)|', 'f(|', 'x[|', 'print("nn.Linear(|")'])
      assert.equal(at(text), undefined, text);
  });

  it('never throw on half of a text', () => {
    const text = `def f(self):\n    self.a = nn.Linear((1, [2, "x(', 3)]\n`;
    for (let i = 0; i <= text.length; i++) openCallAt(text, i);
  });

  it('suggest what arrives at the layer, then what layers above give', () => {
    const call = at('self.fc2 = nn.Linear(|')!;
    const fc2 = net.modules.filter(m => m.path === 'fc2');
    assert.deepEqual(sizesFor(call, 'in_features', net, fc2, 8)[0], { value: 5, from: { kind: 'input' } });
    assert.deepEqual(sizesFor(call, 'in_features', net, [], 8)[0], {
      value: 5,
      from: { kind: 'output', of: 'fc1' },
    });
    assert.deepEqual(sizesFor(call, 'out_features', net, fc2, 8), []);
  });

  it('find signatures as code writes them', () => {
    assert.equal(signatureOf('torch.nn.Linear')?.name, 'nn.Linear');
    assert.equal(signatureOf('Linear')?.name, 'nn.Linear');
    assert.equal(signatureOf('F.relu')?.name, 'F.relu');
    assert.equal(signatureOf('relu'), undefined);
    assert.ok(signatures('nn').length > 80);
  });
});
