"""CLIP (Radford et al. 2021): a tower for pictures and one for texts, that agree where a text tells of a picture."""

import torch
from torch import nn

from activations import activation, number_of_labels
from bart import BartAttention

#: What configurations leave out.
TEXT = {"vocab_size": 49408, "hidden_size": 512, "intermediate_size": 2048, "projection_dim": 512, "num_hidden_layers": 12,
        "num_attention_heads": 8, "max_position_embeddings": 77, "eos_token_id": 49407}
VISION = {"hidden_size": 768, "intermediate_size": 3072, "projection_dim": 512, "num_hidden_layers": 12,
          "num_attention_heads": 12, "image_size": 224, "patch_size": 32, "num_channels": 3}


def text_of(config):
    return {**TEXT, **(config.get("text_config_dict") or {}), **(config.get("text_config") or {})}


def vision_of(config):
    return {**VISION, **(config.get("vision_config_dict") or {}), **(config.get("vision_config") or {})}


class CLIPAttention(BartAttention):
    def __init__(self, config):
        super().__init__(config["hidden_size"], config["num_attention_heads"], config.get("attention_dropout", 0.0))

    def forward(self, x, hidden=None):
        return super().forward(x, *self.kept(x), hidden)


class CLIPMLP(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.activation_fn = activation(config.get("hidden_act", "quick_gelu"))
        self.fc1 = nn.Linear(config["hidden_size"], config["intermediate_size"])
        self.fc2 = nn.Linear(config["intermediate_size"], config["hidden_size"])

    def forward(self, x):
        return self.fc2(self.activation_fn(self.fc1(x)))


class CLIPEncoderLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, epsilon = config["hidden_size"], config.get("layer_norm_eps", 1e-5)
        self.self_attn = CLIPAttention(config)
        self.layer_norm1 = nn.LayerNorm(width, eps=epsilon)
        self.mlp = CLIPMLP(config)
        self.layer_norm2 = nn.LayerNorm(width, eps=epsilon)

    def forward(self, x, hidden=None):
        x = x + self.self_attn(self.layer_norm1(x), hidden)
        return x + self.mlp(self.layer_norm2(x))


class CLIPEncoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layers = nn.ModuleList([CLIPEncoderLayer(config) for _ in range(config["num_hidden_layers"])])

    def forward(self, x, hidden=None):
        for layer in self.layers:
            x = layer(x, hidden)
        return x


class CLIPTextEmbeddings(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.token_embedding = nn.Embedding(config["vocab_size"], config["hidden_size"])
        self.position_embedding = nn.Embedding(config["max_position_embeddings"], config["hidden_size"])

    def forward(self, input_ids):
        return self.token_embedding(input_ids) + self.position_embedding(torch.arange(input_ids.shape[1]))


class CLIPTextTransformer(nn.Module):
    """A text is what stands at its end, where all of it has been seen."""

    def __init__(self, config):
        super().__init__()
        self.embeddings = CLIPTextEmbeddings(config)
        self.encoder = CLIPEncoder(config)
        self.final_layer_norm = nn.LayerNorm(config["hidden_size"], eps=config.get("layer_norm_eps", 1e-5))
        self.end = config["eos_token_id"]

    def forward(self, input_ids):
        at = torch.arange(input_ids.shape[1])
        x = self.encoder(self.embeddings(input_ids), (at[None, :] > at[:, None])[None, None])
        x = self.final_layer_norm(x)
        # The first configurations named another token; the end has the greatest number of all.
        ends = input_ids if self.end == 2 else (input_ids == self.end).int()
        last = (at[None, :] == ends.argmax(dim=-1)[:, None]).float()
        return x, (x * last[:, :, None]).sum(1)


class CLIPVisionEmbeddings(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, patch = config["hidden_size"], config["patch_size"]
        places = (config["image_size"] // patch) ** 2 + 1
        self.class_embedding = nn.Parameter(torch.zeros(width))
        self.patch_embedding = nn.Conv2d(config.get("num_channels", 3), width, patch, stride=patch, bias=False)
        self.position_embedding = nn.Embedding(places, width)

    def forward(self, pixel_values):
        x = self.patch_embedding(pixel_values).flatten(2).transpose(1, 2)
        first = self.class_embedding.expand(x.shape[0], 1, -1)
        return torch.cat([first, x], dim=1) + self.position_embedding.weight


class CLIPVisionTransformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, epsilon = config["hidden_size"], config.get("layer_norm_eps", 1e-5)
        self.embeddings = CLIPVisionEmbeddings(config)
        # Spelt so in its checkpoints.
        self.pre_layrnorm = nn.LayerNorm(width, eps=epsilon)
        self.encoder = CLIPEncoder(config)
        self.post_layernorm = nn.LayerNorm(width, eps=epsilon)

    def forward(self, pixel_values):
        x = self.encoder(self.pre_layrnorm(self.embeddings(pixel_values)))
        return x, self.post_layernorm(x[:, 0])


def of_length_one(x):
    return x / x.pow(2).sum(-1, keepdim=True).sqrt()


class CLIPModel(nn.Module):
    """How well each picture (rows) agrees with each text (columns)."""

    def __init__(self, config):
        super().__init__()
        text, vision, width = text_of(config), vision_of(config), config.get("projection_dim", 512)
        self.text_model = CLIPTextTransformer(text)
        self.vision_model = CLIPVisionTransformer(vision)
        self.visual_projection = nn.Linear(vision["hidden_size"], width, bias=False)
        self.text_projection = nn.Linear(text["hidden_size"], width, bias=False)
        self.logit_scale = nn.Parameter(torch.tensor(config.get("logit_scale_init_value", 2.6592)))

    def forward(self, input_ids, pixel_values):
        texts = of_length_one(self.text_projection(self.text_model(input_ids)[1]))
        pictures = of_length_one(self.visual_projection(self.vision_model(pixel_values)[1]))
        return pictures @ texts.t() * self.logit_scale.exp(), texts, pictures


class CLIPTexts(nn.Module):
    """The texts' vectors alone."""

    def __init__(self, config):
        super().__init__()
        text = text_of(config)
        self.text_model = CLIPTextTransformer(text)
        self.text_projection = nn.Linear(text["hidden_size"], config.get("projection_dim", 512), bias=False)

    def forward(self, input_ids):
        return of_length_one(self.text_projection(self.text_model(input_ids)[1]))


class CLIPPictures(nn.Module):
    """The pictures' vectors, as long as scores are to be sharp."""

    def __init__(self, config):
        super().__init__()
        vision = vision_of(config)
        self.vision_model = CLIPVisionTransformer(vision)
        self.visual_projection = nn.Linear(vision["hidden_size"], config.get("projection_dim", 512), bias=False)
        self.logit_scale = nn.Parameter(torch.tensor(config.get("logit_scale_init_value", 2.6592)))

    def forward(self, pixel_values):
        return of_length_one(self.visual_projection(self.vision_model(pixel_values)[1])) * self.logit_scale.exp()


class CLIPForImageClassification(nn.Module):
    def __init__(self, config):
        super().__init__()
        vision = vision_of(config)
        self.vision_model = CLIPVisionTransformer(vision)
        self.classifier = nn.Linear(vision["hidden_size"], number_of_labels(config))

    def forward(self, pixel_values):
        return self.classifier(self.vision_model(pixel_values)[0][:, 1:].mean(dim=1))
