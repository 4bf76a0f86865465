/** Which architectures of Hugging Face's are read: by `model_type` of config.json, the file in python/ and its classes. */

import type { InputShape } from '../_format';

export interface Architecture {
  /** The file in python/ without its extension. */
  source: string;
  /** Classes that the file has, by the names that `architectures` in config.json uses; the first one is the default. */
  classes: readonly string[];
  /** The attribute that holds the base model: checkpoints of the base model alone have names without it. */
  prefix: string;
  /** Lists of equal blocks below the base model, and the names of their counts in config.json, the first that is there. */
  blocks: readonly { list: string; counts: readonly string[] }[];
  /** Whether `forward` takes an attention mask behind the tokens, so that texts of several lengths make one batch. */
  masked?: boolean;
  /** How many texts its tokens may be of, where the configuration does not say (`type_vocab_size`). */
  types?: number;
  /** The token that fills up where the configuration names none, if not 0. */
  padding?: number;
  /** How many of the first positions no token has: RoBERTa's begin behind the padding's. */
  unused?: number;
  /** Of a model of pictures: whether these may have any size, whatever the configuration says. */
  anySize?: boolean;
  /** Inputs of a class, where they are neither tokens alone nor one picture. */
  inputs?(config: Config, name: string): readonly InputShape[];
  /** What generates text token by token, if the architecture does. */
  generation?: Generation;
}

/** Classes of the file that compute new tokens only, with what is kept of those before them. */
export interface Generation {
  /** The class whose weights they take. */
  of: string;
  step: string;
  /** Of an encoder and decoder: the class that computes what the decoder looks at. */
  memory?: string;
  /** What that class takes, if not tokens. */
  source?(config: Config): InputShape;
  cache(config: Config): { layers: number; heads: number; width: number };
  /** How many tokens a text may have; undefined if the positions know no end. */
  longest(config: Config): number | undefined;
}

type Config = Readonly<Record<string, unknown>>;

/** A whole number of the configuration by the first of the names that it has. */
function count(config: Config, ...names: readonly string[]): number {
  for (const name of names) {
    const value = config[name];
    if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
  }
  return 0;
}

/** How many tokens a text may have; where longer ones change the angles of all positions, as many as change none. */
function positions(config: Config): number | undefined {
  const longest = count(config, 'max_position_embeddings', 'n_positions', 'n_ctx') || undefined;
  const scaling = config['rope_scaling'];
  const { type, rope_type: kind = type, ...own } = (scaling ?? {}) as Record<string, unknown>;
  if (kind !== 'longrope' && kind !== 'su') return longest;
  return (
    count(own, 'original_max_position_embeddings') ||
    count(config, 'original_max_position_embeddings') ||
    longest
  );
}

/** A decoder whose step is in its file beside its model, called `${name}Step`. */
function decoder(
  source: string,
  name: string,
  parts: {
    prefix?: string;
    list?: string;
    layers?: string;
    /** Names of the number of heads of keys and values, last that of the queries. */
    heads?: readonly string[];
    /** Defaults of what the configuration may leave out. */
    defaults?: Config;
    /** Keys and values have heads of their own number. */
    keys?(config: Config): number;
    /** The class that writes. */
    writer?: string;
    longest?(config: Config): number | undefined;
  } = {},
): Architecture {
  const {
    prefix = 'model',
    list = 'layers',
    layers = 'num_hidden_layers',
    heads = ['num_key_value_heads', 'num_attention_heads'],
    longest = positions,
    defaults = {},
    writer = `${name}ForCausalLM`,
  } = parts;
  return {
    source,
    classes: [writer, `${name}Model`, `${name}ForSequenceClassification`],
    prefix,
    blocks: [{ list, counts: [layers] }],
    generation: {
      of: writer,
      step: `${name}Step`,
      cache: own => {
        const c = { ...defaults, ...own };
        return {
          layers: count(c, layers),
          heads: parts.keys?.(c) ?? count(c, ...heads),
          width: count(c, 'head_dim') || count(c, 'hidden_size', 'n_embd') / count(c, heads.at(-1)!),
        };
      },
      longest,
    },
  };
}

/** An encoder of text whose `forward` takes an attention mask. */
function encoder(
  source: string,
  name: string,
  tasks: readonly (
    | 'MaskedLM'
    | 'SequenceClassification'
    | 'TokenClassification'
    | 'QuestionAnswering'
    | 'PreTraining'
  )[],
  { prefix = source, list = 'encoder.layer', layers = 'num_hidden_layers' } = {},
): Architecture {
  return {
    source,
    classes: [`${name}Model`, ...tasks.map(t => `${name}For${t}`)],
    prefix,
    blocks: [{ list, counts: [layers] }],
    masked: true,
  };
}

