/** Simplified Chinese for the options of explanation methods: titles by their name, descriptions by the English ones. */
export const chineseOptions: {
  readonly titles: Readonly<Record<string, string>>;
  readonly descriptions: Readonly<Record<string, string>>;
} = {
  titles: {
    column: '列',
    bins: '分箱数',
    rows: '行数',
    layer: '层',
    unit: '单元',
    steps: '步数',
    bits: '位数',
    share: '比例',
    keep: '须保留',
    length: '步长',
    pull: '拉回',
    blur: '模糊',
    jitter: '抖动',
    seed: '随机种子',
    other: '对照样本',
    knots: '节点数',
    smooth: '平滑',
    head: '头',
    positions: '位置数',
    of: '对象',
    split: '数据划分',
    concept: '概念',
    against: '对照组',
    vector: '方向',
    runs: '随机组数',
    depth: '深度',
    leaf: '叶中行数',
    baseline: '基线',
    background: '背景行数',
    versus: '对比类别',
    projection: '投影',
    neighbours: '近邻数',
    distance: '最小距离',
    least: '最少行数',
    parts: '划分方式',
    level: '显著性水平',
    samples: '采样数',
    units: '部分数',
    columns: '列',
    most: '最多列数',
    deviation: '标准差',
    points: '取值点数',
    rule: '规则',
    epsilon: 'ε',
    gamma: 'γ',
    alpha: 'α',
    low: '下界',
    high: '上界',
    mergeNorms: '合并归一化',
    kernelWidth: '核宽度',
    discretize: '离散化',
    around: '围绕',
    change: '替换概率',
    penalty: '惩罚',
    rules: '规则数',
    through: 'ReLU 的反传',
    statistic: '统计量',
    window: '窗口',
    stride: '步幅',
    repeats: '重复次数',
    metric: '指标',
    absolute: '取绝对值',
    permutations: '排列数',
    as: '取值',
    checkpoints: '检查点数',
    shown: '展示行数',
  },
  descriptions: {
    'The share of the answers that must stay (of numbers: of their variance).':
      '须保持不变的答案所占比例（数值则为其方差的比例）。',
    'Bits of the weights of one layer while the others stay as they are.':
      '某一层权重的位数，其余各层保持原样。',
    'Of the weights of one layer, the share that is removed while the others stay as they are.':
      '某一层中去掉的权重所占比例，其余各层保持原样。',
    'The column of numbers; the one that matters most if empty.': '数值列；留空则取最重要的一列。',
    'Steps, with about as many rows in each.': '分成多少段，每段行数大致相同。',
    'At most this many training rows, evenly spaced.': '最多取这么多训练行，间隔均匀。',
    'A layer by its module path, to see what one of its units looks for; the output if empty.':
      '按模块路径指定的层，看它的一个单元在寻找什么；留空则为输出。',
    "The layer's unit, or channel of feature maps, from 0.": '该层的单元（或特征图的通道），从 0 数起。',
    'Steps uphill.': '上升的步数。',
    'How far a step moves each value on average, in the units that the model sees.':
      '每一步平均把各个值移动多远，以模型所见的单位计。',
    'Share of the way that each step goes back to the start: keeps the input near the data.':
      '每一步向起点退回的比例：使输入不离开数据太远。',
    'Share of its neighbourhood that each pixel takes on after a step: keeps pictures smooth.':
      '每一步之后各像素向邻域靠拢的比例：使图像平滑。',
    'Pixels that a picture is moved by at most, anew for each step: what stays is no chance.':
      '每一步随机平移图像的最大像素数：留下来的就不是偶然。',
    'The same seed gives the same picture.': '种子相同，图像相同。',
    'What the sample is compared with: a row of the data set by its number, or a text of about the same length; the next row with another answer if empty.':
      '与什么样本比较：数据集中某行的编号，或一段长度相近的文本；留空则取下一个答案不同的行。',
    'Places at which a curve may bend, with as many rows between each two.':
      '曲线可以弯折的位置数，相邻两处之间的行数相同。',
    'How much bends cost: more makes curves flatter.': '弯折的代价：越大曲线越平。',
    'At most this many training rows.': '最多取这么多训练行。',
    'The layer whose attention is laid over the input, from 0; the mean of all if -1.':
      '把哪一层的注意力叠在输入上，从 0 数起；-1 表示各层平均。',
    'The head, from 0; the mean of all if -1.': '哪个头，从 0 数起；-1 表示各头平均。',
    'At most this many of the positions that the output reads, those that it reads most.':
      '输出所读取的位置最多取这么多个，取读得最多的。',
    'How sure the model is of its own answer, or of the explained class (--target).':
      '看模型对自己的答案有多确信，还是对所解释的类别（--target）有多确信。',
    'Parts of the way from 0 to 1, equally wide.': '从 0 到 1 分成多少等宽的段。',
    'Which rows.': '哪些行。',
    'At most this many rows, evenly spaced.': '最多取这么多行，间隔均匀。',
    'Examples of the concept: rows as "column = value" (also <, <=, >, >=), a list of row numbers, or a file or folder of examples; what is most typical of the class if empty.':
      '概念的例子：用“列 = 值”（也可用 <、<=、>、>=）选出的行、行号列表，或存放例子的文件或文件夹；留空则取该类别最典型之处。',
    'What the concept is told apart from: rows as "column = value" (also <, <=, >, >=), a list of row numbers, or a file or folder of examples; random training rows if empty.':
      '概念与什么相区别：用“列 = 值”（也可用 <、<=、>、>=）选出的行、行号列表，或存放例子的文件或文件夹；留空则为随机的训练行。',
    'The layer, by its module path such as "conv2"; the last one before the output if empty.':
      '层，按模块路径（如 "conv2"）指定；留空则为输出之前的最后一层。',
    'The direction of the concept: between the means of both sets, which units that hang together do not turn away, or the weights of a linear classifier, as in the paper.':
      '概念的方向：两组均值之间（不会被彼此相关的单元带偏），或如论文那样取线性分类器的权重。',
    'Sets of random rows, which the concept is held against.': '用来与概念对照的随机行的组数。',
    'Examples of the concept, and rows of a random set, at most.':
      '概念的例子数，以及每个随机组的行数，至多如此。',
    'The same seed gives the same random sets.': '种子相同，随机组相同。',
    'Which cross-attention, from 0; -1 is the last.': '哪个交叉注意力，从 0 数起；-1 为最后一个。',
    'Which head, from 0; -1 is the mean of all.': '哪个头，从 0 数起；-1 为各头平均。',
    'Questions on the way to an answer.': '到达答案之前的提问数。',
    'Rows that each answer stands for at least.': '每个答案至少代表的行数。',
    'The input that stands for "nothing".': '代表“什么都没有”的输入。',
    'At most this many training rows serve as baselines; zero is the only one without a data set.':
      '最多用这么多训练行作基线；没有数据集时只有零。',
    'Another class: the difference to its output is divided instead of the output.':
      '另一个类别：所分解的是与其输出之差，而不是输出本身。',
    'The convolution to look at, by its module path such as "conv2"; the last one if empty.':
      '看哪个卷积层，按模块路径（如 "conv2"）指定；留空则为最后一个。',
    'How the layer becomes a map: UMAP keeps neighbours together, PCA keeps the directions of largest variance.':
      '怎样把层画成地图：UMAP 让近邻相聚，PCA 保留方差最大的方向。',
    'Of UMAP: how many rows count as near.': 'UMAP：多少行算作近邻。',
    'Of UMAP: how near points may come to each other.': 'UMAP：点与点可以靠得多近。',
    'The same seed gives the same map.': '种子相同，地图相同。',
    'Rows that a slice has at least.': '一个切片至少有的行数。',
    'Parts that a column of numbers is divided into, with as many rows each.':
      '数值列分成多少段，每段行数相同。',
    'Share of the slices told that may be chance.': '所报告的切片中允许出于偶然的比例。',
    'Random points.': '随机点数。',
    'The same seed gives the same points.': '种子相同，随机点相同。',
    'At most this many parts are replaced one by one; larger pictures are divided into patches.':
      '最多把这么多个部分逐一替换；更大的图像分成小块。',
    'The columns to pair; those whose own effect is largest if empty.':
      '要两两配对的列；留空则取自身效应最大的几列。',
    'At most this many columns, if none are named.': '未指定列时，最多取这么多列。',
    'At most this many training rows; each pair takes their square in predictions.':
      '最多取这么多训练行；每一对列需要其平方次预测。',
    'Training rows whose values each column takes in turn, at most.': '每列依次取其值的训练行，至多如此。',
    'At most this many parts of what is no table.': '非表格的输入最多分成这么多部分。',
    'Standard deviation of noise added to the input, in the units that the model sees.':
      '加到输入上的噪声的标准差，以模型所见的单位计。',
    'The column to vary; the one that matters most if empty.': '要改变的列；留空则取最重要的一列。',
    'Values to try.': '要尝试的取值数。',
    'At most this many training rows, a curve each.': '最多取这么多训练行，每行一条曲线。',
    'Points on the way from the baseline to the input.': '从基线到输入的路上取的点数。',
    'How the integral is approximated.': '积分如何近似。',
    'Points on the way from the baseline.': '从基线出发的路上取的点数。',
    'Coalitions to try.': '要尝试的联盟数。',
    'At most this many parts are told apart; columns with their one-hot entries, pixels, or patches.':
      '最多区分这么多个部分：列（连同其独热编码）、像素或小块。',
    'The same seed gives the same coalitions.': '种子相同，联盟相同。',
    'Parts of the way from the baseline.': '把从基线出发的路分成多少段。',
    'How layers divide relevance. Composites use epsilon for dense layers and z-plus, gamma or alpha-beta for convolutions; those with "flat" or "box" treat what reads the input by a rule of its own.':
      '各层如何分配相关性。组合规则对全连接层用 ε，对卷积用 z⁺、γ 或 αβ；带 "flat" 或 "box" 的对读取输入的层另用一条规则。',
    'Added to the denominator of the rule "epsilon": a larger one absorbs weak relevance.':
      '加在规则 "epsilon" 的分母上：越大越会吸收微弱的相关性。',
    'How much the rule "gamma" favours what speaks for it.': '规则 "gamma" 对支持者偏重多少。',
    'Weight of what speaks for it in the rule "alpha_beta"; what speaks against it gets alpha - 1.':
      '规则 "alpha_beta" 中支持者的权重；反对者得到 alpha - 1。',
    'The lowest value that an input of the composite "epsilon_gamma_box" can have, in the units that the model sees: one for all, or one for each channel; that of the training rows if empty.':
      '组合规则 "epsilon_gamma_box" 的输入可取的最小值，以模型所见的单位计：所有通道一个，或每个通道一个；留空则取训练行的。',
    'The highest value that an input of the composite "epsilon_gamma_box" can have, in the units that the model sees: one for all, or one for each channel; that of the training rows if empty.':
      '组合规则 "epsilon_gamma_box" 的输入可取的最大值，以模型所见的单位计：所有通道一个，或每个通道一个；留空则取训练行的。',
    'Batch normalisations become part of the layers before them; left as they are they pass relevance on unchanged.':
      '把批归一化并入其前面的层；不并入则原样传递相关性。',
    'Neighbours to try.': '要尝试的邻居数。',
    "How far neighbours count; 0 takes the authors' choice: 0.75 √columns for tables, 0.25 for images and others.":
      '多远的邻居仍算数；0 取原作者的选择：表格为 0.75 √列数，图像等为 0.25。',
    'What stands in for a part that is switched off: zero, the training mean, or ("own") the mean colour of the part itself, as the authors have it; parts of one colour then never matter.':
      '被关掉的部分用什么代替：零、训练均值，或（"own"）如原作者那样取该部分自身的平均颜色；此时单一颜色的部分永远不重要。',
    'How pictures with more pixels than `units` are divided: into superpixels by SLIC, about as many as `units`; by quick shift, as many as it finds; or into squares.':
      '像素多于 `units` 的图像如何划分：用 SLIC 分成约 `units` 个超像素；用 quick shift，找到多少算多少；或分成方块。',
    'Of tables: whether the linear model sees numbers, or only in which part of the training rows (a quarter, a tenth) a number lies.':
      '表格：线性模型看到数值本身，还是只看到数值落在训练行的哪一段（四分位、十分位）。',
    'Of tables: what neighbours lie around, this row or the mean of the training rows.':
      '表格：邻居围绕什么，这一行还是训练行的均值。',
    'The same seed gives the same neighbours.': '种子相同，邻居相同。',
    'Neighbours to fit to.': '用来拟合的邻居数。',
    'How likely each column of a neighbour is taken from another training row.':
      '邻居的每一列取自另一训练行的概率。',
    'How much each weight costs, as a share of the cost at which none is left.':
      '每个权重的代价，以一个权重都不剩时的代价为 1。',
    'At most this many rules.': '最多这么多条规则。',
    'Rows that each rule decides at least.': '每条规则至少决定的行数。',
    "The layer's unit, or channel of feature maps, from 0; the one that is most active if -1.":
      '该层的单元（或特征图的通道），从 0 数起；-1 取最活跃的一个。',
    'How ReLUs pass the gradient back: as they are, or by guided backpropagation or deconvolution.':
      'ReLU 如何回传梯度：照常，或按导向反向传播、反卷积。',
    'The method that explains each noisy copy.': '解释每个加噪副本的方法。',
    'The mean of the squares, the variance, or the mean of the explanations.': '解释的平方均值、方差或均值。',
    'Noisy copies.': '加噪副本数。',
    'Standard deviation of the noise, in the units that the model sees.':
      '噪声的标准差，以模型所见的单位计。',
    'The same seed gives the same noise.': '种子相同，噪声相同。',
    'Side of the window; 0 chooses about a fifth of the input.': '窗口边长；0 取输入的约五分之一。',
    'Steps between windows; 0 chooses half a window.': '窗口之间的步幅；0 取窗口的一半。',
    'Permutations per column.': '每列的置换次数。',
    'What must get worse: accuracy for classes and R² for numbers if "auto".':
      '以哪个指标变差来衡量："auto" 时类别用准确率，数值用 R²。',
    'The rows that are permuted; rows that were not trained on tell the most.':
      '被置换的行；没有用于训练的行最说明问题。',
    'The same seed gives the same permutations.': '种子相同，置换相同。',
    "The gradient's size; with its sign if false.": '取梯度的大小；否则保留符号。',
    'The rows that are explained.': '要解释的行。',
    'Coalitions to try a row.': '每行要尝试的联盟数。',
    'Random orders.': '随机次序数。',
    'The same seed gives the same orders.': '种子相同，次序相同。',
    'Averages the sizes of the gradients.': '对梯度的大小求平均。',
    'The product with the embedding, which has a sign, or the length of the gradient, which has none.':
      '与嵌入的乘积（有符号），或梯度的长度（无符号）。',
    'The id of the token that stands for "nothing"; filling (the unknown token where a text is continued) if -1.':
      '代表“什么都没有”的词元编号；-1 为填充符（续写文本时为未知词元）。',
    'At most this many of the weights that the run kept, evenly spaced.':
      '最多取运行所保存的这么多组权重，间隔均匀。',
    'Rows that are shown for and against.': '支持与反对各展示多少行。',
  },
};
