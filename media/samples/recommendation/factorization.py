import torch
import torch.nn as nn


class MatrixFactorization(nn.Module):
    """A rating is a mean, plus what the person and the film add, plus how well their vectors agree."""

    def __init__(self, users=161, films=121, rank=8):
        super().__init__()
        self.users = nn.Embedding(users, rank, padding_idx=0)
        self.films = nn.Embedding(films, rank, padding_idx=0)
        self.user_bias = nn.Embedding(users, 1, padding_idx=0)
        self.film_bias = nn.Embedding(films, 1, padding_idx=0)
        # Where nothing is known of person and film: a number that learning leaves alone.
        self.register_buffer("mean", torch.tensor(3.0))
        for table in (self.users, self.films):
            nn.init.normal_(table.weight, std=0.1)
        for table in (self.user_bias, self.film_bias):
            nn.init.zeros_(table.weight)

    def forward(self, user, film):
        agree = (self.users(user) * self.films(film)).sum(dim=1, keepdim=True)
        return self.mean + self.user_bias(user) + self.film_bias(film) + agree


class FactorizationMachine(nn.Module):
    """Every two of the five facts agree or not: person, film, genre, era and age group (Rendle, 2010)."""

    def __init__(self, users=161, films=121, genres=7, eras=3, ages=5, rank=8):
        super().__init__()
        sizes = [users, films, genres, eras, ages]
        self.vectors = nn.ModuleList([nn.Embedding(n, rank, padding_idx=0) for n in sizes])
        self.biases = nn.ModuleList([nn.Embedding(n, 1, padding_idx=0) for n in sizes])
        # Where nothing is known of person and film: a number that learning leaves alone.
        self.register_buffer("mean", torch.tensor(3.0))
        for table in self.vectors:
            nn.init.normal_(table.weight, std=0.1)
        for table in self.biases:
            nn.init.zeros_(table.weight)

    def forward(self, user, film, genre, era, age):
        facts = [user, film, genre, era, age]
        linear = sum(bias(x) for bias, x in zip(self.biases, facts))
        v = torch.stack([vector(x) for vector, x in zip(self.vectors, facts)], dim=1)
        # The sum over all pairs of their products, from the square of the sum.
        pairs = 0.5 * (v.sum(dim=1) ** 2 - (v**2).sum(dim=1)).sum(dim=1, keepdim=True)
        return self.mean + linear + pairs
