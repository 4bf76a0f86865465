/** Squiggles in models and experiment files, and their quick fixes. */
import * as vscode from 'vscode';
import type { Diagnostic, Severity } from '../../model/graph';
import { shownFinding } from '../../model/limitation';
import { commands, experimentGlob, experimentSuffix } from '../ids';
import { isPython, type Reading } from '../models';
import { cellScheme } from '../notebooks';
import { isCancelled } from '../problems';
import type { Rooms } from '../rooms';
import { enabled, onSettingChange, readDelay } from '../settings';
import { samePath } from '../text/places';
import { pythonFiles, vscodeRange } from './places';

const { l10n } = vscode;

const severities: Record<Severity, vscode.DiagnosticSeverity> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
  hint: vscode.DiagnosticSeverity.Hint,
};

export function registerDiagnostics(rooms: Rooms): vscode.Disposable {
  const found = new Findings(rooms);
  return vscode.Disposable.from(
    found,
    vscode.languages.registerCodeActionsProvider(
      [...[pythonFiles].flat(), { pattern: experimentGlob, scheme: 'file' }],
      { provideCodeActions: (document, range) => found.fixes(document, range) },
      { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
    ),
  );
}

/** A finding that asks for a value. */
interface Question {
  file: string;
  diagnostic: vscode.Diagnostic;
  ask: NonNullable<Diagnostic['ask']>;
}

interface Fix {
  /** The finding's. */
  file: string;
  diagnostic: vscode.Diagnostic;
  fix: NonNullable<Diagnostic['fix']>;
  /** Of the document that would change, when the fix was found: for another text it is wrong. */
  version: number | undefined;
}

class Findings implements vscode.Disposable {
  readonly #rooms: Rooms;
  readonly #collection = vscode.languages.createDiagnosticCollection('vitrine');
  readonly #disposables: vscode.Disposable[];
  /** Fixes by the file of their findings. */
  readonly #fixes = new Map<string, Fix[]>();
  readonly #questions = new Map<string, Question[]>();
  /** Findings of one reading may lie in files that it imports: by the file that was read. */
  readonly #places = new Map<string, Set<string>>();
  readonly #checks = new Map<string, AbortController>();

  constructor(rooms: Rooms) {
    this.#rooms = rooms;
    this.#disposables = [
      this.#collection,
      rooms.models.onDidRead(r => this.#showReading(r)),
      vscode.window.onDidChangeVisibleTextEditors(editors => {
        for (const e of editors) this.#look(e.document);
      }),
      vscode.workspace.onDidChangeTextDocument(e => {
        if (isExperiment(e.document) && e.contentChanges.length > 0)
          void this.#check(e.document, readDelay());
      }),
      vscode.workspace.onDidCloseTextDocument(d => {
        this.#checks.get(d.uri.toString())?.abort();
        this.#clear(d.uri);
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#lookAtAll()),
      onSettingChange(['diagnostics', 'evaluate'], () => {
        this.#collection.clear();
        this.#fixes.clear();
        this.#lookAtAll(true);
      }),
    ];
    this.#lookAtAll();
  }

  /** Fixes at the finding, and at the place that they would change: one looks for the mistake at either. */
  fixes(document: vscode.TextDocument, range: vscode.Range): vscode.CodeAction[] {
    // All cells of a notebook share its path: a cell has its own findings only.
    const known =
      document.uri.scheme === cellScheme
        ? (this.#fixes.get(document.uri.toString()) ?? [])
        : [...this.#fixes.values()].flat();
    return [...this.#answers(document, range), ...this.#edits(known, document, range)];
  }

  /** Where a value would tell more: a command that asks for it and keeps it. */
  #answers(document: vscode.TextDocument, range: vscode.Range): vscode.CodeAction[] {
    return (this.#questions.get(document.uri.toString()) ?? []).flatMap(({ file, diagnostic, ask }) => {
      if (!diagnostic.range.intersection(range)) return [];
      const title = ask.arguments?.length
        ? l10n.t('Give {0} of {1}…', ask.arguments.join(', '), ask.class)
        : l10n.t('Give the input’s shape of {0}…', ask.class);
      const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
      action.diagnostics = [diagnostic];
      action.command = { command: commands.giveValues, title, arguments: [{ file, class: ask.class, ask }] };
      return [action];
    });
  }

  #edits(known: readonly Fix[], document: vscode.TextDocument, range: vscode.Range): vscode.CodeAction[] {
    return known.flatMap(match => {
      const { diagnostic, fix } = match;
      const here = samePath(match.file, document.uri.fsPath) && diagnostic.range.intersection(range);
      const there =
        samePath(fix.range.file, document.uri.fsPath) &&
        vscodeRange(fix.range).start.line <= range.end.line &&
        range.start.line <= vscodeRange(fix.range).end.line;
      if ((!here && !there) || match.version !== versionOf(fix.range.file)) return [];
      const action = new vscode.CodeAction(match.fix.title, vscode.CodeActionKind.QuickFix);
      action.diagnostics = [diagnostic];
      action.isPreferred = true;
      action.edit = new vscode.WorkspaceEdit();
      action.edit.replace(
        samePath(match.fix.range.file, document.uri.fsPath)
          ? document.uri
          : vscode.Uri.file(match.fix.range.file),
        vscodeRange(match.fix.range),
        match.fix.text,
      );
      return [action];
    });
  }

  #lookAtAll(again = false): void {
    for (const e of vscode.window.visibleTextEditors) {
      const reading = again && this.#rooms.models.current(e.document);
      if (reading) this.#showReading(reading);
      else this.#look(e.document);
    }
  }

  #look(document: vscode.TextDocument): void {
    if (isPython(document)) void this.#rooms.models.read(document);
    else if (isExperiment(document) && !this.#checks.has(document.uri.toString()))
      void this.#check(document, 0);
  }

  #showReading(reading: Reading): void {
    this.#clear(reading.uri);
    if (!enabled('diagnostics', reading.uri)) return;
    const all = Object.values(reading.models).flatMap(m => m.diagnostics);
    this.#show(reading.uri, all);
  }

  async #check(document: vscode.TextDocument, delay: number): Promise<void> {
    const key = document.uri.toString();
    this.#checks.get(key)?.abort();
    const abort = new AbortController();
    this.#checks.set(key, abort);
    const { version } = document;
    if (!vscode.workspace.isTrusted || !enabled('diagnostics', document)) return;
    if (delay > 0) await new Promise(resolve => setTimeout(resolve, delay));
    if (abort.signal.aborted || document.isClosed) return;
    try {
      const { diagnostics } = await this.#rooms.engine.request(
        'experiment/check',
        { file: document.uri.fsPath, text: document.getText() },
        { signal: abort.signal },
      );
      if (abort.signal.aborted || document.version !== version) return;
      this.#clear(document.uri);
      this.#show(document.uri, diagnostics);
    } catch (e) {
      if (!isCancelled(e)) this.#rooms.log.error(`${document.uri.fsPath} could not be checked: ${e}`);
    }
  }

  #show(uri: vscode.Uri, all: readonly Diagnostic[]): void {
    const byFile = new Map<string, Map<string, Diagnostic>>();
    for (const d of all) {
      const target = samePath(d.file, uri.fsPath) ? uri.toString() : vscode.Uri.file(d.file).toString();
      const list = byFile.get(target) ?? new Map<string, Diagnostic>();
      // The same line is found once for each class that uses it.
      list.set(`${d.line}:${d.column}:${d.code}:${d.message}`, d);
      byFile.set(target, list);
    }
    this.#places.set(uri.toString(), new Set(byFile.keys()));
    for (const [target, list] of byFile) {
      const shown = [...list.values()].map(d => ({ d, diagnostic: this.#diagnostic(d) }));
      this.#collection.set(
        vscode.Uri.parse(target),
        shown.map(s => s.diagnostic),
      );
      this.#questions.set(
        target,
        shown.flatMap(({ d, diagnostic }) => (d.ask ? [{ file: uri.fsPath, diagnostic, ask: d.ask }] : [])),
      );
      this.#fixes.set(
        target,
        shown.flatMap(({ d, diagnostic }) =>
          d.fix ? [{ file: d.file, diagnostic, fix: d.fix, version: versionOf(d.fix.range.file) }] : [],
        ),
      );
    }
  }

  #diagnostic(d: Diagnostic): vscode.Diagnostic {
    const { severity } = d.file.endsWith(experimentSuffix) ? d : shownFinding(d);
    const diagnostic = new vscode.Diagnostic(vscodeRange(d), d.message, severities[severity]);
    diagnostic.source = 'Vitrine';
    diagnostic.code = {
      value: d.code,
      target: vscode.Uri.joinPath(this.#rooms.context.extensionUri, 'docs', 'diagnostics.md').with({
        fragment: d.code,
      }),
    };
    const { fix } = d;
    if (fix && (fix.range.line !== d.line || !samePath(fix.range.file, d.file)))
      diagnostic.relatedInformation = [
        new vscode.DiagnosticRelatedInformation(
          new vscode.Location(vscode.Uri.file(fix.range.file), vscodeRange(fix.range)),
          fix.title,
        ),
      ];
    return diagnostic;
  }

  #clear(uri: vscode.Uri): void {
    for (const target of [...(this.#places.get(uri.toString()) ?? []), uri.toString()]) {
      this.#collection.delete(vscode.Uri.parse(target));
      this.#fixes.delete(target);
      this.#questions.delete(target);
    }
    this.#places.delete(uri.toString());
  }

  dispose(): void {
    for (const c of this.#checks.values()) c.abort();
    for (const d of this.#disposables) d.dispose();
  }
}

function versionOf(file: string): number | undefined {
  return vscode.workspace.textDocuments.find(d => samePath(d.uri.fsPath, file))?.version;
}

export function isExperiment(document: vscode.TextDocument): boolean {
  return (
    document.uri.scheme === 'file' &&
    document.uri.path.endsWith(experimentSuffix) &&
    !document.uri.path.includes('/.vitrine/')
  );
}
