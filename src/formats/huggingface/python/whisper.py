"""Whisper (Radford et al. 2022): speech to text, an encoder over log-mel spectrograms and a decoder of text."""

import torch
import torch.nn.functional as F
from torch import nn

from bart import BartLayer
from causal import Step, Whole


class WhisperLayer(BartLayer):
    """With the norms before the parts."""

    key_bias = False

    def __init__(self, config, side):
        super().__init__({"dropout": 0.0, **config}, side)

    def forward(self, x, places=None, memory=None):
        normed = self.self_attn_layer_norm(x)
        key, value = self.self_attn.kept(normed)
        hidden = None
        if places is not None:
            key, value = places.keep(key, value)
            hidden = places.hidden
        x = x + self.dropout(self.self_attn(normed, key, value, hidden))
        if memory is not None:
            x = x + self.dropout(self.encoder_attn(self.encoder_attn_layer_norm(x), *memory))
        units = self.fc2(self.activation_dropout(self.activation_fn(self.fc1(self.final_layer_norm(x)))))
        return x + self.dropout(units)


class WhisperEncoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config["d_model"]
        self.conv1 = nn.Conv1d(config.get("num_mel_bins", 80), width, 3, padding=1)
        self.conv2 = nn.Conv1d(width, width, 3, stride=2, padding=1)
        self.embed_positions = nn.Embedding(config.get("max_source_positions", 1500), width)
        self.layers = nn.ModuleList([WhisperLayer(config, "encoder") for _ in range(config["encoder_layers"])])
        self.layer_norm = nn.LayerNorm(width)
        self.dropout = nn.Dropout(config.get("dropout", 0.0))

    def forward(self, input_features):
        x = F.gelu(self.conv2(F.gelu(self.conv1(input_features)))).transpose(1, 2)
        x = self.dropout(x + self.embed_positions.weight)
        for layer in self.layers:
            x = layer(x)
        return self.layer_norm(x)


class WhisperDecoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config["d_model"]
        self.embed_tokens = nn.Embedding(config["vocab_size"], width, padding_idx=config.get("pad_token_id", 50256))
        self.embed_positions = nn.Embedding(config.get("max_target_positions", 448), width)
        self.layers = nn.ModuleList([WhisperLayer(config, "decoder") for _ in range(config["decoder_layers"])])
        self.layer_norm = nn.LayerNorm(width)
        self.dropout = nn.Dropout(config.get("dropout", 0.0))

    def forward(self, input_ids, places, memory):
        """memory: for each layer the keys and values of the encoder's places."""
        x = self.dropout(self.embed_tokens(input_ids) + self.embed_positions(places.positions))
        for layer, own in zip(self.layers, memory):
            x = layer(x, places, own)
        return self.layer_norm(x)


class WhisperModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.encoder = WhisperEncoder(config)
        self.decoder = WhisperDecoder(config)

    def memory(self, input_features):
        x = self.encoder(input_features)
        return [layer.encoder_attn.kept(x) for layer in self.decoder.layers]

    def forward(self, input_features, decoder_input_ids):
        return self.decoder(decoder_input_ids, Whole(decoder_input_ids), self.memory(input_features))


class WhisperForConditionalGeneration(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.model = WhisperModel(config)
        self.proj_out = nn.Linear(config["d_model"], config["vocab_size"], bias=False)
        self.proj_out.weight = self.model.decoder.embed_tokens.weight

    def forward(self, input_features, decoder_input_ids):
        return self.proj_out(self.model(input_features, decoder_input_ids))


class WhisperMemory(WhisperForConditionalGeneration):
    """What the decoder looks at of the sound: each layer's keys and values, computed once."""

    def forward(self, input_features):
        return tuple(part for layer in self.model.memory(input_features) for part in layer)


class WhisperStep(WhisperForConditionalGeneration):
    """The scores behind the last of some new tokens; `past` is the own keys and values, then those of the sound."""

    def forward(self, input_ids, positions, *past):
        count = 2 * len(self.model.decoder.layers)
        places, source = Step(positions, past[:count]), past[count:]
        x = self.model.decoder(input_ids, places, list(zip(source[0::2], source[1::2])))
        return self.proj_out(x[:, -1]), *places.now
