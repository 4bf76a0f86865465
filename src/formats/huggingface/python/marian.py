"""Marian (Junczys-Dowmunt et al. 2018): translators made as BART, with positions of waves and no norm of the embeddings."""

import torch

from bart import BartDecoder, BartEncoder, BartForConditionalGeneration, BartMemory, BartModel, BartStep


class Waves:
    """Positions that are not learned: sines, then cosines, of ever slower turns."""

    is_normed = False

    def add_positions(self, count, width):
        turns = [10000.0 ** (-2 * i / width) for i in range((width + 1) // 2)]
        self.register_buffer("turns", torch.tensor(turns), persistent=False)
        self.width = width

    def positions(self, places):
        angles = places.float()[..., None] * self.turns
        return torch.cat([angles.sin(), angles.cos()[..., : self.width // 2]], dim=-1)


class MarianEncoder(Waves, BartEncoder):
    pass


class MarianDecoder(Waves, BartDecoder):
    pass


class MarianModel(BartModel):
    encoder_class, decoder_class = MarianEncoder, MarianDecoder

    def __init__(self, config):
        if not config.get("share_encoder_decoder_embeddings", True):
            raise NotImplementedError("Marian with a vocabulary of each side is not read yet")
        super().__init__(config)


class MarianMTModel(BartForConditionalGeneration):
    model_class = MarianModel


class MarianMemory(BartMemory):
    model_class = MarianModel


class MarianStep(BartStep):
    model_class = MarianModel
