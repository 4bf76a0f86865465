/** Requests that compute. */
import { nameOf } from '../names/names';
import { runChecks } from '../train/checkRegistry';
import { dataFolder, openRun } from '../train/open/openRun';
import { readRawRows } from '../train/predict/rawRows';
import { activityRun } from './inquiries/activityRun';
import { anchorRun } from './inquiries/anchorRun';
import { askFolder } from './inquiries/askFolder';
import { assessRun } from './inquiries/assessRun';
import { counterfactualRun } from './inquiries/counterfactualRun';
import { episode } from './inquiries/episode';
import { evaluationRun } from './inquiries/evaluationRun';
import { explainRow } from './inquiries/explainRow';
import { filmstrip } from './inquiries/filmstrip';
import { flipsRun } from './inquiries/flipsRun';
import { layerRun } from './inquiries/layerRun';
import { predictRaw, rowsOfText } from './inquiries/predictFile';
import { reportRun } from './inquiries/reportRun';
import { robustnessRun } from './inquiries/robustnessRun';
import { dataOverview, samplePage } from './inquiries/samples';
import { timingRun } from './inquiries/timingRun';
import { whatIf } from './inquiries/whatIf';
import type { Engines } from './process/engines';
import type { Handlers } from './process/server';
import type { RunManager } from './runManager';

export function engineHandlers(runs: RunManager, engines: Engines, distFolder: string): Handlers {
  /** A run's model answers on the backend that it was trained on, or where that is not there, on another. */
  const engineFor = engines.asked(undefined);
  return {
    async 'run/start'(params, { signal, progress }) {
      return { run: await runs.start(params, signal, progress) };
    },

    async 'run/stop'({ run }) {
      runs.stop(run);
      return null;
    },

    async 'run/pause'({ run }) {
      runs.pause(run);
      return null;
    },

    async 'run/continue'({ run }) {
      runs.continue(run);
      return null;
    },

    async 'run/learningRate'({ run, learningRate }) {
      runs.setLearningRate(run, learningRate);
      return null;
    },

    async 'folder/ask'(asked, { signal }) {
      return askFolder(await engineFor(undefined), asked, { distFolder, signal });
    },

    async 'run/evaluation'(params, { signal }) {
      return evaluationRun(params, engineFor, signal);
    },

    async 'run/activity'(params, { signal }) {
      return activityRun(params, engineFor, signal);
    },

    async 'run/layer'(params, { signal, progress }) {
      return layerRun(params, engineFor, { signal, onProgress: progress });
    },

    async 'run/timing'(params, { signal }) {
      return timingRun(params, signal);
    },

    async 'model/flips'(params, { signal }) {
      return flipsRun(params, engineFor, distFolder, signal);
    },

    async 'data/overview'(params) {
      return dataOverview(params);
    },

    async 'data/samples'(params, { signal }) {
      return samplePage(params, engineFor, signal);
    },

    async explain(params, { signal, progress, partial }) {
      return explainRow(params, engineFor, { signal, onProgress: progress, onAnswer: partial });
    },

    async anchor(params, { signal, progress }) {
      return anchorRun(params, engineFor, { signal, onProgress: progress });
    },

    async counterfactual(params, { signal, progress }) {
      return counterfactualRun(params, engineFor, { signal, onProgress: progress });
    },

    async fairness(params, { signal, progress }) {
      return assessRun(params, engineFor, { signal, onProgress: progress });
    },

    async robustness(params, { signal, progress }) {
      return robustnessRun(params, engineFor, { signal, onProgress: progress });
    },

    async report(params, { signal, progress }) {
      return { html: await reportRun(params, engineFor, { signal, onProgress: progress }) };
    },

    async filmstrip(params, { signal, progress }) {
      return filmstrip(params, engineFor, { signal, onProgress: progress });
    },

    async episode(params, { signal, progress }) {
      return episode(params, engineFor, { signal, onProgress: progress });
    },

    async 'predict/whatIf'(params, { signal }) {
      return whatIf(params, engineFor, signal);
    },

    async predict({ run, input, text, rows, sound, ...options }, { signal, progress }) {
      const opened = await openRun(run);
      const engine = await engineFor(opened.record.backend);
      const raw =
        rows ??
        (text === undefined
          ? await readRawRows(input ?? '', opened.preparation, signal)
          : await rowsOfText(text, opened.preparation, signal));
      const found = await predictRaw(opened, raw, engine, {
        ...options,
        // What was typed names files as the data do.
        ...((rows ?? text) !== undefined && { folder: dataFolder(opened) }),
        signal,
        onProgress: progress,
      });
      const spoken = found.find(r => Array.isArray(r.prediction))?.prediction as
        | readonly number[]
        | undefined;
      return {
        target: opened.preparation.target.name,
        rows: found,
        ...(sound && spoken && opened.preparation.sound && { sound: opened.preparation.sound(spoken) }),
      };
    },

    async 'checks/run'({ experiment, only, language }, { signal, progress }) {
      const reports = await runChecks(experiment, {
        distFolder,
        signal,
        engineFor: name => engines.get(name),
        ...(only && { only }),
        onProgress: progress,
      });
      return {
        checks: reports.map(r => ({
          ...r,
          title: nameOf('check', r.check, { title: r.title, summary: '' }, language).title,
        })),
      };
    },

    async 'engine/backends'({ measure }) {
      return engines.report(measure);
    },

    async 'engine/info'() {
      const engine = await engines.get(undefined);
      return { backend: engine.backend, pid: process.pid };
    },
  };
}
