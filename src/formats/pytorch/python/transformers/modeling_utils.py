"""transformers.modeling_utils: the base of models of their own, with the ties between embeddings that it makes."""

import torch
from _vitrine import unknown
from torch import nn

from .configuration_utils import PretrainedConfig
from .pytorch_utils import Conv1D, apply_chunking_to_forward  # noqa: F401
from .utils import absent


class PreTrainedModel(nn.Module):
    config_class = PretrainedConfig
    base_model_prefix = ""
    main_input_name = "input_ids"
    supports_gradient_checkpointing = False
    _no_split_modules = None
    _tied_weights_keys = None

    def __init__(self, config, *_, **__):
        super().__init__()
        if not isinstance(config, PretrainedConfig) and not hasattr(config, "__dict__") and not isinstance(config, dict):
            raise ValueError(f"Parameter config in `{type(self).__name__}(config)` should be an instance of class "
                             "`PretrainedConfig`.")
        self.config = config
        self.name_or_path = ""
        self.warnings_issued = {}
        self.generation_config = None

    #: What is of the hub, of generating text or of several devices, of which nothing is known here.
    from_pretrained, generate, loss_function = (
        unknown.make(f"PreTrainedModel.{name}") for name in ("from_pretrained", "generate", "loss_function")
    )
    framework = "pt"
    is_gradient_checkpointing = is_parallelizable = model_parallel = False

    @classmethod
    def _from_config(cls, config, **_):
        return cls(config)

    def post_init(self):
        self.init_weights()

    def init_weights(self):
        self.apply(self._init_weights)
        self.tie_weights()

    def _init_weights(self, module):
        pass

    def _initialize_weights(self, module):
        self._init_weights(module)

    @property
    def base_model(self):
        return getattr(self, self.base_model_prefix, self) if self.base_model_prefix else self

    def get_input_embeddings(self):
        inner = self.base_model
        if inner is self:
            raise NotImplementedError
        return inner.get_input_embeddings()

    def set_input_embeddings(self, value):
        inner = self.base_model
        if inner is self:
            raise NotImplementedError
        inner.set_input_embeddings(value)

    def get_output_embeddings(self):
        return None

    def tie_weights(self):
        if getattr(self.config, "tie_word_embeddings", True):
            head = self.get_output_embeddings()
            if head is not None:
                head.weight = self.get_input_embeddings().weight
        for module in self.modules():
            if hasattr(module, "_tie_weights"):
                module._tie_weights()

    _tie_or_clone_weights = staticmethod(lambda head, embedding: setattr(head, "weight", embedding.weight))

    @property
    def device(self):
        return torch.device("cpu")

    @property
    def dtype(self):
        return next((p.dtype for p in self.parameters()), torch.float32)

    def num_parameters(self, only_trainable=False, exclude_embeddings=False):
        return sum(p.numel() for p in self.parameters() if p.requires_grad or not only_trainable)

    def get_head_mask(self, head_mask, num_hidden_layers, is_attention_chunked=False):
        if head_mask is not None:
            return absent("transformers", "get_head_mask")(head_mask)
        return [None] * num_hidden_layers

    def invert_attention_mask(self, mask):
        wide = mask[:, None, :, :] if mask.dim() == 3 else mask[:, None, None, :]
        return (1.0 - wide.to(dtype=self.dtype)) * torch.finfo(self.dtype).min

    def get_extended_attention_mask(self, attention_mask, input_shape, device=None, dtype=None):
        dtype = dtype or self.dtype
        if attention_mask.dim() == 3:
            wide = attention_mask[:, None, :, :]
        elif getattr(self.config, "is_decoder", False):
            length = input_shape[1]
            places = torch.arange(length)
            causal = (places[None, None, :] <= places[None, :, None]).to(attention_mask.dtype)
            wide = causal[:, None, :, :] * attention_mask[:, None, None, :]
        else:
            wide = attention_mask[:, None, None, :]
        return (1.0 - wide.to(dtype=dtype)) * torch.finfo(dtype).min

    def gradient_checkpointing_enable(self, *_, **__):
        pass

    gradient_checkpointing_disable = enable_input_require_grads = disable_input_require_grads = gradient_checkpointing_enable
    warn_if_padding_and_no_attention_mask = _backward_compatibility_gradient_checkpointing = gradient_checkpointing_enable
    prune_heads = add_model_tags = save_pretrained = push_to_hub = gradient_checkpointing_enable

    def resize_token_embeddings(self, new_num_tokens=None, *_, **__):
        held = self.get_input_embeddings()
        if new_num_tokens is None or new_num_tokens == held.num_embeddings:
            return held
        made = nn.Embedding(new_num_tokens, held.embedding_dim)
        self.set_input_embeddings(made)
        self.config.vocab_size = new_num_tokens
        head = self.get_output_embeddings()
        if head is not None and isinstance(head, nn.Linear):
            head.weight = nn.Parameter(torch.empty(new_num_tokens, held.embedding_dim))
            head.out_features = new_num_tokens
        self.tie_weights()
        return made

    @classmethod
    def register_for_auto_class(cls, *_, **__):
        pass


def __getattr__(name):
    return absent("transformers.modeling_utils", name)
