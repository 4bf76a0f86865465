/** Every sentence of the report, in one table a language. */
import type { Language } from '../words/words';
import { chineseReport } from './words.zh';

export interface ReportWords {
  lang: string;
  kicker: string;
  lead(model: string, target: string, kind: 'classes' | 'number', data: string): string;
  facts: Readonly<Record<'parameters' | 'rows' | 'epochs' | 'trained' | 'seed' | 'backend', string>>;
  split: Readonly<Record<'train' | 'valid' | 'test', string>>;
  training: { title: string; lead(epochs: number, asked: number): string; epoch: string };
  quality: {
    title: string;
    lead(rows: number): string;
    metric: string;
    value: string;
    interval(low: string, high: string): string;
    confusion: string;
    truth: string;
    said: string;
    calibration: string;
    calibrationLead(error: string): string;
    predicted: string;
    observed: string;
    none: string;
  };
  explanations: {
    title: string;
    lead: string;
    model: string;
    /** What was asked for. */
    asked(row: number): string;
    typical(row: number): string;
    mistake(row: number): string;
    input: string;
    attribution: string;
    trust(percent: string, verdict: string): string;
    verdicts: Readonly<Record<'good' | 'fair' | 'poor', string>>;
    none(why: string): string;
    more(count: number): string;
  };
  fairness: {
    title: string;
    lead(by: string, positive: string | undefined): string;
    group: string;
    rows: string;
    criterion: string;
    chance: string;
    interval: string;
    /** Of probabilities. */
    offBy: string;
    small: string;
    all: string;
    rate(name: string): string;
    failed(why: string): string;
  };
  architecture: {
    title: string;
    lead(model: string, layers: number, parameters: string): string;
    layer: string;
    kind: string;
    output: string;
    parameters: string;
    branches: string;
  };
  data: {
    title: string;
    column: string;
    kind: Readonly<Record<'title' | 'number' | 'category', string>>;
    typical: string;
    range: string;
    missing: string;
    more(count: number): string;
    classes: string;
    notes: string;
    pixels(count: number, shape: string): string;
    tokens(count: number): string;
  };
  again: {
    title: string;
    lead: string;
    fields: Readonly<
      Record<
        'run' | 'started' | 'seed' | 'backend' | 'program' | 'data' | 'hash' | 'experiment' | 'model',
        string
      >
    >;
    experiment: string;
    source: string;
    sourceChanged: string;
    extract(file: string): string;
  };
  footer: string;
}

export const englishReport: ReportWords = {
  lang: 'en',
  kicker: 'Model card',
  lead: (model, target, kind, data) =>
    `${model} predicts ${kind === 'classes' ? 'the class' : 'the number'} “${target}” from ${data}. This page says how it was trained, how good it is, why it decides as it does, and how far to believe that.`,
  facts: {
    parameters: 'Parameters',
    rows: 'Rows',
    epochs: 'Epochs',
    trained: 'Trained',
    seed: 'Seed',
    backend: 'Computed by',
  },
  split: { train: 'Training', valid: 'Validation', test: 'Test' },
  training: {
    title: 'Training',
    lead: (epochs, asked) =>
      epochs === asked
        ? `All ${epochs} epochs were trained. A validation curve that rises while training falls would mean overfitting.`
        : `${epochs} of ${asked} epochs were trained.`,
    epoch: 'epoch',
  },
  quality: {
    title: 'How good it is',
    lead: rows => `Measured on ${rows} test rows that training never saw.`,
    metric: 'Metric',
    value: 'Test',
    interval: (low, high) => `95 % interval ${low} to ${high}`,
    confusion: 'Confusion matrix: rows are true, columns are what the model says',
    truth: 'True',
    said: 'Model',
    calibration: 'Calibration',
    calibrationLead: error =>
      `When it says 80 %, is it right in 80 % of cases? On average its probability is off by ${error}.`,
    predicted: 'probability that the model gives',
    observed: 'share that is right',
    none: 'There are no test rows.',
  },
  explanations: {
    title: 'Why it decides so',
    lead: 'Every explanation is judged by measures of trust. One that fails says so, and should not be believed.',
    model: 'What matters over all rows',
    asked: row => `Row ${row}, as asked`,
    typical: row => `A typical case: row ${row}`,
    mistake: row => `Its worst mistake: row ${row}`,
    input: 'Input',
    attribution: 'For (orange) and against (blue)',
    trust: (percent, verdict) => `Trust ${percent} · ${verdict}`,
    verdicts: { good: 'good', fair: 'fair', poor: 'poor' },
    none: why => `No explanation could be made: ${why}`,
    more: count => `and ${count} weaker ones`,
  },
  fairness: {
    title: 'Whom it treats differently',
    lead: (by, positive) =>
      positive
        ? `Groups of ${by}, and who is told “${positive}”.`
        : `Groups of ${by}, and who is told right.`,
    group: 'Group',
    rows: 'Rows',
    criterion: 'Criterion',
    chance: 'By chance',
    offBy: 'Probabilities off by',
    interval: '95 % interval',
    small: 'too few to compare',
    all: 'All',
    rate: name => `${name.charAt(0).toUpperCase()}${name.slice(1)}, with 95 % intervals`,
    failed: why => `Fairness could not be assessed: ${why}`,
  },
  architecture: {
    title: 'Architecture',
    lead: (model, layers, parameters) =>
      `${model} has ${layers} ${layers === 1 ? 'layer' : 'layers'} and ${parameters} parameters.`,
    layer: 'Layer',
    kind: 'Kind',
    output: 'Output',
    parameters: 'Parameters',
    branches: 'Some outputs are used more than once or joined: the list is in the order of computation.',
  },
  data: {
    title: 'Data',
    column: 'Column',
    kind: { title: 'Kind', number: 'number', category: 'category' },
    typical: 'Typical',
    range: 'Range',
    missing: 'Missing',
    more: count => `… and ${count} more columns`,
    classes: 'Classes by part',
    notes: 'What was found and done',
    pixels: (count, shape) => `${count} values a sample, of shape ${shape}.`,
    tokens: count =>
      `Each sample is read as ${count} tokens; what is longer is cut, what is shorter is filled up.`,
  },
  again: {
    title: 'To do it again',
    lead: 'The same experiment, data and seed give the same model.',
    fields: {
      run: 'Run',
      started: 'Started',
      seed: 'Seed',
      backend: 'Computed by',
      program: 'Vitrine',
      data: 'Data file',
      hash: 'SHA-256 of the data',
      experiment: 'Experiment file',
      model: 'Model file',
    },
    experiment: 'The experiment as it was trained',
    source: 'The model’s source',
    sourceChanged: 'As the file was when this report was made.',
    extract: file => `vitrine report --extract ${file} writes these files again.`,
  },
  footer: 'Made by Vitrine. One file, no scripts, nothing loaded from elsewhere.',
};

export const reportWords: Record<Language, ReportWords> = { en: englishReport, zh: chineseReport };
