"""Training steps of one layer in PyTorch, one thread, by its time on the processor: PatternLinear in its two forms beside the usual masked dense layer.

One JSON document on stdout: milliseconds a step (forward, backward, optimiser) and a forward alone, medians, contenders alternately.
"""

import importlib.util
import json
import sys
import time

import torch
from torch.nn.utils import prune

torch.set_num_threads(1)
BATCH, LEAST, SECONDS = 256, 5, float(sys.argv[2])
# the paper's junctions, and square ones
SIZES = [(4096, 512), (1024, 1024), (3136, 784), (784, 224), (64, 1024)]
DENSITIES = [0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5]

spec = importlib.util.spec_from_file_location("pattern_module", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)


def balanced_mask(right, left, fan_in):
    """Edges dealt out in turn to inputs in a random order: constant fan-in, fan-outs one apart at most."""
    order = torch.randperm(left)
    mask = torch.zeros(right, left)
    mask.scatter_(1, order[torch.arange(right * fan_in) % left].view(right, fan_in), 1)
    return mask[torch.randperm(right)]


class Masked(torch.nn.Module):
    """As users write it."""

    def __init__(self, mask):
        super().__init__()
        self.linear = torch.nn.Linear(mask.shape[1], mask.shape[0])
        self.register_buffer("mask", mask)

    def forward(self, x):
        return torch.nn.functional.linear(x, self.linear.weight * self.mask, self.linear.bias)


def pruned(mask):
    """As torch.nn.utils.prune does it."""
    linear = torch.nn.Linear(mask.shape[1], mask.shape[0])
    prune.custom_from_mask(linear, "weight", mask)
    return linear


class Step:
    def __init__(self, layer, x, target):
        self.layer, self.x, self.target = layer, x, target
        self.optimizer = torch.optim.Adam(layer.parameters())
        self.steps, self.forwards = [], []

    def run(self):
        start = time.process_time()
        loss = (self.layer(self.x) * self.target).sum()
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.steps.append(time.process_time() - start)
        with torch.no_grad():
            start = time.process_time()
            self.layer(self.x)
            self.forwards.append(time.process_time() - start)


def median(seconds):
    return round(sorted(seconds[2:])[len(seconds[2:]) // 2] * 1e3, 3)


rows = []
for left, right in SIZES:
    for density in DENSITIES:
        fan_in = max(1, -(-left // right), round(left * density))
        torch.manual_seed(1)
        mask = balanced_mask(right, left, fan_in)
        # inputs have gradients, as those of a layer within a network have
        x, target = torch.randn(BATCH, left, requires_grad=True), torch.randn(BATCH, right)
        contenders = {
            "masked": Step(Masked(mask), x, target),
            "prune": Step(pruned(mask), x, target),
            "gather": Step(module.PatternLinear(mask, form="gather"), x, target),
            "dense": Step(module.PatternLinear(mask, form="dense"), x, target),
        }
        until = time.process_time() + SECONDS
        rounds = 0
        while rounds < LEAST or time.process_time() < until:
            for step in contenders.values():
                step.run()
            rounds += 1
        row = {"left": left, "right": right, "fanIn": fan_in, "density": fan_in / left, "rounds": rounds}
        for name, step in contenders.items():
            row[name] = {"stepMs": median(step.steps), "forwardMs": median(step.forwards)}
        rows.append(row)

print(json.dumps({"torch": torch.__version__, "batch": BATCH, "rows": rows}))
