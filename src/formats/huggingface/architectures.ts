/** Which architectures of Hugging Face's are read: by `model_type` of config.json, the file in python/ and its classes. */

export interface Architecture {
  /** The file in python/ without its extension. */
  source: string;
  /** Classes that the file has, by the names that `architectures` in config.json uses; the first one is the default. */
  classes: readonly string[];
  /** The attribute that holds the base model: checkpoints of the base model alone have names without it. */
  prefix: string;
}

export const architectures: Readonly<Record<string, Architecture>> = {
  gpt2: {
    source: 'gpt2',
    classes: ['GPT2LMHeadModel', 'GPT2Model', 'GPT2ForSequenceClassification'],
    prefix: 'transformer',
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
  },
  distilbert: {
    source: 'distilbert',
    classes: ['DistilBertModel', 'DistilBertForMaskedLM', 'DistilBertForSequenceClassification'],
    prefix: 'distilbert',
  },
  roberta: {
    source: 'roberta',
    classes: ['RobertaModel', 'RobertaForMaskedLM', 'RobertaForSequenceClassification'],
    prefix: 'roberta',
  },
  llama: { source: 'llama', classes: ['LlamaForCausalLM', 'LlamaModel'], prefix: 'model' },
  vit: { source: 'vit', classes: ['ViTForImageClassification', 'ViTModel'], prefix: 'vit' },
  t5: { source: 't5', classes: ['T5ForConditionalGeneration', 'T5EncoderModel'], prefix: 'transformer' },
};
