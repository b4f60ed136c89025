"""Makes torch-scores.json: small untrained networks and their scores by PyTorch's autograd in float64, on dense layers with a mask
(made with PyTorch 1.13.0, NumPy 1.24.2):
    python3 test/training/untrained/make-torch-scores.py && npx biome format --write test/training/untrained/torch-scores.json
"""
import json
import pathlib

import numpy
import torch
import torch.nn.functional as F

random = numpy.random.default_rng(7)
torch.set_default_dtype(torch.float64)


def junction(left, right, fan_out):
    """Right-major sources: edges dealt round, neurons renumbered, each row ascending."""
    names = random.permutation(left)
    edges = left * fan_out
    rows = numpy.array([names[e % left] for e in range(edges)]).reshape(right, edges // right)
    return numpy.sort(rows, axis=1)


def dense(rows, values, left):
    matrix = numpy.zeros((len(rows), left))
    for j, row in enumerate(rows):
        matrix[j, row] = values[j]
    return torch.tensor(matrix)


def float32(values):
    return values.astype(numpy.float32).astype(numpy.float64)


def forward(weights, masks, biases, x):
    for i, (weight, mask, bias) in enumerate(zip(weights, masks, biases)):
        x = F.linear(x, weight * mask, bias)
        if i < len(weights) - 1:
            x = F.relu(x)
    return x


def case(layers, fan_outs, used_inputs, used_outputs, examples):
    rows = [junction(layers[i], layers[i + 1], fan_out) for i, fan_out in enumerate(fan_outs)]
    values = [float32(random.normal(0, numpy.sqrt(2 / row.shape[1]), row.shape)) for row in rows]
    biases = [float32(random.normal(0.1, 0.1, len(row))) for row in rows]
    inputs = float32(random.normal(0, 1, (examples, used_inputs)))
    labels = random.integers(0, used_outputs, examples)
    weights = [dense(row, value, layers[i]).requires_grad_() for i, (row, value) in enumerate(zip(rows, values))]
    masks = [dense(row, numpy.ones_like(value), layers[i]) for i, (row, value) in enumerate(zip(rows, values))]
    bias_tensors = [torch.tensor(bias) for bias in biases]
    x = F.pad(torch.tensor(inputs), (0, layers[0] - used_inputs))

    loss = F.cross_entropy(forward(weights, masks, bias_tensors, x), torch.tensor(labels))
    snip = sum((weight * slope).abs().sum() for weight, slope in zip(weights, torch.autograd.grad(loss, weights)))

    def flow(of):
        """R = 1^T prod of(W) 1 over real inputs and outputs, and its slopes by the existing values of(w)."""
        parts = [of(weight.detach()).requires_grad_() for weight in weights]
        signal = F.pad(torch.ones(used_inputs), (0, layers[0] - used_inputs))
        for part, mask in zip(parts, masks):
            signal = (part * mask) @ signal
        return parts, torch.autograd.grad(signal[:used_outputs].sum(), parts)

    synflow = sum((part * slope).sum() for part, slope in zip(*flow(torch.abs)))
    trace = sum((slope * mask).sum() for mask, slope in zip(masks, flow(torch.square)[1]))

    slopes = []
    for example in x:
        total = forward(weights, masks, bias_tensors, example)[:used_outputs].sum()
        slopes.append(torch.cat([slope.flatten() for slope in torch.autograd.grad(total, weights)]))
    slopes = torch.stack(slopes)
    eigenvalues = torch.linalg.eigvalsh(slopes @ slopes.T)
    return {
        "layers": layers,
        "fanOuts": fan_outs,
        "usedInputs": used_inputs,
        "usedOutputs": used_outputs,
        "sources": [row.flatten().tolist() for row in rows],
        "weights": [value.flatten().tolist() for value in values],
        "biases": [bias.tolist() for bias in biases],
        "inputs": inputs.tolist(),
        "labels": labels.tolist(),
        "scores": {
            "snip": snip.item(),
            "synflow": synflow.item(),
            "path-kernel-trace": trace.item(),
            "ntk-condition": (eigenvalues[-1] / eigenvalues[0]).item(),
        },
    }


cases = [
    case([6, 8, 4], [4, 2], 6, 4, 10),
    case([8, 12, 6, 4], [6, 2, 2], 7, 3, 9),
    case([10, 5], [3], 10, 5, 4),
]
path = pathlib.Path(__file__).with_name("torch-scores.json")
path.write_text(json.dumps({"cases": cases}) + "\n")
