/** Every sentence that explanations say, in one table a language. Numbers are formatted before they come here. */

import type { ScorerId } from '../answers/scorers';
import type { Trust } from '../method';
import { english } from './words.en';
import { chinese } from './words.zh';

export interface Words {
  /** "12.3 %" */
  percent(share: number): string;
  measures: {
    completeness(error: string, verdict: Trust['verdict']): string;
    completenessFlat: string;
    deletion(share: string, verdict: Trust['verdict']): string;
    orderUndecided: string;
    sensitivity(change: string, verdict: Trust['verdict']): string;
    /** Of an explanation that is zero everywhere. */
    sensitivityOfNothing: string;
    randomisation(rho: string, verdict: Trust['verdict']): string;
    /** @param saved share of the loss of guessing. */
    learned(saved: string, verdict: Trust['verdict']): string;
    learnedNothing: string;
    repeats(clear: string, agreement: string, verdict: Trust['verdict']): string;
    repeatsNothing: string;
    sampling(error: string, verdict: Trust['verdict']): string;
    samplingExact: string;
    surrogate(fit: string, verdict: Trust['verdict']): string;
    agreement(share: string, verdict: Trust['verdict']): string;
    infidelity(correlation: string, verdict: Trust['verdict']): string;
    sparseness(index: string, verdict: Trust['verdict']): string;
    exceeds(share: string, verdict: Trust['verdict']): string;
    neighbours(share: string, verdict: Trust['verdict']): string;
    second(method: string, correlation: string, verdict: Trust['verdict']): string;
    lens(share: string, verdict: Trust['verdict']): string;
    /** @param factor of what was attributed, by which the output changes. */
    taken(error: string, factor: string, verdict: Trust['verdict']): string;
    /** @param share of the effects that both directions have in common. */
    reverse(share: string, verdict: Trust['verdict']): string;
    removal(correlation: string, verdict: Trust['verdict']): string;
    noAttention: string;
    onsets(correlation: string, verdict: Trust['verdict']): string;
    rows(margin: string, fewest: number, verdict: Trust['verdict']): string;
    halves(share: string, verdict: Trust['verdict']): string;
    conceptFound(share: string, verdict: Trust['verdict']): string;
    significance(p: string, verdict: Trust['verdict']): string;
    checkpoints(correlation: string, verdict: Trust['verdict']): string;
    oneCheckpoint: string;
  };
  predicted: {
    class(label: string, target: string, probability: string, sureness: string): string;
    classOnly(label: string, target: string): string;
    number(value: string, target: string): string;
    /** Of a sequence: the symbol that is explained, of which the model is surest at any step. */
    symbol(label: string): string;
    /** Of a sequence: all of it, as the data have it. */
    whole(truth: string): string;
    sure(p: number): string;
    truth(value: string, right: boolean): string;
    /** Words that the vocabulary lacks, `of` in all. */
    unknown(words: readonly string[], of: number): string;
    /** Of held-out rows as sure as this one; `elsewhere`: of rows that it may have learned from. */
    asSure(rows: number, share: string, elsewhere: boolean): string;
    /** Of the training rows most like it; `elsewhere`: of the table's. */
    similar(rows: number, same: number, label: string, elsewhere: boolean): string;
    flip(column: string, to: string, label: string): string;
    /** Of a column that alone gives the answer away, where it is among the reasons. */
    leak(column: string, target: string): string;
  };
  reasons: {
    for(what: string, list: readonly string[]): string;
    against(what: string | undefined, list: readonly string[]): string;
    relevant(what: string, list: readonly string[]): string;
    none: string;
    subject(kind: 'class' | 'number', label: string): string;
    column(name: string, value: string, typical: string | undefined, share: string): string;
    place(name: string, share: string): string;
    /** Of a spectrogram: pitches from the lowest third, and a third of its time. */
    heard(pitches: 0 | 1 | 2, time: 0 | 1 | 2, share: string): string;
    /** Of a video: the place in it, and its frames, counted from 1. */
    seen(place: string, first: number, last: number, share: string): string;
    entry(name: string, share: string): string;
    /** @param position from 1. */
    token(token: string, position: number, share: string): string;
    /** A unit of a layer, by a name such as "conv2[3]". */
    unit(name: string, share: string): string;
    /** @param output what is explained as far as it passes the unit; the unit's activation if left out. */
    ofUnit(name: string, output: string | undefined): string;
    /** @param list units with their activations. */
    active(list: readonly string[]): string;
    silent(layer: string): string;
  };
  importance: {
    metrics: Record<ScorerId, string>;
    lead(metric: string, score: string, rows: number): string;
    item(name: string, drop: string, spread: string): string;
    list(items: readonly string[]): string;
    /** As `list`, of what moves the output rather than the score. */
    moves(items: readonly string[]): string;
    none: string;
    /** Columns without which the score is better, with by how much. */
    harm(items: readonly string[]): string;
    rest(count: number): string;
  };
  /** Of the model as a whole. */
  model: {
    localEffects(column: string, low: string, at: string, high: string, to: string): string;
    /** @param share of the joint effect's variance that is no sum; `over` where that is more than all of it. */
    interaction(a: string, b: string, share: string, over: boolean): string;
    noInteraction: string;
    /** How far single rows' predictions move along a column. */
    rowsMove(column: string, least: string, most: string): string;
    tree(leaves: number, rules: readonly string[]): string;
    /** @param yes the mean answer where the condition holds. */
    question(condition: string, yes: string, no: string): string;
    treeTop(leaves: number, first: string, ifSo: string | undefined, ifNot: string | undefined): string;
    condition(column: string, sign: '<=' | '>', value: string): string;
    rule(conditions: readonly string[], answer: string): string;
    otherwise(answer: string): string;
    weights(list: readonly string[]): string;
    curves(list: readonly string[]): string;
    /** What the numbers of a simple model are. */
    answersAre(value: string): string;
    fidelity(fit: string, rows: number): string;
    embedding(layer: string, share: string, rows: number): string;
    example(subject: string, output: string, highest: string | undefined): string;
    direct(strongest: readonly string[]): string;
    lens(answer: string, station: string, at: number, last: number): string;
    patched(share: string, station: string, position: string): string;
    /** Positions at which only one of two texts has a token. */
    unlikeLength(positions: number): string;
    confusion(
      accuracy: string,
      rows: number,
      most: [truth: string, predicted: string, rows: number] | undefined,
    ): string;
    calibration(sure: string, observed: string, error: string): string;
    slices(name: string, error: string, whole: string, count: number): string;
    noSlices(tried: number, whole: string): string;
    neighbours(layer: string, rows: number): string;
    concept(
      concept: string,
      target: string,
      layer: string,
      score: string,
      chance: string,
      significant: boolean,
    ): string;
    influence(helped: readonly string[], opposed: readonly string[]): string;
  };
  /** Titles in figures. */
  figures: {
    mean: string;
    probability(of: string): string;
    output(of: string): string;
    effect: string;
    column: string;
    importance: string;
    interaction: string;
    contribution: string;
    position: string;
    /** What fills up a text that is shorter. */
    filling: string;
    truth: string;
    predicted: string;
    rows: string;
    row: string;
    class: string;
    precision: string;
    recall: string;
    interval: string;
    sure: string;
    observed: string;
    perfect: string;
    slice: string;
    errors: string;
    squaredError: string;
    rest: string;
    component(number: number, share: string): string;
    made: string;
    start: string;
    strongest: string;
    change: string;
    concept: string;
    random: string;
    tcav: string;
    run: string;
    influence: string;
    values: string;
    rowNamed(row: number, target: string): string;
    weight: string;
    thisRow: string;
    part: string;
    after: string;
    answer: string;
    topProbability: string;
    restored: string;
    reads: string;
    query: string;
    key: string;
    layer: string;
    head: string;
    attention: string;
    attentionGradient: string;
    lowValue: string;
    middleValue: string;
    highValue: string;
    read: string;
    written: string;
    logProbability: string;
    time: string;
    lasts: string;
    changeOfSound: string;
  };
  /** Of what writes one sequence after reading another. */
  sequences: {
    strongest(value: string, pairs: readonly (readonly [written: string, read: string])[]): string;
    /** Tokens of a text with how many milliseconds of its sound each lasts. */
    lasts(
      long: readonly (readonly [string, string])[],
      short: readonly (readonly [string, string])[],
    ): string;
    /** Tokens without which the sound changes most, and least. */
    missed(most: readonly string[], least: readonly string[]): string;
  };
  dependence: {
    curve(column: string, subject: string, low: string, at: string, high: string, to: string): string;
    flat(column: string): string;
  };
  trustPending: string;
  trust: Record<Trust['verdict'], (score: string, weakest: string) => string>;
  /** What not to conclude when a measure is poor, by its id. */
  cautions: Readonly<Record<string, string>> & { readonly other: string };
  /** Rows from the top and columns from the left, each 0 to 2. */
  region(row: 0 | 1 | 2, column: 0 | 1 | 2): string;
}

export type Language = 'en' | 'zh';

const languages: Record<Language, Words> = { en: english, zh: chinese };

export function wordsFor(language: Language = 'en'): Words {
  return languages[language];
}

/** The language that is nearest to a locale such as "zh-cn" or "de". */
export function languageOf(locale: string | undefined): Language {
  return locale?.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}
