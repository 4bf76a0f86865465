"""DeiT (Touvron et al. 2020): ViT with one token more, that learns from a teacher."""

import torch
from torch import nn

from activations import number_of_labels
from vit import ViTEmbeddings, ViTModel, pair


class DeiTEmbeddings(ViTEmbeddings):
    def __init__(self, config):
        super().__init__(config)
        (height, width), (rows, columns) = pair(config["image_size"]), pair(config["patch_size"])
        patches = (height // rows) * (width // columns)
        self.distillation_token = nn.Parameter(torch.zeros(1, 1, config["hidden_size"]))
        self.position_embeddings = nn.Parameter(torch.zeros(1, patches + 2, config["hidden_size"]))

    def first_tokens(self, count):
        return [self.cls_token.expand(count, -1, -1), self.distillation_token.expand(count, -1, -1)]


class DeiTModel(ViTModel):
    embeddings_class = DeiTEmbeddings


class DeiTForImageClassification(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.deit = DeiTModel(config, add_pooling_layer=False)
        self.classifier = nn.Linear(config["hidden_size"], number_of_labels(config))

    def forward(self, pixel_values):
        return self.classifier(self.deit(pixel_values)[:, 0])


class DeiTForImageClassificationWithTeacher(nn.Module):
    """The mean of what the labels' token and the teacher's token say."""

    def __init__(self, config):
        super().__init__()
        self.deit = DeiTModel(config, add_pooling_layer=False)
        self.cls_classifier = nn.Linear(config["hidden_size"], number_of_labels(config))
        self.distillation_classifier = nn.Linear(config["hidden_size"], number_of_labels(config))

    def forward(self, pixel_values):
        x = self.deit(pixel_values)
        return (self.cls_classifier(x[:, 0]) + self.distillation_classifier(x[:, 1])) / 2
