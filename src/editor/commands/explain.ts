/** Explain Prediction: which run, which method, which sample; asks only for what is not known. */
import * as vscode from 'vscode';
import { usualMethod } from '../../explain/usual';
import { VitrineError } from '../../model/errors';
import { commands } from '../ids';
import type { MethodChoice } from '../panelProtocol';
import { loadMethods } from '../registries';
import type { Rooms } from '../rooms';
import { isTrained, type Run } from '../runs/store';
import { percent } from '../text/format';
import { mustBeTrusted } from '../trust';
import { type Target, targetOf } from './targets';

const { l10n } = vscode;
const PAGE = 100;

/** What tests and other commands may say in advance. */
export interface ExplainArguments {
  run?: string;
  method?: string;
  row?: number;
}

export async function explain(argument: unknown, rooms: Rooms): Promise<void> {
  mustBeTrusted('explain');
  const given = isArguments(argument) ? argument : {};
  const run = await runOf(given.run ?? argument, rooms);
  if (!run) return;
  const methods = (await loadMethods(rooms.engine, run.folder.fsPath)).filter(
    m => m.unsuited === undefined || m.id === given.method,
  );
  const method = given.method
    ? methods.find(m => m.id === given.method)
    : await pickMethod(
        methods,
        rooms.panel.state.selection.method ?? usualMethod(id => methods.some(m => m.id === id)),
      );
  if (!method) {
    if (given.method) throw new VitrineError('bad-request', l10n.t('There is no method {0}.', given.method));
    return;
  }
  let row = given.row;
  if (method.scope === 'prediction' && row === undefined) {
    row = await pickRow(run, rooms);
    if (row === undefined) return;
  }
  await rooms.panel.showRun(run, 'explain');
  await rooms.panel.explain(run, method, row);
}

async function runOf(argument: unknown, rooms: Rooms): Promise<Run | undefined> {
  const target = await targetOf(argument, rooms);
  if (!target) return undefined;
  if (target.kind === 'run') {
    if (isTrained(target.run.record)) return target.run;
    throw new VitrineError(
      'bad-request',
      l10n.t('This run has learned nothing yet that could be explained.'),
    );
  }
  const run = await rooms.runs.trained(
    target.kind === 'class' ? { file: target.file, class: target.class } : { experiment: target.file },
  );
  if (run) return run;
  await offerTraining(target);
  return undefined;
}

async function offerTraining(target: Target): Promise<void> {
  const trainNow = l10n.t('Train Model');
  const name =
    target.kind === 'class'
      ? target.class
      : target.kind === 'experiment'
        ? vscode.workspace.asRelativePath(target.file)
        : '';
  const answer = await vscode.window.showInformationMessage(
    l10n.t('{0} is not trained yet, so there is no prediction to explain.', name),
    trainNow,
  );
  if (answer === trainNow)
    await vscode.commands.executeCommand(
      commands.train,
      target.kind === 'experiment' ? vscode.Uri.file(target.file) : target,
    );
}

async function pickMethod(
  methods: readonly MethodChoice[],
  current: string | undefined,
): Promise<MethodChoice | undefined> {
  if (methods.length === 0)
    throw new VitrineError('bad-request', l10n.t('This build of Vitrine has no explanation methods.'));
  const item = (method: MethodChoice) => ({
    label: method.title,
    detail: method.summary,
    picked: method.id === current,
    method,
  });
  const separator = (label: string) => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const of = (scope: MethodChoice['scope']) =>
    methods
      .filter(m => m.scope === scope)
      .sort((a, b) => Number(b.id === current) - Number(a.id === current))
      .map(item);
  const picked = await vscode.window.showQuickPick(
    [
      separator(l10n.t('This prediction')),
      ...of('prediction'),
      separator(l10n.t('The whole model')),
      ...of('model'),
    ],
    { title: l10n.t('Explain how?'), matchOnDetail: true },
  );
  return picked && 'method' in picked ? picked.method : undefined;
}

async function pickRow(run: Run, rooms: Rooms): Promise<number | undefined> {
  const page = await rooms.engine.request('data/samples', {
    experiment: run.record.experiment,
    split: 'test',
    offset: 0,
    count: PAGE,
    run: run.record.id,
  });
  const samples = page.samples.map(s => {
    const p = s.prediction;
    const verdict = p?.correct === false ? '$(error)' : p?.correct ? '$(pass)' : '$(circle-outline)';
    const probability = p?.probability === undefined ? '' : ` (${percent(p.probability)})`;
    return {
      label: `${verdict} ${l10n.t('Row {0}', s.row)}`,
      description: [
        s.target === null ? '' : `${page.target.name}: ${s.target}`,
        p ? l10n.t('predicted {0}', `${p.label}${probability}`) : '',
      ]
        .filter(Boolean)
        .join(' · '),
      detail:
        page.modality === 'table'
          ? Object.entries(s.values)
              .slice(0, 6)
              .map(([k, v]) => `${k} ${v ?? '—'}`)
              .join(', ')
          : undefined,
      row: s.row as number | undefined,
    };
  });
  const other = { label: l10n.t('$(edit) Another row…'), description: '', detail: undefined, row: undefined };
  const picked = await vscode.window.showQuickPick([...samples, other], {
    title: l10n.t('Which sample of the test split?'),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (!picked) return undefined;
  if (picked.row !== undefined) return picked.row;
  const text = await vscode.window.showInputBox({
    title: l10n.t('Row of the data, counted from 0'),
    validateInput: v => (/^\d+$/.test(v.trim()) ? undefined : l10n.t('A whole number, such as 12.')),
  });
  return text === undefined ? undefined : Number(text);
}

function isArguments(x: unknown): x is ExplainArguments {
  return (
    typeof x === 'object' &&
    x !== null &&
    typeof (x as ExplainArguments).run === 'string' &&
    !('record' in x) &&
    !('class' in x)
  );
}
