/** The runs of the workspace, newest first. */

import * as vscode from 'vscode';
import { metricWord } from '../../names/metrics';
import { secondsOf } from '../../train/runs/run';
import { experimentName } from '../experiments/info';
import { commands, items, views } from '../ids';
import type { Rooms } from '../rooms';
import { isOver, type LiveRun } from '../runs/live';
import { headline, isBroken } from '../runs/record';
import type { Run } from '../runs/store';
import { progressText } from '../runs/training';
import { count, duration, number, percent } from '../text/format';

const { l10n } = vscode;

export function registerRunsTree(rooms: Rooms): vscode.Disposable {
  const changed = new vscode.EventEmitter<undefined>();
  let last = 0;
  const provider: vscode.TreeDataProvider<Run> = {
    onDidChangeTreeData: changed.event,
    getChildren: async item => (item ? [] : [...(await rooms.runs.all())]),
    getParent: () => undefined,
    getTreeItem: run => runItem(run, rooms.training.live),
  };
  const view = vscode.window.createTreeView(views.runs, {
    treeDataProvider: provider,
    canSelectMany: true,
    dragAndDropController: {
      dragMimeTypes: ['text/uri-list'],
      dropMimeTypes: [],
      handleDrag(runs, data) {
        data.set(
          'text/uri-list',
          new vscode.DataTransferItem(runs.map(r => r.folder.toString()).join('\r\n')),
        );
      },
    },
  });
  const fire = () => changed.fire(undefined);
  return vscode.Disposable.from(
    changed,
    view,
    rooms.runs.onDidChange(fire),
    rooms.panel.onDidSelect(async ({ change, origin }) => {
      if (origin === 'sidebar' || !change.run || !view.visible) return;
      const run = await rooms.runs.get(change.run);
      if (run) await view.reveal(run, { select: true, focus: false }).then(undefined, () => {});
    }),
    rooms.training.onDidChange(fire),
    rooms.training.onEvent(() => {
      // The description counts along, at a pace that a person can read.
      if (!view.visible || Date.now() - last < 500) return;
      last = Date.now();
      fire();
    }),
    vscode.commands.registerCommand(commands.refreshRuns, () => rooms.runs.refresh()),
  );
}

function runItem(run: Run, live: LiveRun | undefined): vscode.TreeItem {
  const { record } = run;
  const isLive = live?.id === record.id;
  const state = isLive ? live.state : record.state;
  const broken = isBroken(record, live?.id);
  const t = new vscode.TreeItem(runLabel(run));
  t.id = run.folder.toString();
  const result = headline(record.test);
  const when = timeOf(record.started);
  t.description = isLive
    ? progressText(live)
    : [
        result
          ? `${metricWord(result.name, vscode.env.language)} ${result.name === 'accuracy' ? percent(result.value) : number(result.value)}`
          : broken
            ? l10n.t('interrupted after epoch {0}', record.epochsDone)
            : stateText(record.state),
        when,
      ].join(' · ');
  t.iconPath = isLive
    ? new vscode.ThemeIcon(state === 'paused' ? 'debug-pause' : 'sync~spin')
    : broken
      ? new vscode.ThemeIcon('debug-disconnect', new vscode.ThemeColor('list.warningForeground'))
      : record.state === 'finished'
        ? new vscode.ThemeIcon('pass', new vscode.ThemeColor('testing.iconPassed'))
        : record.state === 'stopped'
          ? new vscode.ThemeIcon('debug-stop')
          : !isOver(record.state)
            ? new vscode.ThemeIcon('sync')
            : new vscode.ThemeIcon('error', new vscode.ThemeColor('testing.iconFailed'));
  t.contextValue = isLive
    ? state === 'paused'
      ? items.runPaused
      : items.runLive
    : broken || record.state === 'failed'
      ? items.runBroken
      : isOver(record.state)
        ? record.state === 'stopped'
          ? items.runStopped
          : items.runDone
        : items.runElsewhere;
  t.tooltip = tooltip(run, broken);
  t.accessibilityInformation = { label: `${t.label}, ${t.description}` };
  t.command = { command: commands.showRun, title: l10n.t('Show Run'), arguments: [record.id] };
  return t;
}

/** Its own name, else the model's and the experiment's. */
export function runLabel({ record }: Run): string {
  return record.name ?? `${record.model.class || '?'} · ${experimentName(record.experiment)}`;
}

function tooltip({ record }: Run, broken: boolean): vscode.MarkdownString {
  const md = new vscode.MarkdownString();
  const row = (name: string, value: string) => {
    md.appendText(`${name}: ${value}`);
    md.appendMarkdown('  \n');
  };
  row(l10n.t('Run'), record.id);
  row(l10n.t('State'), broken ? l10n.t('interrupted') : stateText(record.state));
  row(l10n.t('Started'), timeOf(record.started));
  const seconds = secondsOf(record);
  if (record.ended && seconds !== undefined) row(l10n.t('Took'), duration(seconds));
  row(l10n.t('Epochs'), `${record.epochsDone} / ${record.epochs}`);
  row(l10n.t('Parameters'), count(record.model.parameters));
  row(l10n.t('Seed'), String(record.seed));
  row(l10n.t('Backend'), record.backend);
  for (const [name, value] of Object.entries(record.test ?? {})) row(l10n.t('Test {0}', name), number(value));
  if (record.message) row(l10n.t('Message'), record.message);
  return md;
}

function stateText(state: Run['record']['state']): string {
  switch (state) {
    case 'running':
      return l10n.t('training');
    case 'paused':
      return l10n.t('paused');
    case 'finished':
      return l10n.t('finished');
    case 'stopped':
      return l10n.t('stopped');
    case 'failed':
      return l10n.t('failed');
  }
}

function timeOf(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  const today = new Date().toDateString() === time.toDateString();
  return today
    ? time.toLocaleTimeString(vscode.env.language, { hour: '2-digit', minute: '2-digit' })
    : time.toLocaleString(vscode.env.language, { dateStyle: 'medium', timeStyle: 'short' });
}

export function isRun(x: unknown): x is Run {
  return typeof x === 'object' && x !== null && 'record' in x && 'folder' in x;
}
