from pytorch_lightning import LightningDataModule, LightningModule, seed_everything  # noqa: F401


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    from _vitrine import unknown

    return unknown.make(f"lightning.pytorch.{name}")
