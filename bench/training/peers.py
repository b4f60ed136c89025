"""PyTorch as a peer: one request a line on stdin, one answer a line on stdout, both JSON. Threads by OMP_NUM_THREADS."""

import json
import os
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
BATCH = 256


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


class Sparse(torch.nn.Module):
    """The same with torch.sparse: values by edge in a COO matrix."""

    def __init__(self, left, right, sources, weights):
        super().__init__()
        rows = np.repeat(np.arange(right), len(sources) // right)
        self.indices = torch.from_numpy(np.stack([rows, sources.astype(np.int64)]))
        self.size = (right, left)
        self.values = torch.nn.Parameter(torch.from_numpy(weights.copy()))
        self.bias = torch.nn.Parameter(torch.full((right,), 0.1))

    def forward(self, x):
        matrix = torch.sparse_coo_tensor(self.indices, self.values, self.size)
        return torch.sparse.mm(matrix, x.t()).t() + self.bias


class Training:
    def __init__(self, folder, layers, kind):
        layer = {"masked": Masked, "sparse": Sparse}[kind]
        modules = []
        for i, (left, right) in enumerate(zip(layers, layers[1:])):
            sources = np.fromfile(f"{folder}/sources-{i}.bin", np.uint32)
            weights = np.fromfile(f"{folder}/weights-{i}.bin", np.float32)
            modules += [layer(left, right, sources, weights), torch.nn.ReLU()]
        self.net = torch.nn.Sequential(*modules[:-1])
        self.inputs = torch.from_numpy(np.fromfile(f"{folder}/inputs.bin", np.float32).reshape(-1, layers[0]))
        self.labels = torch.from_numpy(np.fromfile(f"{folder}/labels.bin", np.uint8).astype(np.int64))
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=1e-3, eps=1e-7)
        self.order = torch.arange(len(self.labels))
        self.at = 0

    def step(self):
        chosen = self.order[self.at : self.at + BATCH]
        loss = F.cross_entropy(self.net(self.inputs[chosen]), self.labels[chosen])
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
        return {"version": torch.__version__}
    key = (request["folder"], request["kind"])
    if request["do"] == "open":
        trainings[key] = Training(request["folder"], request["layers"], request["kind"])
        return {"losses": [trainings[key].step() for _ in range(request["steps"])]}
    if request["do"] == "measure":
        return {"samplesPerSecond": trainings[key].measure(request["seconds"])}
    start = time.perf_counter()
    for _ in range(request["trainings"]):
        training = Training(request["folder"], request["layers"], request["kind"])
        for _ in range(request["steps"]):
            training.step()
    return {"seconds": time.perf_counter() - start}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
