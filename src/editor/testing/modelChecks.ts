/**
 * Model checks in the Test Explorer: each experiment is a suite, each check a test. Nothing is read or computed before
 * the explorer is opened or a test is run.
 */
import * as vscode from 'vscode';
import { messageIn } from '../../names/messages';
import type { CheckSummary } from '../../service/protocol';
import type { CheckReport } from '../../train/checkRegistry';
import { type ExperimentInfo, experimentName } from '../experiments/info';
import { testControllerId } from '../ids';
import { isCancelled, messageOf, rangeOf } from '../problems';
import type { Rooms } from '../rooms';
import { language } from '../settings';

const { l10n } = vscode;

export function registerModelChecks(rooms: Rooms): vscode.Disposable {
  const { engine, experiments, log } = rooms;
  const controller = vscode.tests.createTestController(testControllerId, l10n.t('Model Checks'));
  let summaries: readonly CheckSummary[] | undefined;

  const refresh = async () => {
    summaries ??= (await engine.request('checks/list', { language: language() })).checks;
    controller.items.replace(
      (await experiments.all()).filter(e => e.model).map(e => suite(controller, e, summaries!)),
    );
  };

  const run = async (request: vscode.TestRunRequest, token: vscode.CancellationToken) => {
    if (controller.items.size === 0) await refresh();
    const testRun = controller.createTestRun(request);
    try {
      if (!vscode.workspace.isTrusted) {
        for (const item of chosen(controller, request))
          testRun.errored(
            item,
            new vscode.TestMessage(l10n.t('Models are not evaluated in a restricted workspace.')),
          );
        return;
      }
      for (const item of chosen(controller, request)) testRun.enqueued(item);
      for (const item of chosen(controller, request)) {
        if (token.isCancellationRequested) {
          testRun.skipped(item);
          continue;
        }
        testRun.started(item);
        const started = performance.now();
        try {
          const { checks } = await engine.request(
            'checks/run',
            { experiment: item.parent!.uri!.fsPath, only: [checkOf(item)], language: language() },
            { token },
          );
          tell(testRun, item, checks[0]!);
        } catch (e) {
          if (isCancelled(e)) testRun.skipped(item);
          else {
            log.error(e instanceof Error ? (e.stack ?? e.message) : String(e));
            testRun.errored(item, new vscode.TestMessage(messageOf(e)), performance.now() - started);
          }
        }
      }
    } finally {
      testRun.end();
    }
  };

  controller.refreshHandler = refresh;
  controller.resolveHandler = async item => {
    if (item) return;
    try {
      await refresh();
    } catch (e) {
      log.error(String(e));
    }
  };
  controller.createRunProfile(l10n.t('Check Models'), vscode.TestRunProfileKind.Run, run, true);
  return vscode.Disposable.from(
    controller,
    experiments.onDidChange(() => {
      if (controller.items.size > 0) refresh().catch(e => log.error(String(e)));
    }),
  );
}

function suite(
  controller: vscode.TestController,
  experiment: ExperimentInfo,
  summaries: readonly CheckSummary[],
): vscode.TestItem {
  const uri = vscode.Uri.file(experiment.file);
  const item = controller.createTestItem(uri.toString(), experimentName(experiment.file), uri);
  item.description = experiment.model?.class ?? '';
  item.children.replace(
    summaries.map((check, i) => {
      const test = controller.createTestItem(`${uri}#${check.id}`, check.title, uri);
      test.description = check.id;
      test.sortText = String(i).padStart(3, '0');
      // Places in a file are what the explorer sorts and opens by: the experiment is where the checks belong.
      test.range = new vscode.Range(0, 0, 0, 0);
      return test;
    }),
  );
  return item;
}

function checkOf(item: vscode.TestItem): string {
  return item.id.slice(item.id.lastIndexOf('#') + 1);
}

/** The tests that a request means, without those it leaves out. */
function chosen(controller: vscode.TestController, request: vscode.TestRunRequest): vscode.TestItem[] {
  const out: vscode.TestItem[] = [];
  const excluded = new Set(request.exclude?.map(i => i.id));
  const visit = (item: vscode.TestItem) => {
    if (excluded.has(item.id)) return;
    if (item.parent) out.push(item);
    else item.children.forEach(visit);
  };
  if (request.include) request.include.forEach(visit);
  else controller.items.forEach(visit);
  return out;
}

function tell(run: vscode.TestRun, item: vscode.TestItem, report: CheckReport): void {
  const milliseconds = report.seconds * 1000;
  const said = messageIn(language(), report.message);
  run.appendOutput(`${report.title}: ${said}\r\n`, undefined, item);
  if (report.outcome === 'passed') run.passed(item, milliseconds);
  else if (report.outcome === 'skipped') run.skipped(item);
  else {
    const message = new vscode.TestMessage(said);
    if (report.at)
      message.location = new vscode.Location(vscode.Uri.file(report.at.file), rangeOf(report.at));
    run.failed(item, message, milliseconds);
  }
}
