"""Makes masks.npz and pictures.npz: how the masks of a pruned PyTorch model, and a small data set, are saved for Scattershot.

python make_masks.py    (made with PyTorch 1.13 and numpy 1.24)
"""
import numpy
import torch
from torch import nn
from torch.nn.utils import prune

rng = numpy.random.default_rng(7)


def regular_mask(right: int, left: int, fan_in: int) -> torch.Tensor:
    """Every right neuron keeps fan_in edges, every left neuron right * fan_in / left: edges are dealt out in random rounds."""
    while True:
        ends = numpy.concatenate([rng.permutation(left) for _ in range(right * fan_in // left)]).reshape(right, fan_in)
        if all(len(set(row)) == fan_in for row in ends):
            break
    mask = numpy.zeros((right, left), dtype=numpy.float32)
    numpy.put_along_axis(mask, ends, 1, axis=1)
    return torch.from_numpy(mask)


model = nn.Sequential()
model.add_module("fc1", nn.Linear(16, 32))
model.add_module("fc2", nn.Linear(32, 4))
prune.custom_from_mask(model.fc1, "weight", regular_mask(32, 16, 4))
prune.custom_from_mask(model.fc2, "weight", regular_mask(4, 32, 8))
# fc1.weight_mask, fc1.weight_orig, fc1.bias, fc2.weight_mask, …
numpy.savez_compressed("masks.npz", **{name: tensor.numpy() for name, tensor in model.state_dict().items()})

# 4 x 4 pictures with one bright row among noise; the class is the row.
y = rng.integers(0, 4, 400)
x = rng.integers(0, 160, (400, 4, 4))
x[numpy.arange(400), y] += rng.integers(40, 96, (400, 4))
numpy.savez_compressed("pictures.npz", x=x.reshape(400, 16).astype(numpy.uint8), y=y.astype(numpy.uint8))
