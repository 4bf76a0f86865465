/** What is said of operators of a model file that are not run, in Simplified Chinese; keys as in errors.zh.ts. */
export const chineseModelAdvice: Readonly<Record<string, string>> = {
  'The model has operators that are not run here (with the number of their nodes): {0}.':
    '模型含有此处不运行的算子（附节点数）：{0}。',
  'Its graph is shown; it cannot be run, trained or explained.': '图仍会显示；但无法运行、训练或解释。',
  'It is run for its other outputs; these need them: {0}.': '其余输出仍可运行；以下输出需要它们：{0}。',
  'It is run: no output needs them, or values decide whether one does.':
    '模型可以运行：没有输出需要它们，或由数值决定是否需要。',
  'A run that comes to one ends and names it.': '运行到这样的节点时会停止并指出它。',
  'What to do is said of each.': '每个算子该怎么办另有说明。',
  'One node {0} is not run here (operator set {1}; it is {2}).':
    '有一个 {0} 节点在此处不运行（算子集 {1}；位于 {2}）。',
  'One node {0} is not run here (operator set {1}).': '有一个 {0} 节点在此处不运行（算子集 {1}）。',
  '{0} nodes {1} are not run here (operator set {2}; the first is {3}).':
    '有 {0} 个 {1} 节点在此处不运行（算子集 {2}；第一个位于 {3}）。',
  '{0} nodes {1} are not run here (operator set {2}).': '有 {0} 个 {1} 节点在此处不运行（算子集 {2}）。',
  'What is asked of {0} needs a node that is not run here.': '对 {0} 的请求需要一个此处不运行的节点。',
  'The node {0} is {1} of operator set {2}.': '节点 {0} 是算子集 {2} 的 {1}。',
  'The node {0} ({1}) waits for what is computed while the model runs.':
    '节点 {0}（{1}）等待模型运行时才计算出的值。',
  'The node {0} ({1}) reads what is not run here.': '节点 {0}（{1}）读取此处不运行的内容。',
  'The initialiser "{0}" is sparse.': '初始值“{0}”是稀疏的。',
  'onnxruntime\'s quantiser wrote it. Take the file before it was quantised, or quantise without this operator: quantize_dynamic(…, op_types_to_quantize=["MatMul", "Gemm"]).':
    '它由 onnxruntime 的量化器写入。请使用量化之前的文件，或不用此算子来量化：quantize_dynamic(…, op_types_to_quantize=["MatMul", "Gemm"])。',
  "onnxruntime's optimiser wrote it. Take the file as it was exported, before optimisation (without optimized_model_filepath, optimum's -O2 to -O4, or a conversion for one device).":
    '它由 onnxruntime 的优化器写入。请使用优化之前、刚导出的文件（不用 optimized_model_filepath、optimum 的 -O2 至 -O4，也不做针对某一设备的转换）。',
  'The exporter found no ONNX form for a PyTorch call. Export without ONNX_ATEN_FALLBACK: it then names the line of the call, which can be written with other calls.':
    '导出器没有为某个 PyTorch 调用找到 ONNX 形式。请不用 ONNX_ATEN_FALLBACK 导出：它会指出该调用所在的行，可改用其他调用书写。',
  'A step of a scikit-learn pipeline makes it. Convert the steps behind it alone (pipeline[k:]) and give them what the steps before compute.':
    '它来自 scikit-learn 流水线的某一步。请只转换其后的步骤（pipeline[k:]），并把前面步骤的结果作为输入。',
  'CountVectorizer or TfidfVectorizer of a scikit-learn pipeline makes it. Convert the steps behind it alone (pipeline[k:]) and give them its numbers.':
    '它来自 scikit-learn 流水线的 CountVectorizer 或 TfidfVectorizer。请只转换其后的步骤（pipeline[k:]），并输入它给出的数。',
  'Weights that are pruned may be stored so. Store them as dense tensors: onnx.helper.make_tensor with zeros where there is nothing.':
    '剪枝后的权重可能如此存储。请存为稠密张量：用 onnx.helper.make_tensor，空缺处填零。',
  'It is of a library of its own. Export with operators of ONNX alone.':
    '它属于另外的算子库。请只用 ONNX 自身的算子导出。',
  'A random draw makes it (torch.rand_like, torch.bernoulli, torch.multinomial). Call model.eval() before the export, or let the draw be an input.':
    '它来自随机抽样（torch.rand_like、torch.bernoulli、torch.multinomial）。请在导出前调用 model.eval()，或让抽样结果作为输入。',
  'Exporters write it from version 23 of the operator set on. Export with opset_version=20: the same is then written as products and a softmax.':
    '导出器从算子集 23 起写入它。请以 opset_version=20 导出：同样的计算会写成乘积与 softmax。',
  'An argument of torch.jit.script that may be None makes it. Export the model with the argument given, or without it.':
    '它来自 torch.jit.script 中可为 None 的参数。请在给出该参数或去掉该参数的情况下导出模型。',
  'PyTorch has it as nn.MaxUnpool2d, torchvision.ops.roi_pool or torchvision.ops.deform_conv2d. A transposed convolution or a usual one in its place is run.':
    '它对应 PyTorch 的 nn.MaxUnpool2d、torchvision.ops.roi_pool 或 torchvision.ops.deform_conv2d。改用转置卷积或普通卷积即可运行。',
  'A loop or branch in torch.jit.script makes it. Export with torch.onnx.export of the module itself, not of a scripted one, and with sizes that are given; nn.LSTM, nn.GRU and nn.RNN in place of a loop over cells are run at any length.':
    '它来自 torch.jit.script 中的循环或分支。请对模块本身（而非 script 后的模块）使用 torch.onnx.export，并给定尺寸；用 nn.LSTM、nn.GRU 和 nn.RNN 代替对单元的循环，则任意长度都能运行。',
  "PyTorch's and Keras's own layers are run; give the layer its usual activations, and neither clipping nor peepholes.":
    'PyTorch 和 Keras 自带的层可以运行；请使用通常的激活函数，不要裁剪，也不要 peephole 连接。',
  'A list of tensors that grows while the model runs makes it. Stack the tensors, or export with a fixed number of them.':
    '它来自运行中不断增长的张量列表。请把张量堆叠起来，或以固定的数量导出。',
  'Look up in the exported code which call makes it (the node carries the name of its module), and write that with other calls; another opset_version of torch.onnx.export may do so by itself.':
    '请在导出的代码中查找是哪个调用产生了它（节点带有其模块的名称），并改用其他调用书写；换一个 torch.onnx.export 的 opset_version 也可能解决。',
};
