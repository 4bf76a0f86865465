/** Every command by its id. What a command throws becomes a message in plain words. */
import * as vscode from 'vscode';
import { commands } from '../ids';
import { showInNotebook } from '../notebooks';
import { type FilePlace, report, showPlaceOf } from '../problems';
import type { Rooms } from '../rooms';
import { sourceOf } from '../text/places';
import { isModuleItem } from '../views/modelsTree';
import { askModel } from './askModel';
import { chooseBackend } from './chooseBackend';
import { compareModels, compareWithHead } from './compareModels';
import { explain } from './explain';
import { exportModel } from './exportModel';
import { giveValues } from './giveValues';
import { newExperiment } from './newExperiment';
import { newModelForData } from './newModel';
import { predictSelection } from './predictSelection';
import { openReport, saveReport } from './report';
import { compareRuns, deleteRun, exportRun, renameRun, revealRun, showRun } from './runs';
import { openSample } from './samples';
import { targetOf } from './targets';
import { resume, showArchitecture, showPanel, train } from './train';

/** @param all what else is selected, in lists of files. */
type Handler = (argument: unknown, rooms: Rooms, all: unknown) => Promise<unknown> | undefined;

const handlers: Partial<Record<keyof typeof commands, Handler>> = {
  train,
  stop: (_, { training }) => training.stop(),
  pause: (_, { training }) => training.pause(),
  continue: (_, { training }) => training.continue(),
  showArchitecture,
  explain,
  explainRun: explain,
  predictSelection,
  askModel,
  newExperiment: async (argument, rooms) => {
    const target = await targetOf(argument, rooms);
    if (target) await newExperiment(target, rooms);
  },
  newModel: newModelForData,
  openSample,
  showPanel,
  showLog: (_, { log }) => {
    log.show();
    return undefined;
  },
  chooseBackend,
  showRun,
  resumeRun: resume,
  compareModels,
  exportModel,
  compareWithHead,
  giveValues,
  revealRun,
  renameRun,
  compareRuns,
  exportRun,
  openToSide: (_, { panel }) => panel.openToSide(),
  deleteRun,
  saveReport,
  openReport,
  revealSource: async argument => {
    const place = isModuleItem(argument) ? sourceOf(argument.model, argument.module.path) : argument;
    if (!isPlace(place)) return;
    if (place.file.endsWith('.ipynb')) await showInNotebook(place);
    else await showPlaceOf(place);
  },
};

/** The refresh commands belong to their views and are registered there. */
export function registerCommands(rooms: Rooms): vscode.Disposable {
  return vscode.Disposable.from(
    ...Object.entries(handlers).map(([name, handler]) =>
      vscode.commands.registerCommand(
        commands[name as keyof typeof commands],
        async (argument: unknown, all: unknown) => {
          try {
            await handler(argument, rooms, all);
          } catch (e) {
            void report(e, rooms.log);
          }
        },
      ),
    ),
  );
}

function isPlace(x: unknown): x is FilePlace {
  return typeof x === 'object' && x !== null && 'file' in x && 'line' in x && 'column' in x;
}
