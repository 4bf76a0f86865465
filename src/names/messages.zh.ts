/**
 * What users meet most often, in Simplified Chinese: sentences of data checks, of training and of reading models. Keys
 * are the English sentences as the source has them, with {0}, {1}, … where it fills in values.
 */
export const chineseMessages: Readonly<Record<string, string>> = {
  // Warnings about data.
  '"{0}" is different in every row, like a number that only names it. A model learns nothing from it that holds for other rows: put it into data.exclude.':
    '“{0}”在每一行都不同，就像只起命名作用的编号。模型从中学不到对其他行成立的东西：请把它放进 data.exclude。',
  '"{0}" has the same value in every row and tells nothing.': '“{0}”在每一行的值都相同，不提供任何信息。',
  '"{0}" is missing in {1} of the rows.': '“{0}”在 {1} 的行中缺失。',
  '"{0}" says the same as "{1}" (correlation above 0.9999): explanations share out between the two by chance. Keep one.':
    '“{0}”与“{1}”说的是同一件事（相关系数大于 0.9999）：解释会在两者之间随意分摊。请只保留一个。',
  '"{0}" is distributed otherwise in the test rows than in the training rows (population stability index {1}; above 0.25 is much): what is measured there may not hold for what the model has learned.':
    '“{0}”在测试行与训练行中的分布不同（群体稳定性指数 {1}；大于 0.25 即为很大）：在那里测得的结果未必适用于模型所学。',
  'There are {0} rows of the class "{1}", but {2} of "{3}": accuracy hides what is wrong with the rare ones. Look at balanced accuracy, and consider data.classWeights.':
    '类别“{1}”有 {0} 行，而“{3}”只有 {2} 行：准确率会掩盖少数类的问题。请看平衡准确率，并考虑 data.classWeights。',
  '"{0}" names no examples: there is no file or folder {1}, and it is neither row numbers nor a condition on a column.':
    '“{0}”没有指明样例：没有文件或文件夹 {1}，它也不是行号或某列的条件。',
  'The column "{0}" equals the target "{1}" in every row: it gives the answer away.':
    '列“{0}”在每一行都与目标“{1}”相同：它泄露了答案。',
  '"{0}" alone tells the classes of "{1}" apart without a mistake.': '仅凭“{0}”就能无误地区分“{1}”的类别。',
  '"{0}" alone tells the classes of "{1}" apart but for {2} of {3} rows.':
    '仅凭“{0}”就能区分“{1}”的类别，{3} 行中只错 {2} 行。',
  'Each value of "{0}" occurs with one class of "{1}" only: it gives the answer away.':
    '“{0}”的每个取值只与“{1}”的一个类别同时出现：它泄露了答案。',
  'Each value of "{0}" occurs with one value of "{1}" only: it gives the answer away.':
    '“{0}”的每个取值只与“{1}”的一个值同时出现：它泄露了答案。',
  '"{0}" follows the target "{1}" exactly (correlation {2}).': '“{0}”与目标“{1}”完全一致（相关系数 {2}）。',
  '"{0}" rises and falls with the target "{1}" without exception.': '“{0}”与目标“{1}”同升同降，毫无例外。',
  '"{0}" follows from the target "{1}": ranges of it tell its values apart without a mistake.':
    '“{0}”由目标“{1}”得出：目标的取值范围能无误地区分它的取值。',
  ' Is it known before the target is? If not, put it into data.exclude.':
    '在目标揭晓之前是否已知道它？如果不知道，请把它放进 data.exclude。',
  // Data.
  'The data file "{0}" does not exist. Check data.file in the experiment.':
    '数据文件“{0}”不存在。请检查实验中的 data.file。',
  'Row {0}, column "{1}": found {2}, expected a number.': '第 {0} 行，“{1}”列：发现 {2}，应为数字。',
  'data.split leaves nothing to train on: its sum must be below 1.':
    'data.split 没有留下可训练的数据：其总和须小于 1。',
  'data.split gives {0} to the test and {1} to validation: nothing is left to train on. Their sum must be below 1.':
    'data.split 把 {0} 给了测试、{1} 给了验证：没有剩下可训练的。两者之和须小于 1。',
  'No row of {0} is left to train on. Lower data.split.test and data.split.valid, or use more data.':
    '{0} 行中没有一行可供训练。请减小 data.split.test 与 data.split.valid，或使用更多数据。',
  'There is no kind of data "{0}". Expected {1}.': '没有数据种类“{0}”。应为 {1}。',
  '{0} has changed since run {1} was trained on it, so its rows are no longer those that the model saw. ':
    '运行 {1} 训练之后，{0} 已改变，其中的行不再是模型见过的那些。',
  'Train again, or bring the old file back.': '请重新训练，或恢复旧文件。',
  // The model and what it is trained on.
  '{0} has no model class {1}. It has: {2}.': '{0} 中没有模型类 {1}。其中有：{2}。',
  'There is no model "{0}" in {1}. ': '{1} 中没有模型“{0}”。',
  'The experiment file "{0}" does not exist.': '实验文件“{0}”不存在。',
  '{0} does not exist or cannot be read.': '{0} 不存在或无法读取。',
  '{0} takes an input of shape ({1}), but the data gives (N, {2}). ':
    '{0} 的输入形状为 ({1})，而数据给出 (N, {2})。',
  'Change the first layer, or the shape under "data" in the experiment file.':
    '请修改第一层，或实验文件中 "data" 下的形状。',
  '{0} takes {1} inputs; a data set gives one. Use a model whose forward has one argument.':
    '{0} 有 {1} 个输入；数据集只给出一个。请使用 forward 只有一个参数的模型。',
  'The model gives {0} numbers a row, but the target "{1}" has {2} classes. ':
    '模型每行给出 {0} 个数，而目标“{1}”有 {2} 个类别。',
  'The loss "{0}" is for classes, but the target "{1}" is a number. Use "mse", or let the target be classes.':
    '损失“{0}”用于类别，而目标“{1}”是数字。请使用 "mse"，或让目标成为类别。',
  'The loss became {0} in epoch {1}, step {2}, ': '损失在第 {1} 轮第 {2} 步变为 {0}，',
  'Try a lower learning rate, or scale the data. The last good checkpoint is kept.':
    '请尝试更小的学习率，或缩放数据。最后一个正常的检查点已保留。',
  'data.classWeights needs a loss that weighs classes, such as "cross_entropy"; "{0}" does not.':
    'data.classWeights 需要能给类别加权的损失，例如 "cross_entropy"；“{0}”不能。',
  // Runs.
  'There is no run and no experiment file at {0}.': '{0} 处既没有运行也没有实验文件。',
  'The run in {0} has no weights yet. Train it for an epoch first.': '{0} 中的运行还没有权重。请先训练一轮。',
  '{0} is missing or cannot be read. The run is incomplete; train again.':
    '{0} 缺失或无法读取。该运行不完整；请重新训练。',
  'Run {0} is under way. Stop it before resuming it.': '运行 {0} 正在进行。请先停止再继续。',
  'Run {0} is finished: there is nothing to resume. Start a new run.':
    '运行 {0} 已结束：没有可继续的。请开始新的运行。',
  // Explanations.
  'There is no row {0} in the data, or it was left out.': '数据中没有第 {0} 行，或它已被略去。',
  '{0} gave values that are not finite numbers. The input or the weights are likely extreme.':
    '{0} 给出了非有限的数值。输入或权重可能过于极端。',
  '{0} has no layers between its input and its output. Use integrated_gradients.':
    '{0} 的输入与输出之间没有层。请使用 integrated_gradients。',
  'Of {0} nobody knows the right answers, so none is a mistake: what a policy is worth, its episodes tell.':
    '{0} 没有已知的正确答案，因此也谈不上错误：策略的价值由它的回合来说明。',
  'Of {0} nobody knows the right answers, so no group can be wronged. Fairness is for data with a target.':
    '{0} 没有已知的正确答案，因此谈不上对哪个群体不公。公平性分析适用于有目标列的数据。',
  '{0} holds a model to the right answers, and of {1} nobody knows them: what a policy is worth, its episodes tell. Use saliency or partial_dependence.':
    '{0}要对照正确答案，而 {1} 没有已知的正确答案：策略的价值由它的回合来说明。请使用 saliency 或 partial_dependence。',
  'Each row of "{0}" has many targets, so there is no one answer to be right or wrong about.':
    '“{0}”的每一行有多个目标，因此没有一个可判对错的答案。',
  'Fairness between which groups? Name a column with --by, or list columns in the experiment\'s "sensitive".':
    '哪些群体之间的公平性？请用 --by 指明一列，或在实验的 "sensitive" 中列出各列。',
  // Answers of inquiries.
  'Row {0} is taken for "{1}", and for "{2}" once its entries are changed by {3}.':
    '第 {0} 行被判为“{1}”；一旦各项被改变 {3}，就被判为“{2}”。',
  'Row {0} is taken for "{1}", and still is when its entries are changed by {2}.':
    '第 {0} 行被判为“{1}”；各项被改变 {2} 时仍然如此。',
  'Less than half of its actions ({0}) stay once states are changed by {1}.':
    '状态被改变 {1} 时，它的动作只有不到一半（{0}）保持不变。',
  'Of its actions {0} stay when states are changed by {1}.': '状态被改变 {1} 时，它的动作有 {0} 保持不变。',
  'Of {0} right answers less than half ({1}) remain once entries are changed by {2}.':
    '一旦各项被改变 {2}，原来 {0} 的正确回答只剩不到一半（{1}）。',
  'Of {0} right answers {1} remain when entries are changed by {2}.':
    '各项被改变 {2} 时，原来 {0} 的正确回答还剩 {1}。',
  '"{0}" has many values: its rows are divided at the training rows\' quantiles {1}.':
    '“{0}”的取值很多：按训练行的分位数 {1} 划分各行。',
  '{0} rows have no value in "{1}": a group of their own.': '有 {0} 行在“{1}”中没有值：单独成为一个群体。',
};
