/** What makes operators that are not run here, and what one can do. */

interface Advice {
  /** Operators with their domain, as they are shown. */
  ops: RegExp;
  text: string;
}

/** The first that fits is said. */
const advices: readonly Advice[] = [
  {
    ops: /^com\.microsoft\.(QAttention|QGemm|QLinear\w+|MatMulNBits|.*Quantize.*)$/,
    text: 'onnxruntime\'s quantiser wrote it. Take the file before it was quantised, or quantise without this operator: quantize_dynamic(…, op_types_to_quantize=["MatMul", "Gemm"]).',
  },
  {
    ops: /^com\.microsoft\./,
    text: "onnxruntime's optimiser wrote it. Take the file as it was exported, before optimisation (without optimized_model_filepath, optimum's -O2 to -O4, or a conversion for one device).",
  },
  {
    ops: /^(org\.pytorch\.)?aten\.|^ATen$/,
    text: 'The exporter found no ONNX form for a PyTorch call. Export without ONNX_ATEN_FALLBACK: it then names the line of the call, which can be written with other calls.',
  },
  {
    ops: /^ai\.onnx\.ml\./,
    text: 'A step of a scikit-learn pipeline makes it. Convert the steps behind it alone (pipeline[k:]) and give them what the steps before compute.',
  },
  {
    ops: /^(TfIdfVectorizer|StringNormalizer|StringSplit|StringConcat|RegexFullMatch)$/,
    text: 'CountVectorizer or TfidfVectorizer of a scikit-learn pipeline makes it. Convert the steps behind it alone (pipeline[k:]) and give them its numbers.',
  },
  {
    ops: /^sparse initializer$/,
    text: 'Weights that are pruned may be stored so. Store them as dense tensors: onnx.helper.make_tensor with zeros where there is nothing.',
  },
  { ops: /\./, text: 'It is of a library of its own. Export with operators of ONNX alone.' },
  {
    ops: /^(Random\w+|Multinomial|Bernoulli)$/,
    text: 'A random draw makes it (torch.rand_like, torch.bernoulli, torch.multinomial). Call model.eval() before the export, or let the draw be an input.',
  },
  {
    ops: /^(Attention|RotaryEmbedding|TensorScatter|FlexAttention)$/,
    text: 'Exporters write it from version 23 of the operator set on. Export with opset_version=20: the same is then written as products and a softmax.',
  },
  {
    ops: /^Optional/,
    text: 'An argument of torch.jit.script that may be None makes it. Export the model with the argument given, or without it.',
  },
  {
    ops: /^(MaxUnpool|MaxRoiPool|DeformConv)$/,
    text: 'PyTorch has it as nn.MaxUnpool2d, torchvision.ops.roi_pool or torchvision.ops.deform_conv2d. A transposed convolution or a usual one in its place is run.',
  },
  {
    ops: /^(Loop|Scan|If)$/,
    text: 'A loop or branch in torch.jit.script makes it. Export with torch.onnx.export of the module itself, not of a scripted one, and with sizes that are given; nn.LSTM, nn.GRU and nn.RNN in place of a loop over cells are run at any length.',
  },
  {
    ops: /^(LSTM|GRU|RNN)$/,
    text: "PyTorch's and Keras's own layers are run; give the layer its usual activations, and neither clipping nor peepholes.",
  },
  {
    ops: /^(Sequence|Concat|Split)\w*$/,
    text: 'A list of tensors that grows while the model runs makes it. Stack the tensors, or export with a fixed number of them.',
  },
];

const otherwise =
  'Look up in the exported code which call makes it (the node carries the name of its module), and write that with other calls; another opset_version of torch.onnx.export may do so by itself.';

/** Every text, for tests. */
export const adviceTexts: readonly string[] = [...advices.map(a => a.text), otherwise];

/** @param op with its domain, and what of it is not run in brackets. */
export function adviceOn(op: string): string {
  const name = op.replace(/ \(.*$/s, '');
  return advices.find(a => a.ops.test(name))?.text ?? otherwise;
}
