"""wav2vec 2.0 (Baevski et al. 2020): speech as the samples lie, through convolutions and a transformer, to letters by CTC."""

import torch
import torch.nn.functional as F
from torch import nn

from activations import activation, number_of_labels
from bart import BartAttention


class Wav2Vec2ConvLayer(nn.Module):
    def __init__(self, config, index):
        super().__init__()
        widths = config["conv_dim"]
        width = widths[index]
        self.conv = nn.Conv1d(
            widths[index - 1] if index else 1, width, config["conv_kernel"][index], stride=config["conv_stride"][index],
            bias=config.get("conv_bias", False),
        )
        self.is_layered = config.get("feat_extract_norm", "group") == "layer"
        if self.is_layered:
            self.layer_norm = nn.LayerNorm(width)
        elif index == 0:
            self.layer_norm = nn.GroupNorm(width, width)
        else:
            self.layer_norm = None
        self.activation = activation(config.get("feat_extract_activation", "gelu"))

    def forward(self, x):
        x = self.conv(x)
        if self.is_layered:
            x = self.layer_norm(x.transpose(1, 2)).transpose(1, 2)
        elif self.layer_norm is not None:
            x = self.layer_norm(x)
        return self.activation(x)


class Wav2Vec2FeatureEncoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.conv_layers = nn.ModuleList([Wav2Vec2ConvLayer(config, i) for i in range(len(config["conv_dim"]))])

    def forward(self, input_values):
        x = input_values[:, None]
        for layer in self.conv_layers:
            x = layer(x)
        return x.transpose(1, 2)


class Wav2Vec2FeatureProjection(nn.Module):
    def __init__(self, config):
        super().__init__()
        inside = config["conv_dim"][-1]
        self.layer_norm = nn.LayerNorm(inside, eps=config.get("layer_norm_eps", 1e-5))
        self.projection = nn.Linear(inside, config["hidden_size"])
        self.dropout = nn.Dropout(config.get("feat_proj_dropout", 0.0))

    def forward(self, x):
        return self.dropout(self.projection(self.layer_norm(x)))


class NormedConv(nn.Module):
    """A convolution in time whose weights are a length for each place of the kernel, and a direction."""

    def __init__(self, width, kernel, groups):
        super().__init__()
        self.kernel, self.groups = kernel, groups
        self.bias = nn.Parameter(torch.zeros(width))
        self.weight_g = nn.Parameter(torch.ones(1, 1, kernel))
        self.weight_v = nn.Parameter(torch.randn(width, width // groups, kernel))

    def forward(self, x):
        length = self.weight_v.pow(2).sum((0, 1), keepdim=True).sqrt()
        weight = self.weight_v * (self.weight_g / length)
        return F.conv1d(x, weight, self.bias, padding=self.kernel // 2, groups=self.groups)


class Wav2Vec2PositionalConvEmbedding(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.kernel = config.get("num_conv_pos_embeddings", 128)
        self.conv = NormedConv(config["hidden_size"], self.kernel, config.get("num_conv_pos_embedding_groups", 16))
        self.activation = activation(config.get("feat_extract_activation", "gelu"))

    def forward(self, x):
        x = self.conv(x.transpose(1, 2))
        # An even kernel gives one place too many.
        x = x[:, :, :-1] if self.kernel % 2 == 0 else x
        return self.activation(x).transpose(1, 2)


class Wav2Vec2Attention(BartAttention):
    def __init__(self, config):
        super().__init__(config["hidden_size"], config["num_attention_heads"], config.get("attention_dropout", 0.1))

    def forward(self, x):
        return super().forward(x, *self.kept(x))


class Wav2Vec2FeedForward(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.intermediate_dense = nn.Linear(config["hidden_size"], config["intermediate_size"])
        self.act = activation(config.get("hidden_act", "gelu"))
        self.intermediate_dropout = nn.Dropout(config.get("activation_dropout", 0.1))
        self.output_dense = nn.Linear(config["intermediate_size"], config["hidden_size"])
        self.output_dropout = nn.Dropout(config.get("hidden_dropout", 0.1))

    def forward(self, x):
        x = self.intermediate_dropout(self.act(self.intermediate_dense(x)))
        return self.output_dropout(self.output_dense(x))


class Wav2Vec2EncoderLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        if config.get("adapter_attn_dim") is not None:
            raise NotImplementedError("wav2vec 2.0 with adapters of languages (adapter_attn_dim) is not read")
        width, epsilon = config["hidden_size"], config.get("layer_norm_eps", 1e-5)
        #: Norms before the parts, instead of behind them.
        self.is_stable = config.get("do_stable_layer_norm", False)
        self.attention = Wav2Vec2Attention(config)
        self.dropout = nn.Dropout(config.get("hidden_dropout", 0.1))
        self.layer_norm = nn.LayerNorm(width, eps=epsilon)
        self.feed_forward = Wav2Vec2FeedForward(config)
        self.final_layer_norm = nn.LayerNorm(width, eps=epsilon)

    def forward(self, x):
        if self.is_stable:
            x = x + self.dropout(self.attention(self.layer_norm(x)))
            return x + self.feed_forward(self.final_layer_norm(x))
        x = self.layer_norm(x + self.dropout(self.attention(x)))
        return self.final_layer_norm(x + self.feed_forward(x))


class Wav2Vec2Encoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.is_stable = config.get("do_stable_layer_norm", False)
        self.pos_conv_embed = Wav2Vec2PositionalConvEmbedding(config)
        self.layer_norm = nn.LayerNorm(config["hidden_size"], eps=config.get("layer_norm_eps", 1e-5))
        self.dropout = nn.Dropout(config.get("hidden_dropout", 0.1))
        self.layers = nn.ModuleList([Wav2Vec2EncoderLayer(config) for _ in range(config["num_hidden_layers"])])

    def forward(self, x):
        x = x + self.pos_conv_embed(x)
        x = self.dropout(x if self.is_stable else self.layer_norm(x))
        for layer in self.layers:
            x = layer(x)
        return self.layer_norm(x) if self.is_stable else x


class Wav2Vec2Model(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.feature_extractor = Wav2Vec2FeatureEncoder(config)
        self.feature_projection = Wav2Vec2FeatureProjection(config)
        if config.get("mask_time_prob", 0.05) > 0 or config.get("mask_feature_prob", 0.0) > 0:
            # Of use in its first training only.
            self.masked_spec_embed = nn.Parameter(torch.zeros(config["hidden_size"]))
        self.encoder = Wav2Vec2Encoder(config)

    def forward(self, input_values):
        return self.encoder(self.feature_projection(self.feature_extractor(input_values)))


class Wav2Vec2ForCTC(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.wav2vec2 = Wav2Vec2Model(config)
        self.dropout = nn.Dropout(config.get("final_dropout", 0.1))
        self.lm_head = nn.Linear(config["hidden_size"], config["vocab_size"])

    def forward(self, input_values):
        return self.lm_head(self.dropout(self.wav2vec2(input_values)))


class Wav2Vec2ForSequenceClassification(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.wav2vec2 = Wav2Vec2Model(config)
        if config.get("use_weighted_layer_sum"):
            raise NotImplementedError("a classifier over the sum of all layers (use_weighted_layer_sum) is not read")
        width = config.get("classifier_proj_size", 256)
        self.projector = nn.Linear(config["hidden_size"], width)
        self.classifier = nn.Linear(width, number_of_labels(config))

    def forward(self, input_values):
        return self.classifier(self.projector(self.wav2vec2(input_values)).mean(dim=1))
