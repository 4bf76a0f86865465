/** Activation: wires the rooms of the editor together, and nothing else. What is heavy is loaded when it is needed. */
import type * as vscode from 'vscode';
import { Answers } from './editor/answers/page';
import { createApi, type VitrineApi } from './editor/api';
import { registerCommands } from './editor/commands/register';
import { showOpenedSample } from './editor/commands/samples';
import { connectTo } from './editor/connect';
import { Engine } from './editor/engine';
import { Experiments } from './editor/experiments/store';
import { GpuTab } from './editor/gpuTab';
import { registerCodeLenses } from './editor/language/codeLens';
import { registerCompletion } from './editor/language/completion';
import { registerDiagnostics } from './editor/language/diagnostics';
import { registerHover } from './editor/language/hover';
import { registerInlayHints } from './editor/language/inlayHints';
import { registerSymbols } from './editor/language/symbols';
import { createLog } from './editor/log';
import { ModelDiffs } from './editor/modelDiff/view';
import { registerModelFiles } from './editor/modelFile/provider';
import { Models } from './editor/models';
import { registerLinks } from './editor/panel/links';
import { Panel } from './editor/panel/panel';
import type { Rooms } from './editor/rooms';
import { Explaining } from './editor/runs/explaining';
import { Foci } from './editor/runs/focus';
import { Statistics } from './editor/runs/statistics';
import { Runs } from './editor/runs/store';
import { Training } from './editor/runs/training';
import { registerStatusBar } from './editor/statusBar';
import { registerTasks } from './editor/tasks/provider';
import { registerModelChecks } from './editor/testing/modelChecks';
import { registerTools } from './editor/tools/register';
import { registerExplanationView } from './editor/views/explanationView';
import { registerModelsTree } from './editor/views/modelsTree';
import { registerRunsTree } from './editor/views/runsTree';

export function activate(context: vscode.ExtensionContext): VitrineApi {
  const started = performance.now();
  const log = createLog();
  const gpu = new GpuTab(context.extensionUri, log);
  const engine = new Engine(connectTo(context.extensionUri, gpu), log);
  const experiments = new Experiments(log);
  const models = new Models(engine, experiments, log);
  const runs = new Runs(log);
  const statistics = new Statistics(engine, runs, log);
  const foci = new Foci(engine, runs, log);
  const training = new Training(engine, runs, log);
  const explaining = new Explaining(engine, log);
  const panel = new Panel({ context, log, engine, experiments, models, runs, training, explaining, foci });
  const diffs = new ModelDiffs({ context, log, engine, experiments });
  const answers = new Answers();
  const rooms: Rooms = {
    context,
    log,
    engine,
    experiments,
    models,
    runs,
    statistics,
    foci,
    training,
    explaining,
    panel,
    diffs,
    answers,
  };
  context.subscriptions.push(
    log,
    registerCommands(rooms),
    registerCodeLenses(rooms),
    registerHover(rooms),
    registerInlayHints(rooms),
    registerDiagnostics(rooms),
    registerSymbols(),
    registerCompletion(rooms),
    registerModelsTree(rooms),
    registerRunsTree(rooms),
    registerExplanationView(rooms),
    registerStatusBar(rooms),
    registerModelFiles(rooms),
    registerTasks(rooms),
    registerModelChecks(rooms),
    registerTools(rooms),
    registerLinks(rooms),
    panel,
    diffs,
    answers,
    explaining,
    training,
    runs,
    models,
    experiments,
    engine,
    gpu,
  );
  showOpenedSample(context).then(undefined, e => log.warn('The sample cannot be shown.', e));
  const activationMilliseconds = performance.now() - started;
  log.info(`Active after ${activationMilliseconds.toFixed(1)} ms.`);
  return createApi(rooms, activationMilliseconds);
}
