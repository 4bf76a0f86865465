/** What the parts of the editor share; made once by activation. */
import type * as vscode from 'vscode';
import type { Answers } from './answers/page';
import type { Engine } from './engine';
import type { Experiments } from './experiments/store';
import type { Log } from './log';
import type { ModelDiffs } from './modelDiff/view';
import type { Models } from './models';
import type { Panel } from './panel/panel';
import type { Explaining } from './runs/explaining';
import type { Foci } from './runs/focus';
import type { Statistics } from './runs/statistics';
import type { Runs } from './runs/store';
import type { Training } from './runs/training';

export interface Rooms {
  context: vscode.ExtensionContext;
  log: Log;
  engine: Engine;
  experiments: Experiments;
  models: Models;
  runs: Runs;
  statistics: Statistics;
  foci: Foci;
  training: Training;
  explaining: Explaining;
  panel: Panel;
  diffs: ModelDiffs;
  answers: Answers;
}
