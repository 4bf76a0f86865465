/** The sentences in English. */
import type { Words } from './words';

const regions = [
  ['upper left', 'upper middle', 'upper right'],
  ['left', 'centre', 'right'],
  ['lower left', 'lower middle', 'lower right'],
] as const;

function list(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** What is predicted: a column by its name, a token in words. */
function asked(target: string): string {
  return /^(next|masked) token$/.test(target) ? `the ${target}` : target;
}

export const english: Words = {
  percent: share => {
    const p = share * 100;
    if (p > 99.9 && p < 100) return 'over 99.9 %';
    if (p > 0 && p < 0.1) return 'under 0.1 %';
    return `${p >= 99 || p < 10 ? Number(p.toFixed(1)) : Math.round(p)} %`;
  },
  measures: {
    completeness: (error, verdict) =>
      verdict === 'good'
        ? `The parts add up to the prediction: ${error} is unaccounted for.`
        : `The parts do not add up to the prediction: ${error} is unaccounted for${verdict === 'poor' ? ', so their sizes mean little' : ''}.`,
    completenessFlat: 'The prediction is that of a neutral input, so there is nothing to divide.',
    deletion: (share, verdict) =>
      verdict === 'poor'
        ? `Without the inputs ranked highest the prediction falls hardly sooner than without random ones (${share} of the possible gain).`
        : verdict === 'fair'
          ? `Without the inputs ranked highest the prediction falls somewhat sooner than without random ones (${share} of the possible gain).`
          : `Without the inputs ranked highest the prediction falls, and with them it comes back, much sooner than with random ones (${share} of the possible gain).`,
    orderUndecided:
      'In whatever order inputs are replaced, the prediction changes alike: this test cannot tell good from bad here.',
    sensitivity: (change, verdict) =>
      verdict === 'good'
        ? `A slightly different input gives nearly the same explanation: it changes by ${change} at most.`
        : `A slightly different input changes the explanation by up to ${change}.`,
    sensitivityOfNothing:
      'All of this explanation is zero, as where the input is the neutral one that it is compared with: the smallest change of the input would give reasons.',
    learned: (saved, verdict) =>
      verdict === 'good'
        ? `The model has learned something: on training rows it saves ${saved} of the loss of guessing.`
        : verdict === 'fair'
          ? `The model is hardly better than guessing: on training rows it saves ${saved} of the loss.`
          : `On training rows the model saves ${saved} of the loss of guessing, no more than one with random weights may: it has learned next to nothing that could be explained.`,
    learnedNothing:
      'All training rows that were asked have the same answer: nothing can be learned from them that could be explained.',
    randomisation: (rho, verdict) =>
      verdict === 'good'
        ? `With the model's weights replaced by random ones the explanation becomes another one (rank correlation ${rho}): it shows what was learned.`
        : `With the model's weights replaced by random ones the explanation stays similar (rank correlation ${rho}): it may show the input more than what was learned.`,
    repeats: (clear, agreement, verdict) =>
      verdict === 'good'
        ? `The drops stand clear of their own spread (${clear} of them), and repeats agree on the order (${agreement}).`
        : `The repeats do not agree well: ${clear} of the drops stand clear of their own spread, and the order agrees by ${agreement}.`,
    repeatsNothing: 'No column makes a difference when it is permuted, so there is no order to trust.',
    sampling: (error, verdict) =>
      verdict === 'good'
        ? `Other random samples would change it by about ${error}.`
        : `Other random samples would change it by about ${error}: take more of them.`,
    samplingExact: 'Computed exactly, without sampling.',
    surrogate: (fit, verdict) =>
      verdict === 'good'
        ? `The simple model answers like the network: it explains ${fit} of the variation.`
        : `The simple model explains only ${fit} of the network's variation.`,
    agreement: (share, verdict) =>
      verdict === 'good'
        ? `Single rows behave like their mean: it explains ${share} of their curves.`
        : `Single rows behave differently: the mean explains only ${share} of their curves.`,
    infidelity: (correlation, verdict) =>
      verdict === 'good'
        ? `The weights of random halves of the inputs tell what the prediction loses without them (correlation ${correlation}).`
        : `The weights of random halves of the inputs tell ${verdict === 'fair' ? 'only in part' : 'hardly'} what the prediction loses without them (correlation ${correlation}).`,
    sparseness: (index, verdict) =>
      verdict === 'good'
        ? `A few inputs have most of the weight (Gini index ${index}).`
        : `The weight is spread over many inputs (Gini index ${index}), so single ones say little.`,
    exceeds: (share, verdict) =>
      verdict === 'good'
        ? `From the mean input the output rises by ${share} of the way to the highest among training rows.`
        : `From the mean input the output rises by only ${share} of the way to the highest among training rows: take more steps.`,
    neighbours: (share, verdict) =>
      verdict === 'good'
        ? `Rows that are near on the map are near for the network too (${share} better than chance).`
        : `Rows that are near on the map need not be near for the network (${share} better than chance).`,
    lens: (share, verdict) =>
      verdict === 'good'
        ? `One block before the end the lens already gives the model's answer at ${share} of the positions.`
        : `One block before the end the lens gives the model's answer at ${share} of the positions only: earlier blocks may speak a language that it does not read.`,
    taken: (error, factor, verdict) =>
      verdict === 'good'
        ? `When the head gets the stream without a block's addition, the output changes by ${factor} of what was attributed to it, alike for all blocks (${error} off): its normalisation makes up for the rest.`
        : `When the head gets the stream without a block's addition, the output changes otherwise than attributed (${error} off): its normalisation adapts.`,
    rows: (margin, fewest, verdict) =>
      verdict === 'good'
        ? `There are enough rows: each rate is known to ± ${margin} or better (95 % sure).`
        : `Some rates rest on few rows (${fewest} at the least) and are known to ± ${margin} only (95 % sure).`,
    halves: (share, verdict) =>
      verdict === 'good'
        ? `${share} of the slices are worse than the rest in both halves of the rows.`
        : `Only ${share} of the slices are worse than the rest in both halves of the rows.`,
    conceptFound: (share, verdict) =>
      verdict === 'good'
        ? `The layer knows the concept: ${share} of new examples are told apart in it.`
        : `The layer hardly knows the concept: ${share} of new examples are told apart in it.`,
    significance: (p, verdict) =>
      verdict === 'good'
        ? `Sets of random rows do not push like this (p ${p}).`
        : `Sets of random rows push about as much (p ${p}).`,
    checkpoints: (correlation, verdict) =>
      verdict === 'good'
        ? `The first and the last weights of the run name the same rows (rank correlation ${correlation}).`
        : `The first and the last weights of the run name other rows (rank correlation ${correlation}).`,
    oneCheckpoint:
      'The run kept one set of weights only, so there is nothing to compare the influences with.',
    reverse: (share, verdict) =>
      verdict === 'good'
        ? `Carried over the other way round, the same places matter (${share} of the effects in common).`
        : verdict === 'fair'
          ? `Carried over the other way round, partly other places matter (${share} of the effects in common).`
          : `Carried over the other way round, other places matter (${share} of the effects in common).`,
    second: (method, correlation, verdict) =>
      verdict === 'good'
        ? `A second method, ${method}, ranks the inputs alike (rank correlation ${correlation}).`
        : `A second method, ${method}, ranks the inputs ${verdict === 'fair' ? 'otherwise' : 'the other way round'} (rank correlation ${correlation}): look at both.`,
    removal: (correlation, verdict) =>
      verdict === 'good'
        ? `What is ranked highest is also what matters: without it the written word becomes less likely (correlation ${correlation}).`
        : `What is ranked highest is not always what matters when it is removed (correlation ${correlation}).`,
    noAttention: 'The model has no attention to compare with.',
    onsets: (correlation, verdict) =>
      verdict === 'good'
        ? `When a letter is unknown, the sound changes from the moment on where it is said to begin (correlation ${correlation}).`
        : `When a letter is unknown, the sound does not change where it is said to begin (correlation ${correlation}).`,
  },
  predicted: {
    class: (label, target, probability, sureness) =>
      `The model says "${label}" for ${asked(target)}, ${sureness} (${probability}).`,
    classOnly: (label, target) => `The model says "${label}" for ${asked(target)}.`,
    symbol: label =>
      `The model writes a sequence, and this explains one of its symbols: "${label}", of which it is surest at any moment.`,
    whole: truth => `All that the data say is there: "${truth}".`,
    number: (value, target) => `The model predicts ${value} for ${asked(target)}.`,
    sure: p =>
      p >= 0.99
        ? 'and is very sure'
        : p >= 0.9
          ? 'and is sure'
          : p >= 0.7
            ? 'and is fairly sure'
            : 'but is unsure',
    truth: (value, right) => (right ? `That is right.` : `The data say ${value}.`),
    unknown: (unknown, of) =>
      `The model does not know ${unknown.map(w => `"${w}"`).join(', ')}${of > unknown.length ? ` and ${of - unknown.length} other words` : ''}: ${of === 1 ? 'it is like any other unknown word' : 'they all look alike'} to it.`,
    asSure: (rows, share, elsewhere) =>
      `When it is as sure as here it is right in ${share} of cases (${rows} rows ${elsewhere ? 'of this table, from which it may have learned' : 'that it did not learn from'}).`,
    similar: (rows, same, label, elsewhere) =>
      `Of the ${rows} ${elsewhere ? '' : 'training '}rows most like this one ${same} are "${label}".`,
    leak: (column, target) =>
      `Beware: ${column} alone gives ${asked(target)} away; unless it is known before, expect less of the model in use.`,
    flip: (column, to, label) => `With ${column} at ${to}, all else as it is, it would say "${label}".`,
  },
  reasons: {
    for: (what, items) => `Most in favour of ${what}: ${items.join('; ')}.`,
    against: (what, items) => `Most against ${what ?? 'it'}: ${items.join('; ')}.`,
    relevant: (what, items) => `What mattered most for ${what}: ${items.join('; ')}.`,
    none: 'No input stands out as a reason.',
    subject: (kind, label) => (kind === 'class' ? `"${label}"` : `a higher ${label}`),
    column: (name, value, typical, share) =>
      `${name} = ${value}${typical === undefined ? '' : ` (typical: ${typical})`}, with ${share} of the weight`,
    place: (name, share) => `the ${name} of the image, with ${share} of the weight`,
    heard: (pitches, time, share) =>
      `the ${['low', 'middle', 'high'][pitches]} pitches ${['at the beginning', 'in the middle', 'at the end'][time]} of the sound, with ${share} of the weight`,
    seen: (place, first, last, share) =>
      `the ${place} in ${first === last ? `frame ${first}` : `frames ${first} to ${last}`}, with ${share} of the weight`,
    entry: (name, share) => `input ${name}, with ${share} of the weight`,
    token: (token, position, share) => `"${token}" (token ${position}), with ${share} of the weight`,
    unit: (name, share) => `unit ${name}, with ${share} of the weight`,
    ofUnit: (name, output) =>
      output === undefined ? `a higher activation of unit ${name}` : `${output} through unit ${name}`,
    active: items => `The most active units: ${items.join('; ')}.`,
    silent: layer => `All units of ${layer} are zero for this input.`,
  },
  importance: {
    metrics: {
      auto: 'the score',
      accuracy: 'an accuracy of',
      neg_log_loss: 'a log loss of',
      r2: 'an R² of',
      neg_mean_squared_error: 'a mean squared error of',
    },
    lead: (metric, score, rows) => `Over ${rows} rows the model has ${metric} ${score}.`,
    item: (name, drop, spread) => `${name} (${drop} ± ${spread})`,
    list: items => `It loses most without ${list(items)}.`,
    moves: items => `The output is moved most by ${list(items)}.`,
    none: 'Permuting single columns costs it nothing measurable: the columns may stand in for one another.',
    harm: items =>
      `It does better without ${list(items)}: here such a column misleads it more than it helps.`,
    rest: count =>
      `${count} other ${count === 1 ? 'column makes' : 'columns make'} no measurable difference.`,
  },
  model: {
    localEffects: (column, low, at, high, to) =>
      `Along ${column} the effect on the prediction goes from ${low} (at ${at}) to ${high} (at ${to}), 0 being its mean.`,
    interaction: (a, b, share, over) =>
      over
        ? `The strongest interaction is between ${a} and ${b}: what they do beyond the sum of their own effects varies more (${share}) than their joint effect itself. Friedman's H above 1 means that their own effects cancel each other or are weak: read it as strong, not as a share.`
        : `The strongest interaction is between ${a} and ${b}: ${share} of the variation of their joint effect is more than the sum of their own.`,
    noInteraction: 'No two of the columns work together: their joint effects are the sums of their own.',
    rowsMove: (column, least, most) =>
      `As ${column} is varied, the predictions of single rows move by ${least} to ${most}.`,
    tree: (leaves, rules) => `A tree with ${leaves} leaves answers like this: ${rules.join(' ')}`,
    question: (condition, yes, no) => `${condition}? (on average ${yes} if so, ${no} if not)`,
    treeTop: (leaves, first, ifSo, ifNot) =>
      `A tree with ${leaves} leaves asks first: ${first}.${ifSo ? ` If so, it asks next: ${ifSo}.` : ''}${ifNot ? ` If not: ${ifNot}.` : ''}`,
    condition: (column, sign, value) => `${column} ${sign === '<=' ? '≤' : '>'} ${value}`,
    rule: (conditions, answer) => `If ${list(conditions)}: ${answer}.`,
    otherwise: answer => `Otherwise: ${answer}.`,
    weights: items => `A weighted sum answers like this: ${items.join(', ')}.`,
    curves: items =>
      items.length > 0 ? `The sum moves most with ${list(items)}.` : 'No column moves the sum.',
    answersAre: value => `Its answers are: ${value.charAt(0).toLowerCase()}${value.slice(1)}.`,
    fidelity: (fit, rows) =>
      `On ${rows} rows that it was not fitted to it explains ${fit} of the network's variation.`,
    embedding: (layer, share, rows) =>
      `The map shows ${rows} rows as "${layer}" sees them; its two axes keep ${share} of their variance.`,
    direct: strongest => `What writes most into the output directly: ${list(strongest)}.`,
    lens: (answer, station, at, last) =>
      at === last
        ? `Only the last block makes "${answer}" the answer.`
        : `From ${station} on (${at} of ${last}), "${answer}" is the answer and stays it.`,
    confusion: (accuracy, rows, most) =>
      `Of ${rows} rows ${accuracy} are predicted right.${most ? ` Most often "${most[0]}" is taken for "${most[1]}" (${most[2] === 1 ? 'one row' : `${most[2]} rows`}).` : ' No class is taken for another.'}`,
    calibration: (sure, observed, error) =>
      `On average the model is ${sure} sure, and right in ${observed}; over all degrees of sureness it is off by ${error}.`,
    slices: (name, error, whole, count) =>
      `The model errs most where ${name}: ${error}, against ${whole} in all.${count > 1 ? ` ${count} such slices were found.` : ''}`,
    noSlices: (tried, whole) =>
      `None of ${tried} slices is clearly worse than the rest; the error in all is ${whole}.`,
    neighbours: (layer, rows) =>
      `The map shows ${rows} rows as "${layer}" sees them: near ones are alike for it.`,
    concept: (concept, target, layer, score, chance, significant) =>
      significant
        ? `In "${layer}" the concept "${concept}" pushes ${score} of the examples towards "${target}"; sets of random rows push ${chance}.`
        : `In "${layer}" the concept "${concept}" does not push towards or away from "${target}" more than random rows do (${score} against ${chance}).`,
    influence: (helped, opposed) =>
      `${helped.length > 0 ? `What taught this answer most: ${list(helped)}.` : 'No row taught this answer.'}${opposed.length > 0 ? ` Most against it: ${list(opposed)}.` : ''}`,
    unlikeLength: positions =>
      `The texts are not of one length: at ${positions} ${positions === 1 ? 'position' : 'positions'} a token stands against filling, so that its presence is carried over, not another word.`,
    patched: (share, station, position) =>
      `The single patch that brings most of the answer along is after ${station} at "${position}": ${share} of the way.`,
    example: (subject, output, highest) =>
      `For this input the output for ${subject} is ${output}${highest === undefined ? '' : `; the highest among training rows is ${highest}`}.`,
  },
  figures: {
    mean: 'Mean',
    probability: of => `Probability of ${of}`,
    output: of => `Output for ${of}`,
    effect: 'Effect on the prediction',
    column: 'Column',
    importance: 'Importance',
    interaction: "Friedman's H",
    contribution: 'Contribution',
    position: 'Position',
    filling: 'filling',
    truth: 'True',
    predicted: 'Predicted',
    rows: 'Rows',
    row: 'Row',
    class: 'Class',
    precision: 'Precision',
    recall: 'Recall',
    interval: '95 % interval',
    sure: 'How sure',
    observed: 'How often so',
    perfect: 'Perfect',
    slice: 'Slice',
    errors: 'Errors',
    squaredError: 'Squared error',
    rest: 'In the rest',
    component: (number, share) => `Component ${number} (${share})`,
    made: 'Made',
    start: 'Start',
    strongest: 'Strongest training row',
    change: 'Change from the mean',
    concept: 'Concept',
    random: 'Random rows',
    tcav: 'TCAV score',
    run: 'Random set',
    influence: 'Influence',
    values: 'Values',
    rowNamed: (row, target) => `row ${row} (${target})`,
    weight: 'Weight, per standard deviation',
    thisRow: 'This row',
    part: 'Part',
    after: 'After',
    answer: 'Answer',
    topProbability: 'Probability of the best token',
    restored: 'Share of the answer carried over',
    reads: 'Reads',
    query: 'From',
    key: 'Looks at',
    layer: 'Layer',
    head: 'Head',
    attention: 'Attention',
    attentionGradient: 'Attention × gradient',
    lowValue: 'low value',
    middleValue: 'middle value',
    highValue: 'high value',
    read: 'Read',
    written: 'Written',
    logProbability: 'Fall of the log probability',
    time: 'Time',
    lasts: 'Milliseconds',
    changeOfSound: 'Change of the sound',
  },
  sequences: {
    strongest: (value, pairs) =>
      `${value} is highest between ${list(pairs.map(([written, read]) => `"${written}" and "${read}"`))}.`,
    lasts: (long, short) =>
      `The longest are ${list(long.map(([token, ms]) => `"${token}" (${ms} ms)`))}; the shortest are ${list(short.map(([token, ms]) => `"${token}" (${ms} ms)`))}.`,
    missed: (most, least) =>
      `The sound changes most without ${list(most.map(token => `"${token}"`))}, and least without ${list(least.map(token => `"${token}"`))}.`,
  },
  dependence: {
    curve: (column, subject, low, at, high, to) =>
      `As ${column} is varied, the mean prediction for ${subject} goes from ${low} (at ${at}) to ${high} (at ${to}).`,
    flat: column => `Varying ${column} hardly changes the mean prediction.`,
  },
  trustPending: 'How far this explanation can be trusted is still being checked.',
  trust: {
    good: score => `Trust in this explanation: good (${score}).`,
    fair: (score, weakest) => `Trust in this explanation: fair (${score}). The weakest point: ${weakest}`,
    poor: (score, weakest) => `Trust in this explanation: poor (${score}). ${weakest}`,
  },
  cautions: {
    completeness: 'Do not read its numbers as shares of the prediction.',
    deletion: 'Do not conclude from it which inputs the model used.',
    max_sensitivity: 'Do not rely on it: an input that looks the same may get another explanation.',
    model_learned: 'Do not conclude anything about the data from it: the model only guesses.',
    model_randomisation: 'Do not conclude from it what the model has learned.',
    repeat_stability: 'Do not rank the columns by it; more rows or repeats may tell more.',
    sampling_error: 'Do not compare its numbers before more samples are taken.',
    surrogate_fit: 'Do not take the simple model for the network.',
    effect_agreement: 'Do not expect a single row to follow the curve.',
    exceeds_examples: 'Do not take it for what the network finds typical.',
    neighbourhood: 'Do not read nearness on the map as likeness.',
    infidelity: 'Do not take its numbers for what the prediction would lose.',
    sum_over_background: 'Do not read its numbers as shares of the prediction.',
    second_method: 'Do not rely on the order of the inputs: methods disagree about it.',
    word_removal: 'Do not take where the model looked for what it needed.',
    attention_agreement: 'Do not take where the model looked for what it needed.',
    lens_speaks: 'Do not take what the lens reads off early blocks for what the model thinks.',
    parts_of_output: 'Do not take its numbers for what the output would lose without a part.',
    patching_reverse: 'Do not rely on single places: the other direction points elsewhere.',
    enough_rows: 'Do not compare the rates of classes before there are more rows.',
    slices_hold: 'Do not rely on these slices before they are seen in new rows.',
    concept_found: 'Do not conclude from it what the model makes of the concept.',
    concept_significance: 'Do not conclude from it that the concept plays a part.',
    influence_agrees: 'Do not rely on the order of the rows.',
    other: 'Do not conclude from it which inputs the model used.',
  },
  region: (row, column) => regions[row][column],
};
