/**
 * What the layers and functions of PyTorch take: names, defaults and, in our own words, what each argument means. The
 * lists follow PyTorch 2.5; completion, signature help and hovers are made from them.
 */

export interface Argument {
  name: string;
  /** As Python writes it; absent for one that must be given. */
  default?: string;
}

export interface Signature {
  /** "nn.Linear", "F.relu". */
  name: string;
  arguments: readonly Argument[];
}

/** "in_features, out_features, bias=True" by name; `nn.` stands before those of the first list, `F.` of the second. */
const layers: Readonly<Record<string, string>> = {
  Linear: 'in_features, out_features, bias=True',
  LazyLinear: 'out_features, bias=True',
  Bilinear: 'in1_features, in2_features, out_features, bias=True',
  Identity: '',
  Flatten: 'start_dim=1, end_dim=-1',
  Unflatten: 'dim, unflattened_size',
  Embedding:
    'num_embeddings, embedding_dim, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False',
  EmbeddingBag:
    "num_embeddings, embedding_dim, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, mode='mean'",
  ...each(
    ['Conv1d', 'Conv2d', 'Conv3d'],
    "in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True, padding_mode='zeros'",
  ),
  ...each(
    ['ConvTranspose1d', 'ConvTranspose2d', 'ConvTranspose3d'],
    "in_channels, out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1, bias=True, dilation=1, padding_mode='zeros'",
  ),
  ...each(
    ['LazyConv1d', 'LazyConv2d', 'LazyConv3d'],
    "out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True, padding_mode='zeros'",
  ),
  ...each(
    ['MaxPool1d', 'MaxPool2d', 'MaxPool3d'],
    'kernel_size, stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False',
  ),
  AvgPool1d: 'kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True',
  ...each(
    ['AvgPool2d', 'AvgPool3d'],
    'kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None',
  ),
  ...each(['AdaptiveAvgPool1d', 'AdaptiveAvgPool2d', 'AdaptiveAvgPool3d'], 'output_size'),
  ...each(
    ['AdaptiveMaxPool1d', 'AdaptiveMaxPool2d', 'AdaptiveMaxPool3d'],
    'output_size, return_indices=False',
  ),
  ...each(
    ['BatchNorm1d', 'BatchNorm2d', 'BatchNorm3d', 'SyncBatchNorm'],
    'num_features, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True',
  ),
  ...each(
    ['InstanceNorm1d', 'InstanceNorm2d', 'InstanceNorm3d'],
    'num_features, eps=1e-05, momentum=0.1, affine=False, track_running_stats=False',
  ),
  LayerNorm: 'normalized_shape, eps=1e-05, elementwise_affine=True, bias=True',
  RMSNorm: 'normalized_shape, eps=None, elementwise_affine=True',
  GroupNorm: 'num_groups, num_channels, eps=1e-05, affine=True',
  LocalResponseNorm: 'size, alpha=0.0001, beta=0.75, k=1.0',
  ...each(['Dropout', 'Dropout1d', 'Dropout2d', 'Dropout3d', 'AlphaDropout'], 'p=0.5, inplace=False'),
  ...each(
    ['LSTM', 'GRU'],
    'input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0, bidirectional=False',
  ),
  RNN: "input_size, hidden_size, num_layers=1, nonlinearity='tanh', bias=True, batch_first=False, dropout=0.0, bidirectional=False",
  ...each(['LSTMCell', 'GRUCell'], 'input_size, hidden_size, bias=True'),
  RNNCell: "input_size, hidden_size, bias=True, nonlinearity='tanh'",
  MultiheadAttention:
    'embed_dim, num_heads, dropout=0.0, bias=True, add_bias_kv=False, add_zero_attn=False, kdim=None, vdim=None, batch_first=False',
  ...each(
    ['TransformerEncoderLayer', 'TransformerDecoderLayer'],
    'd_model, nhead, dim_feedforward=2048, dropout=0.1, activation=F.relu, layer_norm_eps=1e-05, batch_first=False, norm_first=False, bias=True',
  ),
  TransformerEncoder: 'encoder_layer, num_layers, norm=None, enable_nested_tensor=True, mask_check=True',
  TransformerDecoder: 'decoder_layer, num_layers, norm=None',
  Transformer:
    'd_model=512, nhead=8, num_encoder_layers=6, num_decoder_layers=6, dim_feedforward=2048, dropout=0.1, activation=F.relu, custom_encoder=None, custom_decoder=None, layer_norm_eps=1e-05, batch_first=False, norm_first=False, bias=True',
  Upsample: "size=None, scale_factor=None, mode='nearest', align_corners=None",
  PixelShuffle: 'upscale_factor',
  PixelUnshuffle: 'downscale_factor',
  ...each(['ReLU', 'ReLU6', 'SELU', 'SiLU', 'Mish', 'Hardswish', 'Hardsigmoid'], 'inplace=False'),
  ...each(['ELU', 'CELU'], 'alpha=1.0, inplace=False'),
  LeakyReLU: 'negative_slope=0.01, inplace=False',
  PReLU: 'num_parameters=1, init=0.25',
  GELU: "approximate='none'",
  ...each(['Sigmoid', 'Tanh', 'Softsign', 'LogSigmoid'], ''),
  Softplus: 'beta=1.0, threshold=20.0',
  ...each(['Softmax', 'LogSoftmax', 'Softmin'], 'dim=None'),
  GLU: 'dim=-1',
  Hardtanh: 'min_val=-1.0, max_val=1.0, inplace=False',
  Threshold: 'threshold, value, inplace=False',
  ...each(
    [
      'ZeroPad1d',
      'ZeroPad2d',
      'ZeroPad3d',
      'ReflectionPad1d',
      'ReflectionPad2d',
      'ReplicationPad1d',
      'ReplicationPad2d',
    ],
    'padding',
  ),
  ...each(['ConstantPad1d', 'ConstantPad2d', 'ConstantPad3d'], 'padding, value'),
  CrossEntropyLoss: "weight=None, ignore_index=-100, reduction='mean', label_smoothing=0.0",
  ...each(['MSELoss', 'L1Loss'], "reduction='mean'"),
  BCEWithLogitsLoss: "weight=None, reduction='mean', pos_weight=None",
};