/** Encoders whose positions begin behind the padding's index. */
const asRoberta = { padding: 1, unused: 2 };

const usual = ['MaskedLM', 'SequenceClassification', 'TokenClassification', 'QuestionAnswering'] as const;

function t5(source: string, name: string): Architecture {
  return {
    source,
    classes: [`${name}ForConditionalGeneration`, `${name}EncoderModel`],
    prefix: 'transformer',
    blocks: [
      { list: 'encoder.block', counts: ['num_layers'] },
      { list: 'decoder.block', counts: ['num_decoder_layers', 'num_layers'] },
    ],
    generation: {
      of: `${name}ForConditionalGeneration`,
      step: `${name}Step`,
      memory: `${name}Memory`,
      cache: c => ({
        layers: count(c, 'num_decoder_layers', 'num_layers'),
        heads: count(c, 'num_heads'),
        width: count(c, 'd_kv'),
      }),
      longest: () => undefined,
    },
  };
}

function bart(source: string, name: string, classes: readonly string[]): Architecture {
  return {
    source,
    classes,
    prefix: 'model',
    blocks: [
      { list: 'encoder.layers', counts: ['encoder_layers'] },
      { list: 'decoder.layers', counts: ['decoder_layers'] },
    ],
    generation: {
      of: classes[0]!,
      step: `${name}Step`,
      memory: `${name}Memory`,
      cache: c => ({
        layers: count(c, 'decoder_layers'),
        heads: count(c, 'decoder_attention_heads'),
        width: count(c, 'd_model') / count(c, 'decoder_attention_heads'),
      }),
      longest: positions,
    },
  };
}

function pictures(
  source: string,
  classes: readonly string[],
  blocks: Architecture['blocks'] = [{ list: 'encoder.layer', counts: ['num_hidden_layers'] }],
): Architecture {
  return { source, classes, prefix: source, blocks };
}

/** A batch of sounds as Whisper sees them: mel bands by frames, two for each place of the encoder. */
function bandsOf(config: Config): InputShape {
  const bands = count(config, 'num_mel_bins') || 80;
  const frames = 2 * (count(config, 'max_source_positions') || 1500);
  return { name: 'input_features', shape: ['N', bands, frames], dtype: 'float32' };
}

const tokens = (name: string): InputShape => ({ name, shape: ['N', 'T'], dtype: 'int64' });

/** The part of a configuration that tells of pictures, of a model with several parts. */
export function visionOf(config: Config): Config {
  const { vision_config: part } = config;
  if (typeof part !== 'object' || part === null) return config;
  return { image_size: 224, num_channels: 3, ...part };
}

const gptNames = { prefix: 'transformer', list: 'h', layers: 'n_layer', heads: ['n_head'] };

