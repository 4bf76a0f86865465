import * as assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activate, codeOf, findings, until, write } from './support';

const cell = (source: string) => ({
  cell_type: 'code',
  execution_count: null,
  metadata: {},
  outputs: [],
  source: source.split(/(?<=\n)/),
});

describe('a notebook with a model', () => {
  before(activate);

  it('has hovers, shapes, parameters and findings in its cells', async () => {
    const uri = write(
      'notebook/net.ipynb',
      JSON.stringify({
        nbformat: 4,
        nbformat_minor: 5,
        metadata: { language_info: { name: 'python' } },
        cells: [
          cell('%matplotlib inline\nimport torch\nfrom torch import nn\nwide = 8'),
          cell(
            'class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc1 = nn.Linear(4, wide)\n        self.fc2 = nn.Linear(9, 2)\n\n    def forward(self, x):\n        return self.fc2(torch.relu(self.fc1(x)))',
          ),
        ],
      }),
    );
    const notebook = await vscode.workspace.openNotebookDocument(uri);
    await vscode.window.showNotebookDocument(notebook);
    const { document } = notebook.cellAt(1);
    const found = await until('a finding in the cell', () => findings(document.uri)[0]);
    assert.equal(codeOf(found), 'shape-mismatch');
    assert.equal(found.range.start.line, 7);
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      document.uri,
      new vscode.Position(3, 24),
    );
    const text = hovers.flatMap(h => h.contents).map(c => (typeof c === 'string' ? c : c.value));
    assert.match(text.join('\n'), /40 = 8·4/);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      found.range,
      vscode.CodeActionKind.QuickFix.value,
    );
    const fix = actions.find(a => a.edit && /in_features from 9 to 8/.test(a.title));
    assert.ok(fix?.edit, actions.map(a => a.title).join());
    await vscode.workspace.applyEdit(fix.edit);
    await until('no finding', () => findings(document.uri).length === 0);
    const hints = await vscode.commands.executeCommand<vscode.InlayHint[]>(
      'vscode.executeInlayHintProvider',
      document.uri,
      new vscode.Range(0, 0, document.lineCount, 0),
    );
    assert.ok(
      hints.some(h => String(h.label) === '[N, 2]'),
      hints.map(h => h.label).join(),
    );
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      document.uri,
      10,
    );
    assert.ok(lenses.some(l => /58 parameters/.test(l.command?.title ?? '')));
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });
});

describe('typing a layer', () => {
  before(activate);

  it('completes arguments with the size that arrives, and says what they mean', async () => {
    const uri = write(
      'completion/net.py',
      'import torch\nfrom torch import nn\n\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc1 = nn.Linear(4, 12)\n        self.fc2 = nn.Linear(12, 2)\n\n    def forward(self, x):\n        return self.fc2(torch.relu(self.fc1(x)))\n',
    );
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document);
    const at = new vscode.Position(7, '        self.fc2 = nn.Linear('.length);
    const labels = await until('the traced size', async () => {
      const list = await vscode.commands.executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider',
        uri,
        at,
      );
      const all = list.items.map(i => (typeof i.label === 'string' ? i.label : i.label.label));
      return all.includes('12') && all;
    });
    assert.ok(labels.includes('in_features='), labels.slice(0, 20).join());
    const help = await vscode.commands.executeCommand<vscode.SignatureHelp>(
      'vscode.executeSignatureHelpProvider',
      uri,
      at,
      '(',
    );
    assert.match(help.signatures[0]?.label ?? '', /nn\.Linear\(in_features, out_features, bias=True\)/);
    assert.match(
      String(help.signatures[0]?.parameters[0]?.documentation),
      /How many numbers each input vector has/,
    );
  });
});