const functions: Readonly<Record<string, string>> = {
  linear: 'input, weight, bias=None',
  ...each(
    ['conv1d', 'conv2d', 'conv3d'],
    'input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1',
  ),
  ...each(
    ['max_pool1d', 'max_pool2d', 'max_pool3d'],
    'input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False',
  ),
  ...each(
    ['avg_pool1d', 'avg_pool2d', 'avg_pool3d'],
    'input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True',
  ),
  ...each(['adaptive_avg_pool1d', 'adaptive_avg_pool2d', 'adaptive_max_pool2d'], 'input, output_size'),
  ...each(['relu', 'relu6', 'silu', 'mish', 'selu', 'hardswish'], 'input, inplace=False'),
  leaky_relu: 'input, negative_slope=0.01, inplace=False',
  elu: 'input, alpha=1.0, inplace=False',
  gelu: "input, approximate='none'",
  ...each(['softmax', 'log_softmax'], 'input, dim=None, dtype=None'),
  dropout: 'input, p=0.5, training=True, inplace=False',
  layer_norm: 'input, normalized_shape, weight=None, bias=None, eps=1e-05',
  group_norm: 'input, num_groups, weight=None, bias=None, eps=1e-05',
  interpolate: "input, size=None, scale_factor=None, mode='nearest', align_corners=None",
  pad: "input, pad, mode='constant', value=None",
  embedding: 'input, weight, padding_idx=None, max_norm=None',
  one_hot: 'tensor, num_classes=-1',
  cross_entropy: "input, target, weight=None, ignore_index=-100, reduction='mean', label_smoothing=0.0",
  mse_loss: "input, target, reduction='mean'",
  normalize: 'input, p=2.0, dim=1, eps=1e-12',
  scaled_dot_product_attention:
    'query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None',
};

function each(names: readonly string[], text: string): Record<string, string> {
  return Object.fromEntries(names.map(n => [n, text]));
}

