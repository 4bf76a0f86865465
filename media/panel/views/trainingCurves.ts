/** What the charts of a training show: loss, metrics, learning rate and throughput, of one run or several. */
import { html, nothing, type TemplateResult } from 'lit';
import type { PanelState } from '../../../src/editor/panelProtocol';
import type { History } from '../../../src/train/runs/history';
import type { Actions } from '../actions';
import { formatCount, formatMetric, formatPercent } from '../logic/numbers';
import { smooth } from '../logic/smoothing';
import type { CurvesProperties, Series } from '../parts/curves';
import type { Settings } from '../store';
import { t } from '../strings';
import { colourOf, metricTitle, runLabel } from './runs';

/** Smoothing ten thousand values fifty times is not for every frame. */
type Values = ArrayLike<number | null | undefined>;
const smoothed = new WeakMap<Values, Map<number, Values>>();

/** So few values are shown as they are: smoothed, they would end far from where they ended. */
const fewest = 20;

function smoothOf(values: ArrayLike<number>, weight: number): Values {
  if (weight <= 0 || values.length < fewest) return values;
  let known = smoothed.get(values);
  if (!known) {
    known = new Map();
    smoothed.set(values, known);
  }
  const before = known.get(weight);
  if (before) return before;
  if (known.size > 4) known.clear();
  const found = smooth(values, weight);
  known.set(weight, found);
  return found;
}

/** Runs that kept no single steps are shown by epochs, whatever was chosen. */
export function axisOf(settings: Settings, { steps }: History): Settings['axis'] {
  return steps.step.length === 0 ? 'epoch' : settings.axis;
}

export function lossCurves(
  state: PanelState,
  settings: Settings,
  history: History,
  actions: Actions,
): CurvesProperties {
  const common = {
    title: t('train.loss'),
    log: settings.log,
    table: settings.tables,
    sync: axisOf(settings, history),
    onPick: (run: string) => actions.send({ type: 'showRun', run }),
  };
  if (axisOf(settings, history) === 'epoch') return { ...common, ...perEpoch('loss', state, history) };
  const { steps, epochs } = history;
  const isSmoothed = settings.smoothing > 0 && steps.loss.length >= fewest;
  const series: Series[] = [
    {
      label: t('train.series.steps'),
      x: steps.step,
      values: steps.loss,
      colour: '--series-train',
      faint: isSmoothed,
    },
  ];
  if (isSmoothed)
    series.push({
      label: t('train.series.smooth'),
      x: steps.step,
      values: smoothOf(steps.loss, settings.smoothing),
      colour: '--series-train',
    });
  if (epochs.some(e => e.valid['loss'] !== undefined))
    series.push({
      label: t('train.series.valid'),
      x: epochs.map(e => e.step),
      values: epochs.map(e => e.valid['loss']),
      colour: '--series-valid',
      points: epochs.length <= 60,
    });
  for (const c of state.compared ?? []) {
    const byStep = c.steps.step.length > 0;
    series.push({
      ...laidOver(c.id, state),
      // A run without single steps has what each epoch came to, where that epoch ended.
      x: byStep ? c.steps.step : c.epochs.map(e => e.step),
      values: byStep
        ? smoothOf(c.steps.loss, settings.smoothing)
        : c.epochs.map(e => e.train['loss'] ?? e.valid['loss'] ?? null),
      points: !byStep && c.epochs.length <= 60,
    });
  }
  return { ...common, xLabel: t('train.axis.step'), series };
}

/** More names than this are told by pointing at a line. */
const listed = 4;

/** How the line of a run that is compared looks, and where it is named. */
function laidOver(id: string, state: PanelState): Omit<Series, 'x' | 'values'> {
  return {
    label: runLabel(id, state),
    id,
    colour: colourOf(id, state),
    unlisted: (state.compared?.length ?? 0) > listed,
  };
}

export function metricCurves(
  metric: string,
  state: PanelState,
  settings: Settings,
  history: History,
  actions: Actions,
): CurvesProperties {
  const bounded = /accuracy|precision|recall|f1|auc/i.test(metric);
  return {
    title: metricTitle(metric),
    log: false,
    table: settings.tables,
    sync: 'epoch',
    onPick: run => actions.send({ type: 'showRun', run }),
    ...perEpoch(metric, state, history),
    format: v => formatMetric(metric, v),
    ...(bounded
      ? { range: [0, 1] as const, tick: (v: number) => formatPercent(v, v >= 0.995 && v < 1 ? 1 : 0) }
      : {}),
  };
}

function perEpoch(
  metric: string,
  state: PanelState,
  { epochs }: History,
): Pick<CurvesProperties, 'xLabel' | 'series'> {
  const series: Series[] = (['train', 'valid'] as const)
    .map(split => ({
      label: t(`train.series.${split}`),
      x: epochs.map(e => e.epoch),
      values: epochs.map(e => e[split][metric] ?? null),
      colour: `--series-${split}`,
      points: epochs.length <= 60,
    }))
    .filter(s => s.values.some(v => v !== null));
  for (const c of state.compared ?? []) {
    const values = c.epochs.map(e => e.valid[metric] ?? e.train[metric] ?? null);
    if (values.some(v => v !== null))
      series.push({
        ...laidOver(c.id, state),
        x: c.epochs.map(e => e.epoch),
        values,
      });
  }
  return { xLabel: t('train.axis.epoch'), series };
}

/** How fast it went, and with which learning rate, at each step. */
export function pace(settings: Settings, history: History): TemplateResult {
  const { step, learningRate, samplesPerSecond } = history.steps;
  if (step.length < 2) return html`${nothing}`;
  const common = { log: false, table: settings.tables, sync: 'step', xLabel: t('train.axis.step') };
  const rate: CurvesProperties = {
    ...common,
    title: t('train.learningRate'),
    series: [{ label: t('train.learningRate'), x: step, values: learningRate, colour: '--series-train' }],
    format: v => `${Number(v.toPrecision(4))}`,
  };
  const speed: CurvesProperties = {
    ...common,
    title: t('train.throughput'),
    series: [
      {
        label: t('train.samplesPerSecond'),
        x: step,
        values: samplesPerSecond,
        colour: '--series-train',
        faint: true,
      },
      {
        label: t('train.samplesPerSecond'),
        x: step,
        values: smoothOf(samplesPerSecond, 0.8),
        colour: '--series-train',
      },
    ],
    range: [0, null],
    format: v => formatCount(Math.round(v)),
    tick: v => formatCount(v),
  };
  return html`<vitrine-curves class="chart" .properties=${rate}></vitrine-curves>
    <vitrine-curves class="chart" .properties=${speed}></vitrine-curves>`;
}
