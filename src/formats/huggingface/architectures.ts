/** Which architectures of Hugging Face's are read: by `model_type` of config.json, the file in python/ and its classes. */

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

export const architectures: Readonly<Record<string, Architecture>> = {
  gpt2: {
    source: 'gpt2',
    classes: ['GPT2LMHeadModel', 'GPT2Model', 'GPT2ForSequenceClassification'],
    prefix: 'transformer',
    blocks: [{ list: 'h', counts: ['n_layer'] }],
    generation: {
      of: 'GPT2LMHeadModel',
      step: 'GPT2Step',
      cache: c => ({
        layers: count(c, 'n_layer'),
        heads: count(c, 'n_head'),
        width: count(c, 'n_embd') / count(c, 'n_head'),
      }),
      longest: c => count(c, 'n_positions', 'n_ctx'),
    },
  },
  bert: {
    source: 'bert',
    classes: [
      'BertModel',
      'BertForMaskedLM',
      'BertForSequenceClassification',
      'BertForTokenClassification',
      'BertForQuestionAnswering',
    ],
    prefix: 'bert',
    blocks: [{ list: 'encoder.layer', counts: ['num_hidden_layers'] }],
    masked: true,
  },
  distilbert: {
    source: 'distilbert',
    classes: ['DistilBertModel', 'DistilBertForMaskedLM', 'DistilBertForSequenceClassification'],
    prefix: 'distilbert',
    blocks: [{ list: 'transformer.layer', counts: ['n_layers'] }],
    masked: true,
  },
  roberta: {
    source: 'roberta',
    classes: ['RobertaModel', 'RobertaForMaskedLM', 'RobertaForSequenceClassification'],
    prefix: 'roberta',
    blocks: [{ list: 'encoder.layer', counts: ['num_hidden_layers'] }],
    masked: true,
  },
  llama: {
    source: 'llama',
    classes: ['LlamaForCausalLM', 'LlamaModel'],
    prefix: 'model',
    blocks: [{ list: 'layers', counts: ['num_hidden_layers'] }],
    generation: {
      of: 'LlamaForCausalLM',
      step: 'LlamaStep',
      cache: c => ({
        layers: count(c, 'num_hidden_layers'),
        heads: count(c, 'num_key_value_heads', 'num_attention_heads'),
        width: count(c, 'head_dim') || count(c, 'hidden_size') / count(c, 'num_attention_heads'),
      }),
      longest: c => count(c, 'max_position_embeddings') || undefined,
    },
  },
  vit: {
    source: 'vit',
    classes: ['ViTForImageClassification', 'ViTModel'],
    prefix: 'vit',
    blocks: [{ list: 'encoder.layer', counts: ['num_hidden_layers'] }],
  },
  t5: {
    source: 't5',
    classes: ['T5ForConditionalGeneration', 'T5EncoderModel'],
    prefix: 'transformer',
    blocks: [
      { list: 'encoder.block', counts: ['num_layers'] },
      { list: 'decoder.block', counts: ['num_decoder_layers', 'num_layers'] },
    ],
    generation: {
      of: 'T5ForConditionalGeneration',
      step: 'T5Step',
      memory: 'T5Memory',
      cache: c => ({
        layers: count(c, 'num_decoder_layers', 'num_layers'),
        heads: count(c, 'num_heads'),
        width: count(c, 'd_kv'),
      }),
      longest: () => undefined,
    },
  },
};
