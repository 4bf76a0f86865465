import * as assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activate, codeOf, file, findings, placeOf, read, show, until, write } from './support';

describe('an experiment file in the editor', () => {
  before(activate);

  /** The sample's experiment with one change, in a folder of its own: the sample keeps its one experiment. */
  const changed = (name: string, from: string | RegExp, to: string) => {
    for (const f of ['net.py', 'moons.csv']) write(`checked/${f}`, read(`net/${f}`));
    const before = read('net/net.vitrine.json');
    const after = before.replace(from, to);
    assert.notEqual(before, after, `${from} is in the sample`);
    return write(`checked/${name}.vitrine.json`, after);
  };

  const findingsOf = async (uri: vscode.Uri) => {
    const document = await show(uri);
    const all = await until('a finding', () => findings(uri).length > 0 && findings(uri));
    return all.map(f => ({ ...f, code: codeOf(f), message: f.message, at: document.getText(f.range) }));
  };

  it('has nothing to say about the samples', async () => {
    for (const name of [
      'net/net',
      'digits/digits',
      'iris/iris',
      'breast-cancer/tumor',
      'linear-regression/regression',
    ]) {
      const uri = file(`${name}.vitrine.json`);
      await show(uri);
      const titles = await until('CodeLens', async () => {
        const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
          'vscode.executeCodeLensProvider',
          uri,
        );
        return lenses.length > 0 && lenses.map(l => l.command?.title ?? '');
      });
      assert.ok(titles.some(t => t.includes('Train')));
      assert.deepEqual(
        vscode.languages.getDiagnostics(uri).map(d => d.message),
        [],
        name,
      );
    }
  });

  it('completes fields and values from the schema', async () => {
    const uri = write('checked/completing.vitrine.json', '{\n  "loss": \n}\n');
    const document = await show(uri);
    const labels = async (at: vscode.Position) => {
      const list = await vscode.commands.executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider',
        uri,
        at,
      );
      return list.items.map(i => (typeof i.label === 'string' ? i.label : i.label.label));
    };
    const losses = await until('completions of loss', async () => {
      const found = await labels(placeOf(document, '"loss": ', true));
      return found.some(l => l.includes('cross_entropy')) && found;
    });
    assert.ok(
      losses.some(l => l.includes('mse')),
      losses.join(', '),
    );
    const fields = await labels(new vscode.Position(0, 1));
    for (const name of ['model', 'data', 'optimizer', 'epochs'])
      assert.ok(
        fields.some(f => f.includes(name)),
        `${name} in ${fields.join(', ')}`,
      );
  });

  it('explains a field in a hover', async () => {
    const document = await show(file('net/net.vitrine.json'));
    const hovers = await until('a hover', async () => {
      const found = await vscode.commands.executeCommand<vscode.Hover[]>(
        'vscode.executeHoverProvider',
        document.uri,
        placeOf(document, '"batchSize"'),
      );
      return found.length > 0 && found;
    });
    const text = hovers.flatMap(h => h.contents).map(c => (typeof c === 'string' ? c : c.value));
    assert.match(text.join('\n'), /\w+/);
  });

  it('reports a value of the wrong type at its place', async () => {
    const [f] = await findingsOf(changed('type', '"epochs": 100', '"epochs": "many"'));
    assert.equal(f?.at, '"many"');
    assert.match(f?.message ?? '', /epochs/);
  });

  it('reports an unknown loss and offers the nearest', async () => {
    const uri = changed('loss', /"loss": "\w+"/, '"loss": "bce_with_logit"');
    const [f] = await findingsOf(uri);
    assert.match(f?.message ?? '', /Did you mean "bce_with_logits"/);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      uri,
      f?.range,
      vscode.CodeActionKind.QuickFix.value,
    );
    assert.ok(
      actions.some(a => /bce_with_logits/.test(a.title)),
      actions.map(a => a.title).join(', '),
    );
  });

  it('reports a class that is not there, and names those that are', async () => {
    const [f] = await findingsOf(changed('class', '"class": "Net"', '"class": "Nett"'));
    assert.equal(f?.at, '"Nett"');
    assert.match(f?.message ?? '', /Net\b/);
  });

  it('reports a data file that is not there', async () => {
    const [f] = await findingsOf(changed('file', '"moons.csv"', '"suns.csv"'));
    assert.equal(f?.at, '"suns.csv"');
    assert.match(f?.message ?? '', /suns\.csv/);
  });

  it('reports a target that is not a column, and names the nearest', async () => {
    const [f] = await findingsOf(changed('target', '"target": "moon"', '"target": "mon"'));
    assert.equal(f?.at, '"mon"');
    assert.match(f?.message ?? '', /"moon"/);
  });
});
