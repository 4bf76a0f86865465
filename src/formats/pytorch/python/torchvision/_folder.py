"""
torchvision's ImageFolder. The pictures stay where they are: what their transforms make of them is noted step by step, in
words of an experiment's data, and what a loader gives stands for all of them.
"""

import os

from _vitrine import files, trace
from torch._data import Dataset

_ENDINGS = (".png", ".jpg", ".jpeg", ".webp")


def refuse(message):
    from _vitrine.script import NotSeen

    raise NotSeen(message, trace.here())


class Plan:
    """What a chain of transforms makes of a picture."""

    def __init__(self, first):
        #: Height and width of the first picture; of those that follow nothing is known.
        self._first = first
        self.size = None
        self.short = None
        self.fit = "stretch"
        self.channels = 3
        self.augment = []
        self.scale = None
        self.numbers = False

    def sized(self):
        """Height and width as far as the transforms went."""
        if self.size is None:
            height, width = self._first()
            if self.short is not None:
                height, width = shortened(height, width, self.short)
            self.size = [height, width]
        return self.size

    def alter(self, name, **how):
        self.augment.append({"name": name, **how})
        return self

    def told(self):
        height, width = self.sized()
        return {"channels": self.channels, "height": height, "width": width, "fit": self.fit, "short": self.short,
                "scale": self.scale, "augment": self.augment}


def shortened(height, width, short):
    """Sizes after Resize of one number."""
    return (short, int(short * width / height)) if height <= width else (int(short * height / width), short)


class ImageFolder(Dataset):
    def __init__(self, root="", transform=None, target_transform=None, loader=None, is_valid_file=None, allow_empty=False):
        self.root, self.transform, self.target_transform = root, transform, target_transform
        self._own = loader is not None or is_valid_file is not None
        self._found = None
        if trace.script is not None:
            trace.script.folders.append(self)

    def _listed(self):
        """@returns the classes, and of each picture its path and class."""
        if self._found is None:
            place = files.located(self.root)
            if not os.path.isdir(place):
                refuse(f"ImageFolder: {self.root!s} is no folder.")
            classes = sorted(n for n in os.listdir(place) if os.path.isdir(os.path.join(place, n)))
            if not classes:
                raise FileNotFoundError(f"Couldn't find any class folder in {self.root!s}.")
            samples = []
            for number, name in enumerate(classes):
                for folder, _, names in sorted(os.walk(os.path.join(place, name))):
                    samples += [(os.path.join(folder, n), number) for n in sorted(names) if n.lower().endswith(_ENDINGS)]
            self._found = classes, samples
        return self._found

    def _place(self):
        return files.located(self.root)[len(trace.WORKSPACE):]

    @property
    def classes(self):
        return self._listed()[0]

    @property
    def class_to_idx(self):
        return {name: i for i, name in enumerate(self.classes)}

    @property
    def samples(self):
        return self._listed()[1]

    imgs = samples

    @property
    def targets(self):
        return [c for _, c in self.samples]

    def __len__(self):
        return len(self.samples)

    def _first(self):
        if not self.samples:
            refuse(f"ImageFolder: there are no pictures in {self.root!s}. Read are {', '.join(_ENDINGS)}.")
        [read] = files.tensors("picture", self.samples[0][0])
        return read["shape"][-2:]

    def plan(self):
        given = Plan(self._first)
        if self.transform is not None:
            given = self.transform(given)
        if not isinstance(given, Plan):
            refuse("What the transform of ImageFolder makes of pictures is not read.")
        return given

    def _whole(self):
        """What a loader gives of all rows: zeros stand for the pictures."""
        from torch import _make, _tensor

        if self._own or self.target_transform is not None:
            refuse("loader, is_valid_file and target_transform of ImageFolder are not read: leave them out.")
        plan = self.plan()
        if not plan.numbers:
            refuse("ImageFolder gives pictures and not tensors: say transform=transforms.ToTensor().")
        height, width = plan.sized()
        made = _tensor.leaf([len(self), plan.channels, height, width], _tensor.float32, {"kind": "zeros"})
        if trace.script is not None:
            trace.script.pictures.append((made._id, self, plan))
        return [made, _make.tensor(self.targets)]

    def __getitem__(self, index):
        pictures, labels = self._whole()
        return pictures[index], labels[index]


def told(script):
    """The pictures that a script was given, and those that it tests with, as the recorder takes them."""
    made = []
    for number, folder, plan in script.pictures:
        facts = {"id": number, "folder": folder._place(), "classes": folder.classes, **plan.told()}
        parent = os.path.dirname(files.located(folder.root))
        held = next((f for f in script.folders if f is not folder and _beside(f, parent)), None)
        if held is not None:
            facts["held"] = held._place()
            # Parts by chance of the training pictures say nothing of how the others are cut.
            if any(a["name"] == "RandomResizedCrop" for a in plan.augment):
                other = held.plan().told()
                if (other["height"], other["width"]) == (facts["height"], facts["width"]):
                    facts.update(fit=other["fit"], short=other["short"])
        made.append(facts)
    return made


def _beside(folder, parent):
    try:
        return os.path.dirname(files.located(folder.root)) == parent
    except FileNotFoundError:
        return False
