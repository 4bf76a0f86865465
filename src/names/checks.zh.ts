/** What the checks of a model say, in Simplified Chinese. Keys are the English sentences as the source has them. */
export const chineseChecks: Readonly<Record<string, string>> = {
  '{0} gets no gradient from {1} rows: nothing that it computes reaches the loss.':
    '{0} 从 {1} 行中得不到梯度：它计算的东西没有传到损失。',
  '{0} of {1} parameters ({2}) get no gradient from {3} rows: nothing that they compute reaches the loss.':
    '{1} 个参数中有 {0} 个（{2}）从 {3} 行中得不到梯度：它们计算的东西没有传到损失。',
  'Look for a layer that forward does not use, a detach, an argmax or a comparison on the way, or units that are all dead.':
    '请检查：forward 是否有没用到的层，途中是否有 detach、argmax 或比较，或者单元是否全部失活。',
  'The one parameter gets a gradient; the loss changes as it says, within {0}.':
    '唯一的参数得到了梯度；损失按其所示变化，误差在 {0} 以内。',
  'All {0} parameters get a gradient; the loss changes as they say, within {1}, in {2} of them.':
    '全部 {0} 个参数都得到了梯度；损失按其所示变化，误差在 {1} 以内（检验了其中 {2} 个）。',
  'All {0} parameters get a gradient; the loss changes as they say, within {1}.':
    '全部 {0} 个参数都得到了梯度；损失按其所示变化，误差在 {1} 以内。',
  'The gradient of {0} says that the loss changes by {1} along a direction, but it changes by {2}.':
    '{0} 的梯度表明损失沿某方向变化 {1}，实际却变化 {2}。',
  'Look for a step of forward whose slope is not its value’s: rounding, a comparison, or a layer with a fault.':
    '请在 forward 中找斜率与其值不符的一步：取整、比较，或有错误的层。',
  'Under noise of {0} standard deviations, which means nothing, {1}. The model leans on details; more data, weight decay or augmentation make it steadier.':
    '在 {0} 个标准差的无意义噪声下，{1}。模型依赖细枝末节；更多数据、权重衰减或数据增强会使其更稳健。',
  'Under noise of {0} standard deviations {1}.': '在 {0} 个标准差的噪声下，{1}。',
  '{0} % of {1} answers change': '{1} 个回答中有 {0} % 改变',
  'answers change by {0} % of their spread': '回答的变化为其离散程度的 {0} %',
  'The loss starts at {0}; {1} costs {2}.': '损失起始为 {0}；{1}的损失为 {2}。',
  'The loss starts at {0}, but {1} costs only {2}.': '损失起始为 {0}，而{1}的损失只有 {2}。',
  'Scale the inputs (data.scale) and, for numbers, the target; or let the last layer’s weights start smaller.':
    '请缩放输入（data.scale），目标为数字时也缩放目标；或让最后一层的权重从更小的值开始。',
  'a guess among {0} classes': '在 {0} 个类别中随机猜测',
  'a guess between two classes': '在两个类别中随机猜测',
  'always saying the mean': '总是回答平均值',
  'None of {0} units is stuck for {1} rows, {2}.': '{1} 行中，{0} 个单元没有一个卡住（{2}）。',
  'One of {0} units is stuck for {1} rows, {2}.': '{1} 行中，{0} 个单元有 1 个卡住（{2}）。',
  '{0} of {1} units are stuck for {2} rows, {3}.': '{2} 行中，{1} 个单元有 {0} 个卡住（{3}）。',
  '{0} of {1} units behind {2} are stuck for all {3} rows, {4}.':
    '{2} 之后的 {1} 个单元中有 {0} 个对全部 {3} 行都卡住（{4}）。',
  'Lower the learning rate, scale the inputs, or use LeakyReLU or GELU.':
    '请降低学习率、缩放输入，或改用 LeakyReLU 或 GELU。',
  'after training': '训练之后',
  'with the weights it starts with': '使用初始权重',
  '{0} rows are learned by heart: the loss fell from {1} to {2} in {3} steps (Adam, learning rate {4}).':
    '{0} 行已能背下：损失在 {3} 步内从 {1} 降到 {2}（Adam，学习率 {4}）。',
  '{0} rows could not be learned by heart: with learning rates {1} the loss fell from {2} to {3} at best in {4} steps.':
    '{0} 行无法背下：以学习率 {1}，损失在 {4} 步内最多从 {2} 降到 {3}。',
  'Look whether the last layer can give the target’s values (an activation after it?), whether the loss suits the target, and whether gradients arrive (check gradients_agree).':
    '请检查最后一层能否给出目标的取值（其后是否有激活函数？）、损失是否适合目标，以及梯度是否到达（检查 gradients_agree）。',
  'A row among others gives exactly the same answer.': '与其他行放在一起时，某行的回答完全相同。',
  'A row among others gives the same answer (within {0} of its size).':
    '与其他行放在一起时，某行的回答相同（误差在其大小的 {0} 以内）。',
  'Row {0} gives another answer among other rows: they differ by {1} % of its size. Look for a view, reshape or permute that mixes the batch with another axis, or a mean over axis 0.':
    '第 {0} 行与其他行放在一起时回答不同：相差其大小的 {1} %。请检查是否有 view、reshape 或 permute 把批次与别的轴混在一起，或对第 0 轴取了平均。',
};
