"""PyTorch as a peer, in the forms that a good user would try: one request a line on stdin, one answer a line on stdout, both JSON.

Threads by OMP_NUM_THREADS. A form that cannot be had here or is of no use for a net answers {"unavailable": why}.
"""

import json
import os
import sys
import time
import warnings

import numpy as np
import torch
import torch.nn.functional as F

# Stdout is for answers alone: what libraries print goes to stderr.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
warnings.filterwarnings("ignore", message="Sparse CSR tensor support")
torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
BATCH = 256

# Gathered inputs take this many times the batch's memory: above it the form is hopeless and its memory a danger.
MOST_GATHERED = 200


class Unavailable(Exception):
    pass


class Masked(torch.nn.Module):
    """A dense layer whose weights are multiplied by a mask, as users write it; without a mask where every edge exists."""

    def __init__(self, left, right, sources, weights):
        super().__init__()
        rows = np.repeat(np.arange(right), len(sources) // right)
        dense, mask = np.zeros((right, left), np.float32), np.zeros((right, left), np.float32)
        dense[rows, sources], mask[rows, sources] = weights, 1
        self.weight = torch.nn.Parameter(torch.from_numpy(dense))
        self.bias = torch.nn.Parameter(torch.full((right,), 0.1))
        self.register_buffer("mask", None if mask.all() else torch.from_numpy(mask))

    def forward(self, x):
        return F.linear(x, self.weight if self.mask is None else self.weight * self.mask, self.bias)


class Gather(torch.nn.Module):
    """Constant fan-in: values [right, fan-in], and the inputs of each gathered."""

    def __init__(self, left, right, sources, weights):
        super().__init__()
        if len(sources) // right > MOST_GATHERED:
            raise Unavailable(f"fan-ins above {MOST_GATHERED}")
        self.values = torch.nn.Parameter(torch.from_numpy(weights.reshape(right, -1).copy()))
        self.bias = torch.nn.Parameter(torch.full((right,), 0.1))
        self.sources = torch.from_numpy(sources.reshape(right, -1).astype(np.int64))

    def forward(self, x):
        return (x[:, self.sources] * self.values).sum(-1) + self.bias


class Csr(torch.nn.Module):
    """torch.sparse: values by edge in a CSR matrix."""

    def __init__(self, left, right, sources, weights):
        super().__init__()
        if len(sources) == left * right:
            raise Unavailable("every edge exists")
        self.ends = torch.arange(0, len(sources) + 1, len(sources) // right)
        self.sources = torch.from_numpy(sources.astype(np.int64))
        self.size = (right, left)
        self.values = torch.nn.Parameter(torch.from_numpy(weights.copy()))
        self.bias = torch.nn.Parameter(torch.full((right,), 0.1))

    def forward(self, x):
        matrix = torch.sparse_csr_tensor(self.ends, self.sources, self.values, self.size)
        return torch.sparse.mm(matrix, x.t()).t() + self.bias


def sparse_prop(left, right, sources, weights):
    """SparseProp (Nikdan et al. 2023), which compiles itself when it is imported."""
    if len(sources) == left * right:
        raise Unavailable("every edge exists")
    try:
        from sparseprop.modules.linear import SparseLinear
    except ImportError as error:
        raise Unavailable(str(error)) from error
    dense = np.zeros((right, left), np.float32)
    dense[np.repeat(np.arange(right), len(sources) // right), sources] = weights
    return SparseLinear(torch.from_numpy(dense), torch.nn.Parameter(torch.full((right,), 0.1)))


# Form: layer, fused Adam, compiled.
FORMS = {
    "masked": (Masked, False, False),
    "masked, fused Adam": (Masked, True, False),
    "masked, fused Adam, compiled": (Masked, True, True),
    "gather, fused Adam": (Gather, True, False),
    "CSR, fused Adam": (Csr, True, False),
    "SparseProp, fused Adam": (sparse_prop, True, False),
}


class Training:
    def __init__(self, folder, layers, form):
        layer, fused, compiled = FORMS[form]
        modules = []
        for i, (left, right) in enumerate(zip(layers, layers[1:])):
            sources = np.fromfile(f"{folder}/sources-{i}.bin", np.uint32)
            weights = np.fromfile(f"{folder}/weights-{i}.bin", np.float32)
            modules += [layer(left, right, sources, weights), torch.nn.ReLU()]
        net = torch.nn.Sequential(*modules[:-1])
        self.inputs = torch.from_numpy(np.fromfile(f"{folder}/inputs.bin", np.float32).reshape(-1, layers[0]))
        self.labels = torch.from_numpy(np.fromfile(f"{folder}/labels.bin", np.uint8).astype(np.int64))
        try:
            more = {"fused": True} if fused else {}
            self.optimizer = torch.optim.Adam(net.parameters(), lr=1e-3, eps=1e-7, **more)
        except (TypeError, RuntimeError) as error:
            raise Unavailable(f"no fused Adam on the CPU ({error})") from error
        self.loss_of = lambda x, y: F.cross_entropy(net(x), y)
        if compiled:
            if not hasattr(torch, "compile"):
                raise Unavailable("no torch.compile")
            self.loss_of = torch.compile(self.loss_of)
        self.order = torch.arange(len(self.labels))
        self.at = 0

    def step(self):
        chosen = self.order[self.at : self.at + BATCH]
        loss = self.loss_of(self.inputs[chosen], self.labels[chosen])
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.at += BATCH
        if self.at >= len(self.order):
            self.at, self.order = 0, torch.randperm(len(self.order))
        return loss.item()

    def measure(self, seconds):
        start, steps = time.perf_counter(), 0
        while time.perf_counter() - start < seconds:
            self.step()
            steps += 1
        return BATCH * steps / (time.perf_counter() - start)


trainings = {}


def answer(request):
    if request["do"] == "version":
        return {"version": torch.__version__, "forms": list(FORMS)}
    key = (request["folder"], request["form"])
    if request["do"] == "open":
        trainings[key] = Training(request["folder"], request["layers"], request["form"])
        return {"losses": [trainings[key].step() for _ in range(request["steps"])]}
    if request["do"] == "measure":
        return {"samplesPerSecond": trainings[key].measure(request["seconds"])}
    start = time.perf_counter()
    for _ in range(request["trainings"]):
        training = Training(request["folder"], request["layers"], request["form"])
        for _ in range(request["steps"]):
            training.step()
    return {"seconds": time.perf_counter() - start}


for line in sys.stdin:
    try:
        reply = answer(json.loads(line))
    except Unavailable as lack:
        reply = {"unavailable": str(lack)}
    print(json.dumps(reply), file=answers, flush=True)