/** What arguments mean, by name; where layers differ, by "Layer.name". English; the words are translated where shown. */
export const meanings: Readonly<Record<string, string>> = {
  in_features: 'How many numbers each input vector has: the size of its last dimension.',
  out_features: 'How many numbers each output vector has.',
  bias: 'Whether a learned constant is added to the result.',
  in_channels: 'How many channels the input has: the size of its dimension 1.',
  out_channels: 'How many channels the output has: one filter is learned for each.',
  kernel_size: 'How many neighbouring values a window covers, for all directions or as a tuple of one each.',
  stride:
    'How far the window moves each step; 2 halves the size. For pooling, None means as far as the window is wide.',
  padding: 'How many values are added on each side before the window moves; "same" keeps the size.',
  dilation: 'The distance between the values that a window looks at; 1 for neighbours.',
  groups:
    'Into how many groups the channels are divided that do not see each other; as many as channels is depthwise.',
  padding_mode: "What is added at the sides: 'zeros', 'reflect', 'replicate' or 'circular'.",
  output_padding:
    'How much is added to one side of the output, to choose among sizes that stride would make alike.',
  return_indices: 'Whether the places of the largest values are returned too, for unpooling.',
  ceil_mode: 'Whether a window that reaches over the end counts, so that sizes are rounded up.',
  count_include_pad: 'Whether padded zeros count in the average.',
  output_size: 'The size of the result, whatever the size of the input; None keeps that of the input.',
  num_features: 'How many channels the input has: the size of its dimension 1.',
  eps: 'A small number that keeps the division from dividing by zero.',
  momentum: 'The share of each new batch in the running mean and variance; None averages over all batches.',
  affine: 'Whether a scale and a shift for each channel are learned.',
  elementwise_affine: 'Whether a scale (and a shift) for each element are learned.',
  track_running_stats: 'Whether running mean and variance are kept for evaluation.',
  normalized_shape: 'The sizes of the last dimensions over which is normalised; a number means the last one.',
  num_groups: 'Into how many groups the channels are divided; each is normalised by itself.',
  num_channels: 'How many channels the input has.',
  p: 'The probability with which a value is set to zero while training.',
  inplace: 'Whether the result is written over the input, which saves memory.',
  num_embeddings: 'How many rows the table has: indices go from 0 to one less.',
  embedding_dim: 'How many numbers each row has.',
  padding_idx: 'A row that stays zero and does not learn.',
  max_norm: 'Rows that are longer are shortened to this length.',
  input_size: 'How many numbers each step of the sequence has.',
  hidden_size: 'How many numbers the state has.',
  num_layers: 'How many layers stand on one another.',
  batch_first: 'Whether the batch is the first dimension (N, L, F) and not the second (L, N, F).',
  bidirectional: 'Whether a second pass reads the sequence backwards; outputs are twice as wide.',
  dropout: 'The probability with which values between the parts are set to zero while training.',
  nonlinearity: "The function in each step: 'tanh' or 'relu'.",
  embed_dim: 'How many numbers each token has; the heads share them.',
  num_heads: 'How many attention heads look side by side; embed_dim must be divisible by it.',
  d_model: 'How many numbers each token has.',
  nhead: 'How many attention heads look side by side; d_model must be divisible by it.',
  dim_feedforward: 'How wide the hidden layer behind the attention is.',
  activation: 'The function between the two linear maps.',
  norm_first: 'Whether normalisation comes before attention and not after it.',
  scale_factor: 'By how much the size grows.',
  mode: "How values between are found: 'nearest', 'linear', 'bilinear', 'bicubic' or 'area'.",
  align_corners: 'Whether the corners of input and output lie on one another.',
  upscale_factor: 'By how much height and width grow; channels shrink by its square.',
  dim: 'The dimension along which it works; -1 is the last.',
  negative_slope: 'The slope for negative values.',
  approximate: "'none' is exact; 'tanh' is a faster formula.",
  start_dim: 'The first dimension that is joined; 1 keeps the batch.',
  end_dim: 'The last dimension that is joined.',
  label_smoothing: 'How much of the target is spread over all classes.',
  ignore_index: 'A target that does not count.',
  reduction: "'mean', 'sum', or 'none' for a loss each.",
  is_causal: 'Whether each position sees only itself and those before it.',
};

function parse(name: string, text: string): Signature {
  const parts = text ? text.split(', ') : [];
  return {
    name,
    arguments: parts.map(p => {
      const [argument, value] = p.split('=');
      return value === undefined ? { name: argument! } : { name: argument!, default: value };
    }),
  };
}

const known = new Map<string, Signature>([
  ...Object.entries(layers).map(([n, t]) => [`nn.${n}`, parse(`nn.${n}`, t)] as const),
  ...Object.entries(functions).map(([n, t]) => [`F.${n}`, parse(`F.${n}`, t)] as const),
]);

/** The signature of a layer or function as code writes it: `nn.Linear`, `torch.nn.Linear`, `Linear`, `F.relu`. */
export function signatureOf(written: string): Signature | undefined {
  const last = written.split('.').at(-1) ?? '';
  if (/^(?:torch\.)?nn\.functional\.\w+$|^F\.\w+$|^functional\.\w+$/.test(written))
    return known.get(`F.${last}`);
  return /^(?:(?:torch\.)?nn\.)?[A-Z]\w*$/.test(written) ? known.get(`nn.${last}`) : undefined;
}

/** All layers, or all functions, for completion. */
export function signatures(kind: 'nn' | 'F'): Signature[] {
  return [...known.values()].filter(s => s.name.startsWith(`${kind}.`));
}