export const architectures: Readonly<Record<string, Architecture>> = {
  gpt2: decoder('gpt2', 'GPT2', { ...gptNames, writer: 'GPT2LMHeadModel' }),
  gpt_neo: decoder('gpt_neo', 'GPTNeo', {
    prefix: 'transformer',
    list: 'h',
    layers: 'num_layers',
    heads: ['num_heads'],
    defaults: { num_heads: 16 },
  }),
  gptj: decoder('gptj', 'GPTJ', gptNames),
  gpt_neox: decoder('gpt_neox', 'GPTNeoX', { prefix: 'gpt_neox', heads: ['num_attention_heads'] }),
  opt: decoder('opt', 'OPT', { list: 'decoder.layers', heads: ['num_attention_heads'] }),
  bloom: decoder('bloom', 'Bloom', { ...gptNames, longest: () => undefined }),
  falcon: decoder('falcon', 'Falcon', {
    prefix: 'transformer',
    list: 'h',
    heads: ['num_attention_heads'],
    keys: c =>
      c['new_decoder_architecture'] === true
        ? count(c, 'num_kv_heads', 'num_attention_heads')
        : c['multi_query'] === false
          ? count(c, 'num_attention_heads')
          : 1,
  }),
  llama: decoder('llama', 'Llama'),
  mistral: decoder('mistral', 'Mistral'),
  qwen2: decoder('qwen2', 'Qwen2'),
  mixtral: decoder('mixtral', 'Mixtral'),
  qwen2_moe: decoder('qwen2_moe', 'Qwen2Moe'),
  qwen3: decoder('qwen3', 'Qwen3', { defaults: { head_dim: 128 } }),
  qwen3_moe: decoder('qwen3_moe', 'Qwen3Moe'),
  gemma: decoder('gemma', 'Gemma', { defaults: { head_dim: 256 } }),
  gemma2: decoder('gemma2', 'Gemma2', { defaults: { head_dim: 256 } }),
  phi: decoder('phi', 'Phi'),
  phi3: decoder('phi3', 'Phi3'),
  stablelm: decoder('stablelm', 'StableLm'),
  bert: { ...encoder('bert', 'Bert', usual), types: 2 },
  distilbert: encoder('distilbert', 'DistilBert', usual, { list: 'transformer.layer', layers: 'n_layers' }),
  roberta: { ...encoder('roberta', 'Roberta', usual), ...asRoberta },
  'xlm-roberta': { ...encoder('xlm_roberta', 'XLMRoberta', usual, { prefix: 'roberta' }), ...asRoberta },
  camembert: { ...encoder('camembert', 'Camembert', usual, { prefix: 'roberta' }), ...asRoberta },
  electra: {
    ...encoder('electra', 'Electra', [
      'MaskedLM',
      'SequenceClassification',
      'TokenClassification',
      'PreTraining',
    ]),
    types: 2,
  },
  // Its layers share their weights, so there is no list of them.
  albert: { ...encoder('albert', 'Albert', usual.slice(0, 3)), blocks: [], types: 2 },
  mpnet: { ...encoder('mpnet', 'MPNet', usual.slice(0, 2)), ...asRoberta },
  // Layers that see all alternate with such that see what is near, so they are not all alike.
  modernbert: {
    ...encoder('modernbert', 'ModernBert', usual, { prefix: 'model' }),
    blocks: [],
    padding: 50283,
  },
  'deberta-v2': { ...encoder('deberta_v2', 'DebertaV2', usual, { prefix: 'deberta' }), types: 0 },
  t5: t5('t5', 'T5'),
  mt5: t5('mt5', 'MT5'),
  bart: bart('bart', 'Bart', ['BartForConditionalGeneration', 'BartForSequenceClassification']),
  marian: bart('marian', 'Marian', ['MarianMTModel']),
  vit: pictures('vit', ['ViTForImageClassification', 'ViTModel']),
  deit: pictures('deit', [
    'DeiTForImageClassification',
    'DeiTForImageClassificationWithTeacher',
    'DeiTModel',
  ]),
  dinov2: { ...pictures('dinov2', ['Dinov2ForImageClassification', 'Dinov2Model']), anySize: true },
  // Their stages have few blocks each, of other sizes.
  swin: pictures('swin', ['SwinForImageClassification', 'SwinModel'], []),
  clip: {
    source: 'clip',
    classes: ['CLIPModel', 'CLIPForImageClassification'],
    prefix: 'clip',
    blocks: [],
    inputs: (config, name) => {
      const { image_size: side, num_channels: channels } = visionOf(config);
      const pictures: InputShape = {
        name: 'pixel_values',
        shape: ['P', Number(channels), Number(side), Number(side)],
        dtype: 'float32',
      };
      return name === 'CLIPModel' ? [tokens('input_ids'), pictures] : [pictures];
    },
  },
  whisper: {
    source: 'whisper',
    classes: ['WhisperForConditionalGeneration'],
    prefix: 'model',
    blocks: [
      { list: 'encoder.layers', counts: ['encoder_layers'] },
      { list: 'decoder.layers', counts: ['decoder_layers'] },
    ],
    inputs: config => [bandsOf(config), tokens('decoder_input_ids')],
    generation: {
      of: 'WhisperForConditionalGeneration',
      step: 'WhisperStep',
      memory: 'WhisperMemory',
      source: bandsOf,
      cache: c => ({
        layers: count(c, 'decoder_layers'),
        heads: count(c, 'decoder_attention_heads'),
        width: count(c, 'd_model') / count(c, 'decoder_attention_heads'),
      }),
      longest: c => count(c, 'max_target_positions') || 448,
    },
  },
  wav2vec2: {
    source: 'wav2vec2',
    classes: ['Wav2Vec2ForCTC', 'Wav2Vec2Model', 'Wav2Vec2ForSequenceClassification'],
    prefix: 'wav2vec2',
    blocks: [{ list: 'encoder.layers', counts: ['num_hidden_layers'] }],
    inputs: () => [{ name: 'input_values', shape: ['N', 'T'], dtype: 'float32' }],
  },
  convnext: {
    ...pictures('convnext', ['ConvNextForImageClassification', 'ConvNextModel'], []),
    anySize: true,
  },
};
