/** Simplified Chinese. Terms as Chinese textbooks of machine learning have them; names of methods stay where they are names. */
import type { Names } from './names';

export const chinese: Names = {
  method: {
    accumulated_local_effects: {
      title: '累积局部效应（ALE）',
      summary: '在与现有数据相似的行中，某一列由低到高时预测如何变化。',
    },
    activation_maximisation: {
      title: '激活最大化',
      summary: '从平均输入出发，什么样的输入最能激发某个类别或某层的一个单元。',
    },
    activation_patching: {
      title: '激活修补',
      summary:
        '把哪一层、哪个位置、哪个头从此样本移到另一个样本，会把它的答案一起带过去。适用于 Transformer。',
    },
    additive_model: {
      title: '网络的加性模型',
      summary: '每列各一条曲线，相加后像网络那样作答：每一列单独起什么作用。',
    },
    alignment: {
      title: '文字与声音的对齐',
      summary: '声音的每一刻由哪个字母产生，每个字母持续多久。',
    },
    attention: { title: '注意力', summary: '每个词元或图块看向哪里，按层和头分列。适用于 Transformer。' },
    attention_flow: {
      title: '注意力流',
      summary: '以注意力为管道宽度，从每个词元或图块最多能有多少流到预测。适用于 Transformer。',
    },
    attention_rollout: {
      title: '注意力展开',
      summary: '经过所有注意力层之后，预测可能看到了什么。适用于 Transformer。',
    },
    attention_x_gradient: {
      title: '注意力 × 梯度',
      summary: '支持该预测的注意力看向哪些词元或图块。适用于 Transformer。',
    },
    calibration: { title: '校准', summary: '模型有多确信，是否就有多常正确。' },
    concept_activation: {
      title: '概念激活（TCAV）',
      summary: '您用例子展示的概念，是否把网络推向某个类别。',
    },
    confusion: { title: '混淆', summary: '模型把哪些类别当作哪些类别。' },
    cross_attention: { title: '交叉注意力', summary: '写出每个词时看向了哪些词。' },
    decision_tree: {
      title: '网络的决策树',
      summary: '一棵小树，像网络那样作答：按哪些问题把行分开。',
    },
    deconvolution: {
      title: '反卷积',
      summary: '网络会根据它为该预测找到的东西画出怎样的输入。适用于带 ReLU 的网络。',
    },
    deep_lift: { title: 'DeepLIFT', summary: '逐层地，每个输入对“与中性输入之差”贡献了多少。' },
    deep_lift_shap: {
      title: 'DeepLIFT-SHAP',
      summary: '逐层地，与典型训练行相比，每个输入贡献了多少。',
    },
    direct_logit_attribution: {
      title: '直接 logit 归因',
      summary: '每个注意力头和每个 MLP 直接给输出加了多少。适用于 Transformer。',
    },
    eigen_cam: {
      title: 'Eigen-CAM',
      summary: '不论类别，图像的哪些位置共同激发一个卷积层。适用于卷积网络。',
    },
    embedding_map: { title: '嵌入图', summary: '网络的某一层认为哪些行相似，画成一张图。' },
    error_slices: { title: '错误最多的切片', summary: '模型在哪些行的子群中比其余的行错得更多。' },
    expected_gradients: {
      title: '期望梯度',
      summary: '每个输入把预测从典型训练行的预测移动了多少。',
    },
    feature_ablation: {
      title: '特征消融',
      summary: '去掉一个输入、其余不变，预测下降多少。',
    },
    feature_interaction: {
      title: '特征交互（Friedman 的 H）',
      summary: '哪些列共同起作用，以至一列的作用取决于另一列。',
    },
    feature_permutation: {
      title: '特征置换',
      summary: '一个输入换成其他行的值时，预测下降多少。',
    },
    grad_cam: {
      title: 'Grad-CAM',
      summary: '最后一个卷积层在图像的哪些区域找到了依据。适用于卷积网络。',
    },
    grad_cam_plus_plus: {
      title: 'Grad-CAM++',
      summary: '卷积层在图像的哪些区域找到了依据，多个区域一视同仁。适用于卷积网络。',
    },
    gradient_shap: { title: 'GradientSHAP', summary: '与典型训练行相比，每个输入贡献了多少。' },
    guided_backprop: {
      title: '导向反向传播',
      summary: '输入的哪些细节激发了支持该预测的单元。适用于带 ReLU 的网络。',
    },
    guided_grad_cam: {
      title: '导向 Grad-CAM',
      summary: '在支持该类别的区域中，图像的哪些细节激发了网络。适用于带 ReLU 的卷积网络。',
    },
    individual_conditional_expectation: {
      title: '个体条件期望（ICE）',
      summary: '某一列由低到高时，若干行各自的预测如何变化。',
    },
    input_x_gradient: { title: '输入 × 梯度', summary: '由一次梯度快速估计每个输入贡献了多少。' },
    integrated_gradients: {
      title: '积分梯度',
      summary: '每个输入把预测从中性输入的预测移动了多少。',
    },
    internal_influence: {
      title: '内部影响',
      summary: '在中性输入与此输入之间，某层的每个单元多大程度上推动预测。',
    },
    kernel_shap: {
      title: 'KernelSHAP',
      summary: '由输入有无的回归，得出每个输入在预测中应得的份额。',
    },
    layer_activation: { title: '层激活', summary: '对此输入，某层的每个单元有多活跃。' },
    layer_cam: {
      title: 'LayerCAM',
      summary: '卷积层在图像的哪些位置找到了依据，逐个位置；靠前的层细节更细。适用于卷积网络。',
    },
    layer_conductance: {
      title: '层传导',
      summary: '某层的哪些单元把预测从中性输入的预测带了过来。',
    },
    layer_deep_lift: {
      title: '层 DeepLIFT',
      summary: '某层的每个单元对“与中性输入之差”贡献了多少。',
    },
    layer_gradient_shap: {
      title: '层 GradientSHAP',
      summary: '与典型的训练样本相比，某层的每个单元贡献了多少。',
    },
    layer_lrp: {
      title: '层 LRP',
      summary: '预测如何在某层的各单元之间分配。',
    },
    layer_gradient_x_activation: {
      title: '层梯度 × 激活',
      summary: '由一次梯度快速估计某层的每个单元贡献了多少。',
    },
    layer_integrated_gradients: {
      title: '层积分梯度',
      summary: '从该层对中性输入给出的值出发，哪些单元移动了预测。',
    },
    lime: { title: 'LIME', summary: '在此输入附近，一个简单线性模型要给哪些输入加权才能像网络那样作答。' },
    linear_shap: {
      title: '线性模型的 SHAP（精确）',
      summary: '与典型行相比，每个输入应得的份额，精确计算。仅适用于线性模型。',
    },
    local_additive: {
      title: '一个预测周围的加性模型',
      summary: '在此输入附近像网络那样作答的若干曲线之和：每一列在这里起什么作用。',
    },
    local_linear: {
      title: '一个预测周围的稀疏线性模型',
      summary: '在此输入附近像网络那样作答的少数几列的加权和。',
    },
    local_rules: {
      title: '一个预测周围的规则列表',
      summary: '在此输入附近像网络那样作答的几条规则。',
    },
    local_tree: {
      title: '一个预测周围的决策树',
      summary: '在此输入附近像网络那样作答的一棵小树。',
    },
    logit_lens: {
      title: 'Logit 透镜',
      summary: '若模型在每个块之后就结束，它会如何作答。适用于 Transformer。',
    },
    lrp: { title: '逐层相关性传播（LRP）', summary: '预测如何逐层分摊到各个输入。' },
    neuron_conductance: {
      title: '神经元传导',
      summary: '每个输入经由某层的一个单元把预测移动了多少。',
    },
    neuron_gradient_shap: {
      title: '神经元 GradientSHAP',
      summary: '与典型的训练样本相比，每个输入对某层的一个单元贡献了多少。',
    },
    neuron_deep_lift: {
      title: '神经元 DeepLIFT',
      summary: '每个输入对某层一个单元“与中性输入时之差”贡献了多少。',
    },
    neuron_gradient: { title: '神经元梯度', summary: '输入在何处的微小改变最能改变某层的一个单元。' },
    neuron_integrated_gradients: {
      title: '神经元积分梯度',
      summary: '每个输入把某层的一个单元从其中性输入时的值移动了多少。',
    },
    noise_tunnel: {
      title: '噪声隧道（SmoothGrad²、VarGrad）',
      summary: '在邻域内，输入在何处的改变会改变预测；不分正负。',
    },
    occlusion: { title: '遮挡', summary: '遮住输入的一块时，预测下降多少。' },
    partial_dependence: {
      title: '部分依赖',
      summary: '某一列由低到高时，预测平均如何变化。',
    },
    permutation_importance: {
      title: '置换重要性',
      summary: '在许多行上，模型不能依靠某一列时会差多少。',
    },
    removal_over_time: {
      title: '去掉字母',
      summary: '文字中的一个字母未知时，声音的每一刻改变多少。',
    },
    rule_list: { title: '网络的规则列表', summary: '从上到下的几条规则，像网络那样作答。' },
    saliency: { title: '显著性', summary: '输入在何处的微小改变最能改变预测。' },
    score_cam: {
      title: 'Score-CAM',
      summary: '只看图像的哪些区域就能得出该预测。适用于卷积网络；不用梯度。',
    },
    shap_summary: {
      title: 'SHAP 汇总',
      summary: '在许多行上，哪些列最能移动预测，朝哪个方向。',
    },
    shapley_value_sampling: {
      title: 'Shapley 值（采样）',
      summary: '由随机加入次序估计每个输入在预测中应得的份额。',
    },
    shapley_values: {
      title: 'Shapley 值（精确）',
      summary: '遍历所有加入次序，每个输入在预测中应得的份额；最多 14 个输入。',
    },
    smooth_grad: { title: 'SmoothGrad', summary: '在邻域内平均，输入在何处的改变会改变预测。' },
    source_removal: { title: '去掉读入的词', summary: '去掉每个读入的词后，每个写出的词的可能性降低多少。' },
    sparse_linear: {
      title: '网络的稀疏线性模型',
      summary: '少数几列的加权和，像网络那样作答。',
    },
    token_gradient: { title: '梯度 × 嵌入', summary: '由一次梯度快速估计每个词元贡献了多少。' },
    token_integrated_gradients: {
      title: '词元的积分梯度',
      summary: '每个词元把预测从中性词元的预测移动了多少。',
    },
    training_influence: {
      title: '训练样本影响（TracIn）',
      summary: '哪些训练行教会了网络这个答案，哪些与之相反。',
    },
    weight_precision: {
      title: '权重精度',
      summary: '权重最少用多少位，答案才不会改变，哪一层最需要精度。',
    },
    weight_pruning: {
      title: '权重剪枝',
      summary: '去掉多少最小的权重，答案仍然不变，哪一层最需要自己的权重。',
    },
  },
  measure: {
    attention_agreement: {
      title: '与注意力一致',
      summary: '去掉后会使写出的词可能性降低的词，正是被看过的词。',
    },
    completeness: { title: '完备性', summary: '归因之和等于此预测与中性输入预测之差。' },
    concept_found: { title: '概念可识别', summary: '未用于学习该向量的例子，在该层的激活中能被它分开。' },
    concept_significance: { title: '胜过随机概念', summary: '该概念的推动与随机行的集合不同。' },
    deletion: {
      title: '删除与插入测试',
      summary: '去掉排名最高的输入，预测迅速下降；加回它们，预测迅速恢复。',
    },
    effect_agreement: { title: '各行一致', summary: '平均曲线的形状与各行曲线的形状相同。' },
    enough_rows: { title: '行数足够', summary: '换成同类的其他行，比率几乎相同。' },
    exceeds_examples: { title: '胜过任何例子', summary: '所造的输入比任何训练行更能激发该输出。' },
    infidelity: { title: '不忠实度', summary: '随机一半输入的归因，说明去掉它们后预测下降多少。' },
    influence_agrees: { title: '各检查点一致', summary: '最前与最后的检查点指出相同的训练行。' },
    lens_speaks: { title: '提前的答案', summary: '在结束前一个块处，透镜给出的多半已是模型的答案。' },
    max_sensitivity: { title: '稳定性', summary: '略有不同的输入得到几乎相同的解释。' },
    model_learned: {
      title: '胜过猜测',
      summary: '对训练行，模型的作答好过常数，也好过同一模型配随机权重。',
    },
    model_randomisation: {
      title: '合理性检验',
      summary: '解释显示的是模型学到的东西：换成随机权重，解释就不同。',
    },
    neighbourhood: { title: '图上的邻居', summary: '图上相近的行，对网络来说也相近。' },
    onset_agreement: {
      title: '起始时刻一致',
      summary: '一个字母未知时，声音从据说该字母开始的那一刻起改变。',
    },
    parts_of_output: {
      title: '去掉部分',
      summary: '去掉一个块自身所加的量，输出的变化与归因给它的量成比例。',
    },
    patching_reverse: { title: '反过来', summary: '朝另一个方向移动时，同样的位置起作用。' },
    repeat_stability: {
      title: '重复间的离散',
      summary: '重要性大于其在重复间的离散，且各次重复的次序一致。',
    },
    sampling_error: { title: '采样误差', summary: '换一批随机样本，解释几乎相同。' },
    second_method: { title: '与第二种方法一致', summary: '另一类方法对输入的排序相似。' },
    slices_hold: { title: '两半都成立', summary: '在所有行中找到的切片，在每一半中都比其余的差。' },
    sparseness: { title: '稀疏性', summary: '少数输入占有大部分权重，因而解释能看得过来。' },
    sum_over_background: {
      title: '相对背景的完备性',
      summary: '归因之和等于此预测与典型行平均预测之差。',
    },
    surrogate_fit: { title: '简单模型的拟合', summary: '对此输入附近的输入，简单模型像网络那样作答。' },
    word_removal: { title: '去除测试', summary: '排名最高的词，正是去掉后使写出的词可能性降低的词。' },
  },
  check: {
    gradients_agree: {
      title: '梯度到达且一致',
      summary:
        '每个参数都得到梯度，沿梯度走一小步，损失的变化与之相符（有限差分）。没有梯度说明参数学不到东西；斜率不符说明某层的梯度有错。',
    },
    invariance: {
      title: '答案经得起无意义的噪声',
      summary: '百分之二个标准差的噪声小到没有意义，几乎不改变训练好的模型的任何答案。',
    },
    loss_at_start: {
      title: '从猜测的损失开始',
      summary:
        '训练之前模型应当一无所知、毫不确信：其损失就是猜测的损失。若大得多，则是输入或目标没有缩放，或权重起初太大。',
    },
    no_dead_units: {
      title: '没有死亡或饱和的单元',
      summary:
        'ReLU 之后对每一行都为零的单元，或 sigmoid、tanh 之后对每一行都在两端的单元，什么也不传，也得不到梯度。',
    },
    overfits_eight_samples: {
      title: '能记住八个样本',
      summary: '连几行都记不住的模型有毛病：梯度没有到达，输出取不到目标的值，或损失不合适。',
    },
    rows_are_apart: {
      title: '一行的答案不依赖其邻行',
      summary:
        '无论批次中旁边是什么，同一行给出同样的答案。否则是 view 或 permute 混淆了行，或在批次上取了统计量。',
    },
  },
  disparity: {
    demographic_parity_difference: { title: '人口均等差', summary: '各群体被选中的频率是否相同？' },
    demographic_parity_ratio: {
      title: '人口均等比',
      summary: '最低选中率与最高选中率之比；低于 0.8 即不符合五分之四规则。',
    },
    equalized_odds_difference: {
      title: '机会均等化差',
      summary: '对每个真实类别，模型在各群体中判对与判错的频率是否相同？',
    },
    equalized_odds_ratio: { title: '机会均等化比', summary: '机会均等化中，最低率与最高率之比。' },
    equal_opportunity_difference: {
      title: '机会平等差',
      summary: '理应入选者在各群体中被找到的频率是否相同？',
    },
    equal_opportunity_ratio: { title: '机会平等比', summary: '机会平等中，最低率与最高率之比。' },
    predictive_parity_difference: {
      title: '预测均等差',
      summary: '在各群体中，被选中者确实正确的频率是否相同？',
    },
    predictive_parity_ratio: { title: '预测均等比', summary: '预测均等中，最低率与最高率之比。' },
    false_positive_rate_difference: {
      title: '假阳性率差',
      summary: '各群体被误选的频率是否相同？',
    },
    false_negative_rate_difference: {
      title: '假阴性率差',
      summary: '各群体被漏选的频率是否相同？',
    },
    accuracy_difference: { title: '准确率差', summary: '模型在各群体中判对的频率是否相同？' },
  },
  exporter: {
    onnx: { title: 'ONNX', summary: '图与权重在同一文件中，供 ONNX Runtime 等工具使用' },
    onnx8: {
      title: 'ONNX（每个权重 8 位）',
      summary: '与 ONNX 相同，只占四分之一的空间；代价见“权重精度”',
    },
    safetensors: { title: 'safetensors', summary: '以 PyTorch state_dict 的名称保存权重' },
    huggingface: {
      title: 'Hugging Face 文件夹',
      summary: 'Transformers 的 from_pretrained 所加载的：配置、权重与分词器',
    },
    svg: { title: 'SVG', summary: '把图保存为图片，模块的折叠与面板最初显示的一样' },
    py: { title: 'PyTorch', summary: '可独立运行的 PyTorch 文件，权重在其旁边' },
  },
};
