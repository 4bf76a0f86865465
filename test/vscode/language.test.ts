import * as assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activate, codeOf, file, findings, messagesOf, placeOf, read, show, until, write } from './support';

describe('a PyTorch file in the editor', () => {
  before(activate);

  const hoverText = async (document: vscode.TextDocument, at: vscode.Position) => {
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      document.uri,
      at,
    );
    return hovers
      .flatMap(h => h.contents)
      .map(c => (typeof c === 'string' ? c : c.value))
      .join('\n');
  };

  it('tells shapes and parameters of nn.Linear in a hover', async () => {
    const document = await show(file('net/net.py'));
    const text = await hoverText(document, placeOf(document, 'nn.Linear(2, 5)', true).translate(0, -3));
    assert.match(text, /fc1/);
    assert.match(text, /15 = 5·2 \(`?weight`?\) \+ 5 \(`?bias`?\)/);
    assert.match(text, /2.*→.*5/s);
  });

  it('tells shapes and parameters of nn.Conv2d in a hover', async () => {
    const document = await show(file('digits/digits.py'));
    const text = await hoverText(document, placeOf(document, 'nn.Conv2d(16, 32', true));
    assert.match(text, /4,?640/);
    assert.match(text, /16.*8.*8.*→.*32.*8.*8/s);
  });

  it('writes the shape behind each call of forward', async () => {
    const document = await show(file('digits/digits.py'));
    const whole = new vscode.Range(0, 0, document.lineCount, 0);
    const hints = await until('inlay hints', async () => {
      const found = await vscode.commands.executeCommand<vscode.InlayHint[]>(
        'vscode.executeInlayHintProvider',
        document.uri,
        whole,
      );
      return found.length > 0 && found;
    });
    const byLine = Object.fromEntries(
      hints.map(h => [document.lineAt(h.position.line).text.trim(), String(h.label)]),
    );
    assert.match(byLine['x = self.pool(x)'] ?? '', /32.*4.*4/);
    assert.match(byLine['x = x.flatten(1)'] ?? '', /512/);
    assert.match(byLine['return self.fc(x)'] ?? '', /10/);
  });

  it('offers Train, Graph and Explain over the class, and its parameters', async () => {
    const document = await show(file('net/net.py'));
    const titles = await until('the number of parameters', async () => {
      const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
        'vscode.executeCodeLensProvider',
        document.uri,
        10,
      );
      const all = lenses.map(l => l.command?.title ?? '');
      return all.some(t => /parameters/.test(t)) && all;
    });
    for (const part of ['Train', 'Graph', 'Explain', '21 parameters'])
      assert.ok(
        titles.some(t => t.includes(part)),
        `${part} in ${titles.join(', ')}`,
      );
  });

  it('lists the layers in the outline', async () => {
    const document = await show(file('net/net.py'));
    const symbols = await until('symbols', () =>
      vscode.commands.executeCommand<vscode.DocumentSymbol[]>(
        'vscode.executeDocumentSymbolProvider',
        document.uri,
      ),
    );
    const names = (all: vscode.DocumentSymbol[]): string[] =>
      all.flatMap(s => [s.name, ...names(s.children ?? [])]);
    const found = names(symbols);
    for (const name of ['Net', 'fc1', 'fc2'])
      assert.ok(
        found.some(n => n.includes(name)),
        `${name} in ${found}`,
      );
  });

  it('reports a shape that does not fit at its place, and its quick fix mends it', async () => {
    const uri = write(
      'broken/net.py',
      [
        'import torch.nn as nn',
        'import torch.nn.functional as F',
        '',
        '',
        'class Net(nn.Module):',
        '    def __init__(self):',
        '        super().__init__()',
        '        self.fc1 = nn.Linear(4, 8)',
        '        self.fc2 = nn.Linear(9, 2)',
        '',
        '    def forward(self, x):',
        '        return self.fc2(F.relu(self.fc1(x)))',
        '',
      ].join('\n'),
    );
    const document = await show(uri);
    const [finding] = await until('a finding', () => findings(uri).length > 0 && findings(uri));
    assert.ok(finding);
    assert.equal(finding.severity, vscode.DiagnosticSeverity.Error);
    assert.equal(codeOf(finding), 'shape-mismatch');
    assert.match(finding.message, /9/);
    assert.match(finding.message, /8/);
    assert.ok([8, 11].includes(finding.range.start.line), `line ${finding.range.start.line + 1}`);

    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      uri,
      finding.range,
      vscode.CodeActionKind.QuickFix.value,
    );
    const fix = actions.find(a => a.edit && /8/.test(a.title));
    assert.ok(fix?.edit, `a quick fix to 8 among ${actions.map(a => a.title).join(', ')}`);
    await vscode.workspace.applyEdit(fix.edit);
    assert.match(document.getText(), /nn\.Linear\(8, 2\)/);
    await until('no finding', () => findings(uri).length === 0);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('asks once for what the file does not tell, and keeps the answer in the experiment file', async () => {
    const uri = write(
      'asking/net.py',
      [
        'from torch import nn',
        '',
        '',
        'class Net(nn.Module):',
        '    def __init__(self, features, classes):',
        '        super().__init__()',
        '        self.out = nn.Linear(features, classes)',
        '',
        '    def forward(self, x):',
        '        return self.out(x)',
        '',
      ].join('\n'),
    );
    await show(uri);
    const [finding] = await until('a finding', () => findings(uri).length > 0 && findings(uri));
    assert.equal(codeOf(finding!), 'argument-needed');
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      uri,
      finding!.range,
      vscode.CodeActionKind.QuickFix.value,
    );
    const give = actions.find(a => a.command && /features, classes/.test(a.title));
    assert.ok(give?.command, actions.map(a => a.title).join());
    const window = vscode.window as unknown as Record<string, unknown>;
    const box = window['showInputBox'];
    const asked: (string | undefined)[] = [];
    window['showInputBox'] = async ({ title }: vscode.InputBoxOptions) => {
      asked.push(title);
      return asked.length === 1 ? '4' : '3';
    };
    try {
      const said = await messagesOf(() =>
        vscode.commands.executeCommand(give.command!.command, ...give.command!.arguments!),
      );
      assert.match(said.map(m => m.text).join(), /net\.vitrine\.json/);
    } finally {
      window['showInputBox'] = box;
    }
    assert.equal(asked.length, 2);
    assert.deepEqual(JSON.parse(read('asking/net.vitrine.json')), {
      model: { file: 'net.py', class: 'Net', arguments: { features: 4, classes: 3 } },
    });
    await until('no finding', () => findings(uri).length === 0);
    const lenses = await until('parameters over the class', async () => {
      const all = await vscode.commands.executeCommand<vscode.CodeLens[]>(
        'vscode.executeCodeLensProvider',
        uri,
      );
      return all.some(l => /15/.test(l.command?.title ?? '')) && all;
    });
    assert.ok(!lenses.some(l => /features/.test(l.command?.title ?? '')), 'nothing is asked any more');
  });

  it('knows the size of images from the experiment, while typing', async () => {
    const document = await show(file('digits/digits.py'));
    const edit = new vscode.WorkspaceEdit();
    const from = placeOf(document, '32 * 4 * 4').translate(0, -1);
    edit.replace(document.uri, new vscode.Range(from, from.translate(0, '32 * 4 * 4'.length)), '400');
    const onDisk = read('digits/digits.py');
    await vscode.workspace.applyEdit(edit);
    try {
      const found = await until('a finding', () => findings(document.uri).find(f => /400/.test(f.message)));
      assert.equal(codeOf(found), 'shape-mismatch');
      assert.match(found.message, /512/);
    } finally {
      await vscode.commands.executeCommand('workbench.action.files.revert');
    }
    assert.equal(read('digits/digits.py'), onDisk, 'what is typed and not saved is not written');
    await until('no finding', () => findings(document.uri).length === 0);
  });

  it('bears half-typed code', async () => {
    const uri = write(
      'broken/half.py',
      'import torch.nn as nn\n\nclass Half(nn.Module):\n    def __init__(self):\n        self.a = nn.Linear(2,',
    );
    const document = await show(uri);
    assert.equal(await hoverText(document, placeOf(document, 'Half')).then(() => 'answered'), 'answered');
    for (const f of findings(uri)) assert.doesNotMatch(f.message, /Traceback|\n\s+at /);
  });
});
