/**
 * Everything that package.json contributes by name, as constants: code never spells an id twice, and a unit test holds
 * the manifest to this file.
 */

export const commands = {
  train: 'vitrine.train',
  stop: 'vitrine.stop',
  pause: 'vitrine.pause',
  continue: 'vitrine.continue',
  showArchitecture: 'vitrine.showArchitecture',
  explain: 'vitrine.explain',
  newExperiment: 'vitrine.newExperiment',
  newModel: 'vitrine.newModel',
  openSample: 'vitrine.openSample',
  showPanel: 'vitrine.showPanel',
  showLog: 'vitrine.showLog',
  chooseBackend: 'vitrine.chooseBackend',
  showRun: 'vitrine.showRun',
  resumeRun: 'vitrine.resumeRun',
  explainRun: 'vitrine.explainRun',
  predictSelection: 'vitrine.predictSelection',
  askModel: 'vitrine.askModel',
  revealRun: 'vitrine.revealRun',
  renameRun: 'vitrine.renameRun',
  compareRuns: 'vitrine.compareRuns',
  exportRun: 'vitrine.exportRun',
  openToSide: 'vitrine.openToSide',
  deleteRun: 'vitrine.deleteRun',
  refreshModels: 'vitrine.refreshModels',
  refreshRuns: 'vitrine.refreshRuns',
  revealSource: 'vitrine.revealSource',
  saveReport: 'vitrine.saveReport',
  openReport: 'vitrine.openReport',
  compareModels: 'vitrine.compareModels',
  exportModel: 'vitrine.exportModel',
  compareWithHead: 'vitrine.compareWithHead',
  giveValues: 'vitrine.giveValues',
} as const;

export const views = {
  container: 'vitrine',
  models: 'vitrine.models',
  runs: 'vitrine.runs',
  explanation: 'vitrine.explanation',
} as const;

/** Set by `setContext`; read by `when` clauses. */
export const contexts = {
  /** A run is under way (paused or not). */
  training: 'vitrine.training',
  /** A run is under way and waits. */
  paused: 'vitrine.paused',
  /** A run is under way and computes. */
  computing: 'vitrine.computing',
} as const;

/** Names below "vitrine". */
export const settings = {
  codeLens: 'codeLens.enabled',
  hover: 'hover.enabled',
  inlayHints: 'inlayHints.shapes',
  diagnostics: 'diagnostics.enabled',
  symbols: 'symbols.enabled',
  completion: 'completion.enabled',
  signatureHelp: 'signatureHelp.enabled',
  evaluate: 'python.evaluate',
  delay: 'python.delay',
  followCursor: 'explanation.followCursor',
  backend: 'training.backend',
  threads: 'training.threads',
  openPanel: 'training.openPanel',
} as const;

export const section = 'vitrine';
export const panelType = 'vitrine.panel';
/** Of the tab whose page computes on the GPU. */
export const gpuType = 'vitrine.gpu';
export const diffType = 'vitrine.modelDiff';
/** Of the files that the custom editors open. */
export const modelFileExtensions = [
  '.onnx',
  '.safetensors',
  '.safetensors.index.json',
  '.pt',
  '.pth',
  '.ckpt',
] as const;
/** Custom editors: the one that opens its files by itself, and the one that is offered. */
export const modelFileTypes = ['vitrine.modelFile', 'vitrine.modelFileOption'] as const;
/** What `contextValue` of tree items may be; `when` clauses compare with these. */
export const items = {
  model: 'vitrine.model',
  module: 'vitrine.module',
  runLive: 'vitrine.run.live',
  runPaused: 'vitrine.run.paused',
  runDone: 'vitrine.run.done',
  /** Over before its last epoch, because somebody stopped it. */
  runStopped: 'vitrine.run.stopped',
  runBroken: 'vitrine.run.broken',
  /** Under way in another window. */
  runElsewhere: 'vitrine.run.elsewhere',
  source: 'vitrine.source',
} as const;

/** What language models in the editor may call. */
export const tools = {
  describeModel: 'describe_model',
  trainModel: 'train_model',
  explainPrediction: 'explain_prediction',
  compareRuns: 'compare_runs',
  checkFairness: 'check_fairness',
} as const;

export const taskType = 'vitrine';
export const testControllerId = 'vitrine.checks';

export const experimentSuffix = '.vitrine.json';
export const experimentGlob = '**/*.vitrine.json';
