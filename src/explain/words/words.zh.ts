/** The sentences of words.ts in Simplified Chinese. */
import type { Words } from './words';

const regions = [
  ['左上部', '上部中间', '右上部'],
  ['左侧', '中央', '右侧'],
  ['左下部', '下部中间', '右下部'],
] as const;

const list = (items: readonly string[]) => items.join('、');

/** What stands in the marks of English, in those of Chinese; a number with the space before it. */
const quoted = (value: string) => (/^".*"$/s.test(value) ? `“${value.slice(1, -1)}”` : ` ${value}`);

/** What is predicted: a column by its name, a token in words. */
const asked = (target: string) =>
  ({ 'next token': '下一个词元', 'masked token': '被遮住的词元' })[target] ?? `“${target}”`;

export const chinese: Words = {
  percent: share => {
    const p = share * 100;
    if (p > 99.9 && p < 100) return '超过 99.9 %';
    if (p > 0 && p < 0.1) return '不到 0.1 %';
    return `${p >= 99 || p < 10 ? Number(p.toFixed(1)) : Math.round(p)} %`;
  },
  measures: {
    completeness: (error, verdict) =>
      verdict === 'good'
        ? `各部分之和等于预测：未得到解释的为 ${error}。`
        : `各部分之和不等于预测：未得到解释的为 ${error}${verdict === 'poor' ? '，因此其大小没有多少意义' : ''}。`,
    completenessFlat: '该预测与中性输入的预测相同，没有可分配的差异。',
    deletion: (share, verdict) =>
      verdict === 'poor'
        ? `去掉排名最高的输入，预测下降得并不比去掉随机输入更快（可能增益的 ${share}）。`
        : verdict === 'fair'
          ? `去掉排名最高的输入，预测下降得比去掉随机输入稍快（可能增益的 ${share}）。`
          : `去掉排名最高的输入，预测很快下降；只保留它们，预测很快恢复，远快于随机输入（可能增益的 ${share}）。`,
    orderUndecided: '无论按什么顺序替换输入，预测的变化都一样：此检验在这里分不出好坏。',
    sensitivity: (change, verdict) =>
      verdict === 'good'
        ? `输入略有不同，解释几乎不变：最多改变 ${change}。`
        : `输入略有不同，解释最多会改变 ${change}。`,
    sensitivityOfNothing: '该解释处处为零，例如输入正是用来比较的中性输入：输入稍有变化就会出现理由。',
    learned: (saved, verdict) =>
      verdict === 'good'
        ? `模型确实学到了东西：在训练行上，它省去了猜测损失的 ${saved}。`
        : verdict === 'fair'
          ? `模型几乎不比猜测好：在训练行上只省去了损失的 ${saved}。`
          : `在训练行上，模型只省去了猜测损失的 ${saved}，不多于权重随机的同一模型可能做到的：它几乎没有学到可解释的东西。`,
    learnedNothing: '所问的训练行都有相同的答案：从中学不到任何可解释的东西。',
    randomisation: (rho, verdict) =>
      verdict === 'good'
        ? `把模型的权重换成随机值后，解释变得不同（秩相关 ${rho}）：它反映的是学到的东西。`
        : `把模型的权重换成随机值后，解释仍然相似（秩相关 ${rho}）：它可能更多反映输入本身，而非学到的东西。`,
    repeats: (clear, agreement, verdict) =>
      verdict === 'good'
        ? `下降幅度明显超出自身的离散（其中 ${clear}），各次重复的顺序一致（${agreement}）。`
        : `各次重复不太一致：${clear} 的下降幅度超出自身的离散，顺序一致程度为 ${agreement}。`,
    repeatsNothing: '打乱任何一列都没有影响，因此没有可信的顺序。',
    sampling: (error, verdict) =>
      verdict === 'good'
        ? `换一批随机样本，结果大约改变 ${error}。`
        : `换一批随机样本，结果大约改变 ${error}：请增加样本数。`,
    samplingExact: '精确计算，没有抽样。',
    surrogate: (fit, verdict) =>
      verdict === 'good'
        ? `简单模型与网络的回答相近：它解释了 ${fit} 的变化。`
        : `简单模型只解释了网络 ${fit} 的变化。`,
    agreement: (share, verdict) =>
      verdict === 'good'
        ? `各行的曲线与平均曲线相似：平均曲线解释了其中的 ${share}。`
        : `各行的曲线彼此不同：平均曲线只解释了其中的 ${share}。`,
    infidelity: (correlation, verdict) =>
      verdict === 'good'
        ? `随机一半输入的权重能说明去掉它们后预测的损失（相关 ${correlation}）。`
        : `随机一半输入的权重${verdict === 'fair' ? '只能部分' : '几乎不能'}说明去掉它们后预测的损失（相关 ${correlation}）。`,
    sparseness: (index, verdict) =>
      verdict === 'good'
        ? `少数输入占了大部分权重（基尼系数 ${index}）。`
        : `权重分散在许多输入上（基尼系数 ${index}），单个输入说明不了多少。`,
    exceeds: (share, verdict) =>
      verdict === 'good'
        ? `从平均输入出发，输出上升到训练行中最高值路程的 ${share}。`
        : `从平均输入出发，输出只上升到训练行中最高值路程的 ${share}：请增加步数。`,
    neighbours: (share, verdict) =>
      verdict === 'good'
        ? `图上相近的行，在网络看来也相近（比随机好 ${share}）。`
        : `图上相近的行，在网络看来未必相近（比随机好 ${share}）。`,
    second: (method, correlation, verdict) =>
      verdict === 'good'
        ? `第二种方法（${method}）给出相似的排序（秩相关 ${correlation}）。`
        : `第二种方法（${method}）给出${verdict === 'fair' ? '不同' : '相反'}的排序（秩相关 ${correlation}）：请同时查看两者。`,
    lens: (share, verdict) =>
      verdict === 'good'
        ? `在最后一块之前，透镜已在 ${share} 的位置上给出模型的答案。`
        : `在最后一块之前，透镜只在 ${share} 的位置上给出模型的答案：更早的块可能用着它读不懂的表示。`,
    taken: (error, factor, verdict) =>
      verdict === 'good'
        ? `从流中去掉某一块所加的内容后，输出的变化都是归因的 ${factor}（相差 ${error}），各块一致：其余由归一化补上。`
        : `从流中去掉某一块所加的内容后，输出的变化与归因不同（相差 ${error}）：归一化会随之调整。`,
    reverse: (share, verdict) =>
      verdict === 'good'
        ? `反方向替换时，起作用的位置相同（两个方向的效应有 ${share} 重合）。`
        : verdict === 'fair'
          ? `反方向替换时，起作用的位置部分不同（两个方向的效应有 ${share} 重合）。`
          : `反方向替换时，起作用的是别的位置（两个方向的效应只有 ${share} 重合）。`,
    removal: (correlation, verdict) =>
      verdict === 'good'
        ? `排在最前的也确实重要：去掉后，所写的词变得不那么可能（相关 ${correlation}）。`
        : `排在最前的在去掉后并不总是重要（相关 ${correlation}）。`,
    noAttention: '该模型没有可供比较的注意力。',
    onsets: (correlation, verdict) =>
      verdict === 'good'
        ? `某个字母未知时，声音从它应当开始的时刻起变化（相关 ${correlation}）。`
        : `某个字母未知时，声音并不在它应当开始的时刻变化（相关 ${correlation}）。`,
    rows: (margin, fewest, verdict) =>
      verdict === 'good'
        ? `行数足够：每个比率的误差不超过 ±${margin}（95 % 的把握）。`
        : `有些比率所依据的行很少（最少 ${fewest} 行），误差可达 ±${margin}（95 % 的把握）。`,
    halves: (share, verdict) =>
      verdict === 'good'
        ? `${share} 的切片在两半数据中都比其余部分差。`
        : `只有 ${share} 的切片在两半数据中都比其余部分差。`,
    conceptFound: (share, verdict) =>
      verdict === 'good'
        ? `该层认得这个概念：${share} 的新样例能被区分开。`
        : `该层几乎不认得这个概念：只有 ${share} 的新样例能被区分开。`,
    significance: (p, verdict) =>
      verdict === 'good' ? `随机行没有这样的推动作用（p ${p}）。` : `随机行的推动作用差不多（p ${p}）。`,
    checkpoints: (correlation, verdict) =>
      verdict === 'good'
        ? `训练早期与末期的权重指出相同的行（秩相关 ${correlation}）。`
        : `训练早期与末期的权重指出不同的行（秩相关 ${correlation}）。`,
    oneCheckpoint: '此次训练只保留了一组权重，没有可与之比较的影响。',
  },
  predicted: {
    class: (label, target, probability, sureness) =>
      `模型对${asked(target)}的回答是“${label}”，${sureness}（${probability}）。`,
    classOnly: (label, target) => `模型对${asked(target)}的回答是“${label}”。`,
    symbol: label => `模型写出一个序列，这里解释其中一个符号：“${label}”，即它在某一时刻最有把握的符号。`,
    whole: truth => `数据中的全部内容是：“${truth}”。`,
    number: (value, target) => `模型预测${asked(target)}为 ${value}。`,
    sure: p => (p >= 0.99 ? '非常确定' : p >= 0.9 ? '确定' : p >= 0.7 ? '比较确定' : '但不确定'),
    truth: (value, right) => (right ? '这是正确的。' : `数据中是${quoted(value)}。`),
    unknown: (unknown, of) =>
      `模型不认识${unknown.map(w => `“${w}”`).join('、')}${of > unknown.length ? `等 ${of} 个词` : ''}：对它而言都只是未知词。`,
    asSure: (rows, share, elsewhere) =>
      `当它像这里一样确定时，有 ${share} 是正确的（${elsewhere ? `此表中的 ${rows} 行，模型可能学习过它们` : `${rows} 行未参与学习的数据`}）。`,
    similar: (rows, same, label, elsewhere) =>
      `与此行最相似的 ${rows} 个${elsewhere ? '' : '训练'}行中，有 ${same} 个是“${label}”。`,
    leak: (column, target) =>
      `注意：仅凭 ${column} 就能得出 ${target}；除非事先就知道它，否则实际使用中模型的表现会更差。`,
    flip: (column, to, label) => `若 ${column} 为 ${to}，其余不变，它会回答“${label}”。`,
  },
  reasons: {
    for: (what, items) => `最支持${what}的：${items.join('；')}。`,
    against: (what, items) => `最反对${what ?? '它'}的：${items.join('；')}。`,
    relevant: (what, items) => `对${what}最重要的：${items.join('；')}。`,
    none: '没有哪个输入是突出的原因。',
    subject: (kind, label) => (kind === 'class' ? `“${label}”` : `更高的 ${label}`),
    column: (name, value, typical, share) =>
      `${name} = ${value}${typical === undefined ? '' : `（通常为 ${typical}）`}，占权重的 ${share}`,
    place: (name, share) => `图像的${name}，占权重的 ${share}`,
    heard: (pitches, time, share) =>
      `声音${['开头', '中段', '结尾'][time]}的${['低', '中', '高'][pitches]}频部分，占权重的 ${share}`,
    seen: (place, first, last, share) =>
      `${first === last ? `第 ${first} 帧` : `第 ${first} 至 ${last} 帧`}的${place}，占权重的 ${share}`,
    entry: (name, share) => `输入 ${name}，占权重的 ${share}`,
    token: (token, position, share) => `“${token}”（第 ${position} 个词元），占权重的 ${share}`,
    unit: (name, share) => `单元 ${name}，占权重的 ${share}`,
    ofUnit: (name, output) =>
      output === undefined ? `单元 ${name} 更高的激活` : `经由单元 ${name} 的${output}`,
    active: items => `激活最强的单元：${items.join('；')}。`,
    silent: layer => `对此输入，${layer} 的所有单元都为零。`,
  },
  importance: {
    metrics: {
      auto: '得分',
      accuracy: '准确率',
      neg_log_loss: '对数损失',
      r2: 'R²',
      neg_mean_squared_error: '均方误差',
    },
    lead: (metric, score, rows) => `在 ${rows} 行上，模型的${metric}为 ${score}。`,
    item: (name, drop, spread) => `${name}（${drop} ± ${spread}）`,
    list: items => `缺少以下各列损失最大：${list(items)}。`,
    moves: items => `最能改变输出的是：${list(items)}。`,
    none: '打乱单独一列没有可测的损失：各列可能互相替代。',
    harm: items => `去掉以下各列反而更好：${list(items)}：它们在这里的误导多于帮助。`,
    rest: count => `其余 ${count} 列没有可测的影响。`,
  },
  model: {
    localEffects: (column, low, at, high, to) =>
      `沿 ${column}，对预测的影响从 ${low}（在 ${at} 处）到 ${high}（在 ${to} 处），均值为 0。`,
    interaction: (a, b, share, over) =>
      over
        ? `最强的交互在 ${a} 与 ${b} 之间：超出各自影响之和的部分的变化（${share}）比其联合影响本身还大。弗里德曼 H 大于 1 表示二者各自的影响相互抵消或很弱：应读作“强”，而不是份额。`
        : `最强的交互在 ${a} 与 ${b} 之间：其联合影响的变化中有 ${share} 超出各自影响之和。`,
    noInteraction: '没有两列共同起作用：其联合影响等于各自影响之和。',
    rowsMove: (column, least, most) => `改变 ${column} 时，单行的预测变动 ${least} 至 ${most}。`,
    tree: (leaves, rules) => `一棵有 ${leaves} 个叶子的树这样回答：${rules.join('')}`,
    question: (condition, yes, no) => `${condition}？（若是，平均为 ${yes}；若否，为 ${no}）`,
    treeTop: (leaves, first, ifSo, ifNot) =>
      `一棵有 ${leaves} 个叶子的树先问：${first}。${ifSo ? `若是，接着问：${ifSo}。` : ''}${ifNot ? `若否：${ifNot}。` : ''}`,
    condition: (column, sign, value) => `${column} ${sign === '<=' ? '≤' : '>'} ${value}`,
    rule: (conditions, answer) => `若 ${list(conditions)}：${answer}。`,
    otherwise: answer => `否则：${answer}。`,
    weights: items => `一个加权和这样回答：${list(items)}。`,
    curves: items => (items.length > 0 ? `和随以下各列变化最大：${list(items)}。` : '没有哪一列改变这个和。'),
    confusion: (accuracy, rows, most) =>
      `在 ${rows} 行中，${accuracy} 预测正确。${most ? `最常把“${most[0]}”当作“${most[1]}”（${most[2]} 行）。` : '没有类别被混淆。'}`,
    calibration: (sure, observed, error) =>
      `模型平均有 ${sure} 的把握，实际正确 ${observed}；按把握程度分段，平均偏差 ${error}。`,
    slices: (name, error, whole, count) =>
      `模型在 ${name} 处错误最多：${error}，总体为 ${whole}。${count > 1 ? `共找到 ${count} 个这样的切片。` : ''}`,
    noSlices: (tried, whole) => `${tried} 个切片中没有明显比其余部分差的；总体错误为 ${whole}。`,
    neighbours: (layer, rows) => `该图展示“${layer}”所见的 ${rows} 行：相近的行在它看来相似。`,
    concept: (concept, target, layer, score, chance, significant) =>
      significant
        ? `在“${layer}”中，概念“${concept}”把 ${score} 的样例推向“${target}”；随机行推动 ${chance}。`
        : `在“${layer}”中，概念“${concept}”对“${target}”的推动并不比随机行更多（${score} 对 ${chance}）。`,
    influence: (helped, opposed) =>
      `${helped.length > 0 ? `最支持此回答的训练行：${list(helped)}。` : '没有训练行支持此回答。'}${opposed.length > 0 ? `最反对的：${list(opposed)}。` : ''}`,
    answersAre: value => `其答案为：${value}。`,
    fidelity: (fit, rows) => `在未用于拟合的 ${rows} 行上，它解释了网络 ${fit} 的变化。`,
    embedding: (layer, share, rows) => `该图展示“${layer}”所见的 ${rows} 行；两条轴保留了其方差的 ${share}。`,
    direct: strongest => `直接写入输出最多的：${list(strongest)}。`,
    lens: (answer, station, at, last) =>
      at === last
        ? `直到最后一块，“${answer}”才成为答案。`
        : `从 ${station} 起（${last} 中的第 ${at}），“${answer}”成为答案并保持不变。`,
    unlikeLength: positions =>
      `两段文本长度不同：有 ${positions} 个位置是词元对填充，移过去的是它的有无，而不是另一个词。`,
    patched: (share, station, position) =>
      `带来最多答案的单个替换在 ${station} 之后的“${position}”处：它使答案恢复了 ${share}。`,
    example: (subject, output, highest) =>
      `对此输入，${subject} 的输出为 ${output}${highest === undefined ? '' : `；训练行中最高为 ${highest}`}。`,
  },
  figures: {
    mean: '均值',
    probability: of => `${of} 的概率`,
    output: of => `${of} 的输出`,
    effect: '对预测的影响',
    column: '列',
    importance: '重要性',
    interaction: '弗里德曼 H',
    contribution: '贡献',
    position: '位置',
    filling: '填充',
    weight: '权重（每标准差）',
    thisRow: '此行',
    truth: '真实',
    predicted: '预测',
    rows: '行数',
    row: '行',
    class: '类别',
    precision: '精确率',
    recall: '召回率',
    interval: '95 % 区间',
    sure: '把握',
    observed: '实际如此的比例',
    perfect: '完美',
    slice: '切片',
    errors: '错误',
    squaredError: '平方误差',
    rest: '其余部分',
    component: (number, share) => `主成分 ${number}（${share}）`,
    made: '生成',
    start: '起点',
    strongest: '最强的训练行',
    change: '相对均值的变化',
    concept: '概念',
    random: '随机行',
    tcav: 'TCAV 得分',
    run: '随机集',
    influence: '影响',
    values: '值',
    rowNamed: (row, target) => `第 ${row} 行（${target}）`,
    part: '部分',
    after: '之后',
    answer: '答案',
    topProbability: '最佳词元的概率',
    restored: '带来的答案份额',
    reads: '读出',
    query: '从',
    key: '看向',
    layer: '层',
    head: '头',
    attention: '注意力',
    attentionGradient: '注意力 × 梯度',
    lowValue: '低值',
    middleValue: '中值',
    highValue: '高值',
    read: '所读',
    written: '所写',
    logProbability: '对数概率的下降',
    time: '时间',
    lasts: '毫秒',
    changeOfSound: '声音的变化',
  },
  sequences: {
    strongest: (value, pairs) =>
      `${value}最高之处：${pairs.map(([written, read]) => `“${written}”与“${read}”`).join('、')}。`,
    lasts: (long, short) =>
      `最长的是${long.map(([token, ms]) => `“${token}”（${ms} 毫秒）`).join('、')}；最短的是${short.map(([token, ms]) => `“${token}”（${ms} 毫秒）`).join('、')}。`,
    missed: (most, least) =>
      `去掉${most.map(token => `“${token}”`).join('、')}时声音变化最大，去掉${least.map(token => `“${token}”`).join('、')}时变化最小。`,
  },
  dependence: {
    curve: (column, subject, low, at, high, to) =>
      `随着 ${column} 变化，对 ${subject} 的平均预测从 ${low}（在 ${at} 处）变到 ${high}（在 ${to} 处）。`,
    flat: column => `改变 ${column} 几乎不改变平均预测。`,
  },
  trustPending: '此解释有多可信，仍在检验中。',
  trust: {
    good: score => `对此解释的可信度：良好（${score}）。`,
    fair: (score, weakest) => `对此解释的可信度：一般（${score}）。最薄弱之处：${weakest}`,
    poor: (score, weakest) => `对此解释的可信度：较差（${score}）。${weakest}`,
  },
  cautions: {
    completeness: '不要把其数值当作预测的份额。',
    deletion: '不要由此断定模型用了哪些输入。',
    max_sensitivity: '不要依赖它：看起来相同的输入可能得到另一种解释。',
    model_learned: '不要由此对数据下任何结论：模型只是在猜。',
    model_randomisation: '不要由此断定模型学到了什么。',
    repeat_stability: '不要据此给各列排序；更多的行或重复可能说明更多。',
    sampling_error: '取更多样本之前，不要比较其数值。',
    surrogate_fit: '不要把简单模型当作网络本身。',
    effect_agreement: '不要期望单独一行遵循该曲线。',
    exceeds_examples: '不要把它当作网络眼中的典型。',
    neighbourhood: '不要把图上的远近当作相似程度。',
    infidelity: '不要把其数值当作预测会失去的量。',
    sum_over_background: '不要把其数值当作预测的份额。',
    second_method: '不要依赖输入的顺序：各方法对此意见不一。',
    word_removal: '不要把模型看过的地方当作它所需要的。',
    attention_agreement: '不要把模型看过的地方当作它所需要的。',
    lens_speaks: '不要把早期各块的读数当作模型的想法。',
    parts_of_output: '不要把其数值当作去掉该部分后会失去的量。',
    patching_reverse: '不要依赖单个位置：反方向指向别处。',
    enough_rows: '行数更多之前，不要比较各类的比率。',
    slices_hold: '在新的行上再查之前，不要依赖这些切片。',
    concept_found: '不要由此断定模型如何看待这个概念。',
    concept_significance: '不要由此断定概念起了作用。',
    influence_agrees: '不要依赖各行的顺序。',
    other: '不要由此断定模型用了哪些输入。',
  },
  region: (row, column) => regions[row][column],
};
