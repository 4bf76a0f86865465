from _vitrine import unknown


class PretrainedConfig:
    """A configuration: what a class of its own sets, over what all of them have."""

    model_type = ""
    attribute_map = {}
    is_composition = False
    _attn_implementation = "eager"
    from_pretrained = unknown.make("PretrainedConfig.from_pretrained")

    def __init__(self, **given):
        labels = given.pop("num_labels", None)
        names = given.pop("id2label", None)
        if names is not None:
            self.id2label = {int(k): v for k, v in names.items()}
        else:
            self.num_labels = 2 if labels is None else labels
        self.label2id = {v: k for k, v in self.id2label.items()}
        for name, value in _ALL.items():
            setattr(self, name, given.pop(name, dict(value) if isinstance(value, dict) else value))
        for name, value in given.items():
            setattr(self, name, value)

    def __setattr__(self, name, value):
        object.__setattr__(self, type(self).attribute_map.get(name, name), value)

    def __getattribute__(self, name):
        if name != "attribute_map":
            name = object.__getattribute__(self, "attribute_map").get(name, name)
        return object.__getattribute__(self, name)

    @property
    def num_labels(self):
        return len(self.id2label)

    @num_labels.setter
    def num_labels(self, count):
        self.id2label = {i: f"LABEL_{i}" for i in range(count)}
        self.label2id = {v: k for k, v in self.id2label.items()}

    @property
    def use_return_dict(self):
        return self.return_dict

    def get_text_config(self, decoder=False):
        return self

    def to_dict(self):
        return dict(vars(self))

    to_diff_dict = to_dict

    def update(self, values):
        for name, value in values.items():
            setattr(self, name, value)

    @classmethod
    def from_dict(cls, values, **given):
        return cls(**{**values, **given})


_ALL = {
    "return_dict": True, "output_hidden_states": False, "output_attentions": False, "torchscript": False,
    "torch_dtype": None, "use_bfloat16": False, "tf_legacy_loss": False, "pruned_heads": {}, "tie_word_embeddings": True,
    "chunk_size_feed_forward": 0, "is_encoder_decoder": False, "is_decoder": False, "cross_attention_hidden_size": None,
    "add_cross_attention": False, "tie_encoder_decoder": False, "max_length": 20, "min_length": 0,
    "architectures": None, "finetuning_task": None, "tokenizer_class": None, "prefix": None, "bos_token_id": None,
    "pad_token_id": None, "eos_token_id": None, "sep_token_id": None, "decoder_start_token_id": None,
    "task_specific_params": None, "problem_type": None, "name_or_path": "",
}
