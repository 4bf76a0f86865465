/**
 * Errors that users may meet, in Simplified Chinese: of files, data, shapes, backends, runs and explanations. Keys are
 * the English sentences, or their beginnings, as the source has them; an error that is not here stays English.
 */
export const chineseErrors: Readonly<Record<string, string>> = {
  'Cancelled.': '已取消。',
  'The backend "webasm" is not there: this process has no WebAssembly. Use "cpu".':
    '后端 "webasm" 不可用：此进程没有 WebAssembly。请使用 "cpu"。',
  'The backend "webgpu" is not there: {0}. Use "webasm", or "auto" for the best that there is.':
    '后端 "webgpu" 不可用：{0}。请使用 "webasm"，或用 "auto" 选用现有的最佳后端。',
  'The backend "webview" is not there: {0}. Use "webasm", or "auto" for the best that there is.':
    '后端 "webview" 不可用：{0}。请使用 "webasm"，或用 "auto" 选用现有的最佳后端。',
  'The backend "{0}" was lost: {1}. Try again; the backend "webasm" needs no GPU.':
    '后端“{0}”已丢失：{1}。请重试；后端 "webasm" 不需要 GPU。',
  'The backend "{0}" cannot run this model: gpu.js fell back to "{1}"{2}. Choose another backend.':
    '后端“{0}”无法运行此模型：gpu.js 退回到了“{1}”{2}。请选择其他后端。',
  'The number of threads is {0}; it must be a whole number, 0 or more.':
    '线程数为 {0}；须为不小于 0 的整数。',
  'The model needs {0} GB for one batch, more than the 4 GB that WebAssembly can address. Take a smaller batch, or have activations computed again ("recompute" in the experiment).':
    '模型处理一批需要 {0} GB，超过 WebAssembly 可寻址的 4 GB。请减小批大小，或重新计算激活（实验中的 "recompute"）。',
  'A thread of the engine failed in the middle of a step, whose numbers are lost. Start again from the last checkpoint; with one thread ("vitrine.training.threads": 1, or --threads 1) nothing is shared.':
    '引擎的一个线程在一步中途失败，该步的数值已丢失。请从最后的检查点重新开始；使用单线程（"vitrine.training.threads": 1 或 --threads 1）时没有任何共享。',
  '{0}\'s input "{1}" takes the shape {2}, but got {3}.': '{0} 的输入“{1}”形状应为 {2}，实际为 {3}。',
  'The weights of {0} lack "{1}".': '{0} 的权重缺少“{1}”。',
  'The weight "{0}" has the shape {1}, but {2} takes {3}.': '权重“{0}”的形状为 {1}，而 {2} 需要 {3}。',
  'The loss "{0}" does not fit {1}: {2}.': '损失“{0}”不适合 {1}：{2}。',
  'The loss "{0}" needs targets, but there are none.': '损失“{0}”需要目标，但没有目标。',
  'The loss "{0}" takes targets of the shape {1}, but got {2}.': '损失“{0}”的目标形状应为 {1}，实际为 {2}。',
  'The loss does not depend on any trainable parameter of {0}.': '损失不依赖于 {0} 的任何可训练参数。',
  'The engine has no op "{0}"{1}.': '引擎没有算子“{0}”{1}。',
  'The engine cannot compute the op "{0}"{1} yet.': '引擎尚不能计算算子“{0}”{1}。',
  'The op "{0}"{1} has no gradient, so nothing before it can be trained or explained by gradients.':
    '算子“{0}”{1}没有梯度，因此它之前的一切都无法训练，也无法用梯度解释。',
  "{0}'s input {1} has the shape ({2}), but {3} {4} no value. Give it in the bindings.":
    '{0} 的输入 {1} 形状为 ({2})，但 {3} {4} 没有值。请在 bindings 中给出。',
  'The baseline "mean" needs a data set; use the baseline "zero".':
    '基线 "mean" 需要数据集；请使用基线 "zero"。',
  '"{0}" explains one prediction: give it an input or a data set.': '“{0}”解释单个预测：请给出输入或数据集。',
  '"{0}" explains one prediction: say which row of {1}, or give values.':
    '“{0}”解释单个预测：请指明 {1} 的哪一行，或给出数值。',
  'This method explains one prediction: give it a row or values.': '此方法解释单个预测：请给出一行或数值。',
  'There is no class "{0}".': '没有类别“{0}”。',
  '"{0}" cannot explain output {1}: the model has {2}.': '“{0}”无法解释输出 {1}：模型有 {2}。',
  'The method needs a data set; none was given.': '此方法需要数据集；没有给出。',
  'The method needs at least {0} {1} rows, and {2} has {3}. Use another split.':
    '此方法至少需要 {0} 行（{1}），而 {2} 有 {3} 行。请使用其他划分。',
  '{0} returns nothing, so there is nothing to explain.': '{0} 没有返回值，因此没有可解释的。',
  '{0} takes whole numbers, which have no gradient. Use a method that needs none, such as feature_ablation.':
    '{0} 接受整数，整数没有梯度。请使用不需要梯度的方法，如 feature_ablation。',
  'The input has values that are not finite numbers.': '输入含有非有限的数值。',
  '{0} takes {1} inputs. Explanations are made for models with one.':
    '{0} 有 {1} 个输入。解释只针对有一个输入的模型。',
  '{0} takes an input of shape ({1}), but the sample gives (N, {2}).':
    '{0} 的输入形状为 ({1})，而样本给出 (N, {2})。',
  '{0} has values that are not finite numbers, so it cannot be explained. ':
    '{0} 含有非有限的数值，因此无法解释。',
  '{0} has no column "{1}".': '{0} 没有列“{1}”。',
  '{0} has one column; at least two are needed: what is predicted, and from what.':
    '{0} 只有一列；至少需要两列：预测什么，以及根据什么。',
  'targetScale is for targets that are numbers, but "{0}" is a class. Remove it.':
    'targetScale 用于数值目标，但“{0}”是类别。请将其删除。',
  'targetScale is for losses of distances ({0}); "{1}" takes the target as it is. Remove targetScale, or change the loss.':
    'targetScale 用于距离类损失（{0}）；“{1}”按原值使用目标。请删除 targetScale 或更换损失。',
  'There is no column "{0}" in {1}.': '{1} 中没有列“{0}”。',
  'There is no column "{0}".': '没有列“{0}”。',
  '{0} has no row {1}.': '{0} 没有第 {1} 行。',
  '{0} has no row {1}. Give another one with "other".': '{0} 没有第 {1} 行。请用 "other" 给出另一行。',
  'The model predicts a number ("{0}"), and no rule holds a number where it is. Anchors are for models that predict classes.':
    '模型预测的是数字（“{0}”），没有规则能固定一个数字。锚点适用于预测类别的模型。',
  'The model says {0} already. Name another --target.': '模型的回答已是 {0}。请指定其他 --target。',
  '"{0}" is to stay and free at once: name it in one of them.':
    '“{0}”既要保持不变又要可以改变：请只在其中一处列出。',
  'All columns are fixed: nothing is left that could change.': '所有列都已固定：没有可改变的。',
  '"{0}" is no column that the model predicts from.': '“{0}”不是模型据以预测的列。',
  'Grad-CAM draws a map over an image; the input of {0} has the shape ({1}). Use integrated_gradients.':
    'Grad-CAM 在图像上绘制热图；{0} 的输入形状为 ({1})。请使用 integrated_gradients。',
  'Grad-CAM looks at a convolution over images, and {0} has none. Use integrated_gradients.':
    'Grad-CAM 考察图像上的卷积，而 {0} 没有。请使用 integrated_gradients。',
  'Concepts need a data set; none was given.': '概念需要数据集；没有给出。',
  'No row of {0} is of the class "{1}".': '{0} 中没有类别为“{1}”的行。',
  'Feature permutation takes values from training rows, and there are none. Use feature_ablation.':
    '特征置换从训练行取值，而没有训练行。请使用 feature_ablation。',
  'Name at least one column to group by.': '请至少指定一个分组列。',
  '"{0}" is what the model predicts. Group by another column: {1}.':
    '“{0}”是模型所预测的。请按其他列分组：{1}。',
  '"{0}" makes {1} groups, too many to compare ({2} at most). Choose a column with fewer different values.':
    '“{0}”形成 {1} 个组，多得无法比较（最多 {2} 个）。请选择取值较少的列。',
  'Thresholds are chosen on probabilities, and the output of this model is none. Train it with a loss such as cross_entropy.':
    '阈值基于概率选取，而此模型的输出不是概率。请用 cross_entropy 之类的损失训练。',
  'There is no file {0}.': '没有文件 {0}。',
  '{0} cannot be read: {1}': '{0} 无法读取：{1}',
  '{0} is a folder without a config.json, so it holds no model.':
    '{0} 是没有 config.json 的文件夹，因此不含模型。',
  '{0} is in no format that is read here (its extension is "{1}"). Known are {2}.':
    '{0} 不是此处可读的格式（其扩展名为“{1}”）。已知的有 {2}。',
  'The values of {0} cannot be read.': '{0} 的值无法读取。',
  'The file is damaged or is no ONNX model: {0}. Export it again.':
    '文件已损坏或不是 ONNX 模型：{0}。请重新导出。',
  'The tensor "{0}" of {1} has {2} values, too many to be read at once.':
    '{1} 的张量“{0}”有 {2} 个值，多得无法一次读取。',
  '{0} became shorter while it was read. Try again.': '{0} 在读取时变短了。请重试。',
  '{0} cannot be written as ONNX: there is no counterpart of {1}.':
    '{0} 无法写成 ONNX：没有与 {1} 对应的算子。',
  '{0} cannot be written as PyTorch source: there is no expression for {1}.':
    '{0} 无法写成 PyTorch 源代码：{1} 没有对应的表达式。',
  'Cannot write {0}: {1}.': '无法写入 {0}：{1}。',
  '{0} is not UTF-8 text: line {1} has bytes that no text has.':
    '{0} 不是 UTF-8 文本：第 {1} 行含有文本中不会出现的字节。',
  '{0} is no notebook: {1}.': '{0} 不是笔记本：{1}。',
  'The reader of PyTorch source did not start: {0}': 'PyTorch 源代码读取器未能启动：{0}',
  'The folder {0} has no weights. Expected {1}.': '文件夹 {0} 没有权重。应有 {1}。',
  '{0} has the model_type {1}. Known are {2}.': '{0} 的 model_type 为 {1}。已知的有 {2}。',
  'The tokenizer of {0} cannot be used: {1}.': '{0} 的分词器无法使用：{1}。',
  '{0} is not JSON.': '{0} 不是 JSON。',
  '{0} is no checkpoint that is read here. Expected one of {1}.': '{0} 不是此处可读的检查点。应为 {1} 之一。',
  'The file "{0}" does not exist.': '文件“{0}”不存在。',
  'The model gives ({0}), but the target "{1}" has {2} classes at each of {3} positions. ':
    '模型给出 ({0})，而目标“{1}”在 {3} 个位置上各有 {2} 个类别。',
  'The loss "{0}" takes a number for each row (1: alike, 0: not), but the target "{1}" has {2} classes.':
    '损失“{0}”每行需要一个数（1：相似，0：不相似），而目标“{1}”有 {2} 个类别。',
  'The model gives ({0}), but the target "{1}" is ({2}). Let the output be of that shape.':
    '模型给出 ({0})，而目标“{1}”为 ({2})。请让输出成为该形状。',
  'The loss "{0}" compares numbers, but the target "{1}" has {2} classes. ':
    '损失“{0}”比较数字，而目标“{1}”有 {2} 个类别。',
  'The loss "{0}" compares one number a row with the target "{1}", but the model gives {2}. ':
    '损失“{0}”每行用一个数与目标“{1}”比较，而模型给出 {2}。',
  '{0} is no checkpoint to resume from: {1}. Delete it to train this run from the beginning.':
    '{0} 不是可继续的检查点：{1}。删除它即可从头训练此运行。',
  'The weights of "{0}" became {1} by epoch {2}, step {3}. ': '“{0}”的权重在第 {2} 轮第 {3} 步变为 {1}。',
  '{0} takes {1} {2}, but the data gives {3}: {4}. ': '{0} 需要 {1} {2}，而数据给出 {3}：{4}。',
  '{0}\'s input "{1}" has the shape ({2}), but the data gives {3}.':
    '{0} 的输入“{1}”形状为 ({2})，而数据给出 {3}。',
  '{0} has no finished run yet. Train it first: vitrine train {1}':
    '{0} 尚无完成的运行。请先训练：vitrine train {1}',
  '{0}: the model\'s "{1}" is of shape ({2}), but the file has {3}. The file is of another model; train again.':
    '{0}：模型的“{1}”形状为 ({2})，而文件中为 {3}。该文件属于其他模型；请重新训练。',
  '{0} is damaged: {1}. Train again.': '{0} 已损坏：{1}。请重新训练。',
  '{0} leaves no rows to train on. Give it more rows, or lower the shares of valid and test.':
    '{0} 没有留下可训练的行。请增加行，或降低 valid 与 test 的比例。',
  'The data of {0} has changed since run {1} began, so that run cannot go on. Start a new one.':
    '{0} 的数据在运行 {1} 开始后已改变，因此该运行无法继续。请开始新的运行。',
  'The prompt is empty. Give at least one character to continue.': '提示为空。请至少给出一个字符以续写。',
  'The prompt has {0} tokens, but the model has positions for {1}. Shorten it.':
    '提示有 {0} 个词元，而模型只有 {1} 个位置。请缩短它。',
  'The file is larger than {0} MB, more than can be read at once.': '文件大于 {0} MB，无法一次读取。',
  'The saved preparation lacks the categories of "{0}". Train again.':
    '保存的预处理缺少“{0}”的类别。请重新训练。',
  'The column "{0}" is the target and an input at once. Remove it from data.inputs.':
    '列“{0}”既是目标又是输入。请从 data.inputs 中移除它。',
  '"{0}" has no row {1}, or it was left out.': '“{0}”没有第 {1} 行，或它已被略去。',
  'There is no row {0}: "{1}" has rows 0 to {2}.': '没有第 {0} 行：“{1}”有第 0 至 {2} 行。',
  'There is no picture {0}.': '没有图片 {0}。',
  'The picture {0} cannot be read: {1}. Replace or remove it.': '图片 {0} 无法读取：{1}。请替换或移除它。',
  'The folder "{0}" cannot be read ({1}). Check data.file in the experiment.':
    '文件夹“{0}”无法读取（{1}）。请检查实验中的 data.file。',
  '"{0}" cannot be read ({1}). Check data.file in the experiment.':
    '“{0}”无法读取（{1}）。请检查实验中的 data.file。',
  'The folder holds no sounds. Expected .wav files.': '文件夹中没有声音。应有 .wav 文件。',
  'Row {0} has no text in "{1}".': '第 {0} 行的“{1}”中没有文本。',
  'The target "{0}" has only one class, "{1}". Expected at least two to tell apart.':
    '目标“{0}”只有一个类别“{1}”。应至少有两个可区分。',
  'The target "{0}" of {1} is "{2}", expected a number.': '{1} 的目标“{0}”为“{2}”，应为数字。',
  'Row {0}, column "{1}": {2}. Expected a category.': '第 {0} 行，“{1}”列：{2}。应为类别。',
  'data.columns names "{0}", which is no column. ': 'data.columns 指定了“{0}”，但没有这一列。',
  '{0} is not text. Expected a table.': '{0} 不是文本。应为表格。',
  'data.split names both a group and a time column. Remove one.':
    'data.split 同时指定了分组列和时间列。请移除一个。',
  'Row {0} was left out: it has a missing value.': '第 {0} 行已被略去：它有缺失值。',
  'Run {0} was trained on rows, not in an environment: there is no episode to watch.':
    '运行 {0} 是在数据行上训练的，不在环境中：没有可观看的回合。',
  'The text has no tokens. Give at least one word.': '文本没有词元。请至少给出一个词。',
  '{0} fills a mask, and the text has none. Write {1} where the word is hidden.':
    '{0} 填充掩码，而文本中没有掩码。请在隐藏的词处写上 {1}。',
  '"{0}" explains the model as a whole. A filmstrip follows one sample: choose a method about a prediction.':
    '“{0}”解释整个模型。胶片跟随单个样本：请选择针对单个预测的方法。',
  'Run {0} kept no weights on its way (its model is too large, or it was trained before runs kept them). Train again.':
    '运行 {0} 没有保留过程中的权重（其模型太大，或是在开始保留之前训练的）。请重新训练。',
  'There are no rows: the text is empty.': '没有行：文本为空。',
  'This is no JSON: {0}.': '这不是 JSON：{0}。',
  '{0} rows are too many to explain one by one; at most {1}.': '{0} 行太多，无法逐行解释；最多 {1} 行。',
  '{0} has no test rows. Set data.split.test in the experiment.':
    '{0} 没有测试行。请在实验中设置 data.split.test。',
  'The model predicts a number ("{0}"); it cannot be misled to another class. Robustness is for models that predict classes.':
    '模型预测的是数字（“{0}”）；无法被误导为另一类别。鲁棒性适用于预测类别的模型。',
  'Run {0} is under way already.': '运行 {0} 已在进行。',
  'Run {0} is not under way.': '运行 {0} 未在进行。',
  'The learning rate is {0}; expected a number greater than 0.': '学习率为 {0}；应为大于 0 的数。',
  'The {0} process {1}. What it was asked for is lost; try again.': '{0} 进程{1}。所请求的已丢失；请重试。',
  'The engine has been shut down.': '引擎已关闭。',
  // Models that are run in steps, and answers that do not count the rows.
  '{0} is run in steps, as its sizes depend on values: it gives outputs, but no gradients. Choose a method that asks by changing the input, or export the model with fixed sizes and without what selects by values.':
    '{0} 的尺寸取决于数值，因此分步运行：它给出输出，但没有梯度。请选择通过改变输入来提问的方法，或以固定尺寸、去掉按数值选取的部分导出模型。',
  '{0} is run in steps, as its sizes depend on values: it cannot be trained. Export it with fixed sizes and without what selects by values.':
    '{0} 的尺寸取决于数值，因此分步运行：无法训练。请以固定尺寸、去掉按数值选取的部分导出。',
  'The size {0} of the shape ({1}) is no number before the model runs.':
    '形状 ({1}) 中的尺寸 {0} 在模型运行之前不是数。',
  "Give the sizes of the model's input; if values decide it, ask the model for its outputs, or export it with fixed sizes.":
    '请给出模型输入的尺寸；如果它由数值决定，请只求模型的输出，或以固定尺寸导出。',
  'The output "{0}" of {1} is ({2}): it has no numbers for this row, so there is nothing to explain. Choose a row for which it has some, or another output.':
    '{1} 的输出“{0}”为 ({2})：对这一行没有数值，因此无可解释。请选择有数值的行，或其他输出。',
  '{0} did not end within {1} steps.': '{0} 在 {1} 步内没有结束。',
  'The output "{0}" of {1} is ({2}) for {3} rows: its first axis does not count the rows, so none can be told which part is its own. ':
    '{1} 的输出“{0}”对 {3} 行的形状为 ({2})：其第一个轴不对应行数，无法分辨哪一部分属于哪一行。',
  'Let the model take any number of rows (dynamic_axes in torch.onnx.export), so that it is given one at a time, or let its output begin with the batch.':
    '请让模型接受任意行数（torch.onnx.export 的 dynamic_axes），以便逐行输入；或让输出以批次为首轴。',
  'The output "{0}" of {1} is ({2}) for {3}, but {4} numbers a row are explained. Its size depends on values; explain an output of one size.':
    '{1} 的输出“{0}”对 {3} 的形状为 ({2})，但要解释的是每行 {4} 个数。其尺寸取决于数值；请解释尺寸固定的输出。',
  '{0}: {1} comes from "{2}", which is computed while the model runs. The model is run in steps: up to here, then on with what was found. Exported with fixed sizes it is planned at once, and can be trained.':
    '{0}：{1} 来自“{2}”，它在模型运行时才计算出来。模型分步运行：先到此处，再用得到的值继续。以固定尺寸导出时可一次规划，也可训练。',
};
