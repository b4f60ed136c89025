#!/usr/bin/env python3
"""A trainer for Scattershot in PyTorch. Scattershot starts it and asks it for accuracies; the file is yours to change.

    scattershot trainer check "python3 trainer.py"
    scattershot demo --engine command --trainer "python3 trainer.py"

It trains the paper's networks on any device that PyTorch has: convolutional fronts, connected layers under masks, Adam or SGD.
Jobs of equal layers and settings train together, C candidates as one batched model. Settings mean what Scattershot's own engines
mean by them, so that equal start weights and batches give equal losses.

For a network of your own change `Population`: `draw` makes its parameters, `forward` its logits. Whatever you print goes to stderr;
`say` alone writes to stdout. The protocol is described in docs/trainers.md of Scattershot.
Needs PyTorch 1.13 or newer and no other package (arrays are read by the standard library, with or without NumPy).
"""
import argparse
import array
import ast
import contextlib
import functools
import json
import math
import os
import queue
import sys
import threading
import time
import traceback
import zipfile

# Must stand in the environment before CUDA starts: without it cuBLAS may sum in another order each time.
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")

import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402

# ---------------------------------------------------------------------------------------------------------------- messages

# stdout belongs to the protocol: a copy of it is kept for messages, and whatever else is printed goes to stderr.
_channel = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
os.dup2(2, 1)
sys.stdout = sys.stderr


_told_at = time.monotonic()


def say(**message):
    global _told_at
    _channel.write(json.dumps(message, allow_nan=False) + "\n")
    _channel.flush()
    _told_at = time.monotonic()


class Ended(Exception):
    """Scattershot said "end", or is gone."""


class Inbox:
    """What Scattershot has sent: jobs that wait, and data sets by their ids."""

    # Once stdin has ended, a training that does not notice is not waited for longer than this.
    GRACE_S = 4
    # Scattershot takes a program that says nothing for long for lost.
    ALIVE_EVERY_S = 60

    def __init__(self):
        self.waiting, self.files = [], {}
        self._messages = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in os.fdopen(0, encoding="utf-8"):
            try:
                message = json.loads(line)
            except ValueError:
                print("ignored a line that is not JSON:", line.strip()[:200])
                continue
            self._messages.put(message if isinstance(message, dict) else {})
        self._messages.put({"type": "end"})
        time.sleep(self.GRACE_S)
        os._exit(1)

    def take(self, timeout=None):
        """The next message. None where there is none within `timeout` seconds."""
        try:
            return self._messages.get(timeout=timeout) if timeout != 0 else self._messages.get_nowait()
        except queue.Empty:
            return None

    def sort(self, message, running=()):
        """Jobs to those that wait, files of data sets by id; cancels what is waiting or running."""
        kind = message.get("type")
        if kind == "end":
            raise Ended()
        if kind == "job":
            self.waiting.append(message)
        elif kind == "dataset":
            self.files[message["id"]] = message
        elif kind == "cancel":
            stopped = [job for job in self.waiting if job["id"] == message["id"]]
            self.waiting = [job for job in self.waiting if job["id"] != message["id"]]
            for job in stopped:
                say(type="result", id=job["id"], status="cancelled", reason="it was cancelled before it began")
            for course in running:
                if course.id == message["id"]:
                    course.end("cancelled", "it was cancelled")

    def poll(self, running=()):
        """Sorts all that has come so far, without waiting; shows that this program is alive."""
        if time.monotonic() - _told_at > self.ALIVE_EVERY_S:
            say(type="alive")
        while True:
            message = self.take(timeout=0)
            if message is None:
                return
            self.sort(message, running)

    def collect(self, most):
        """Waits for a job and for what is sent along with it. @returns jobs of equal layers, data and settings"""
        while not self.waiting:
            message = self.take()
            self.sort(message)
            while message.get("more") and len(self.waiting) < most:
                message = self.take()
                self.sort(message)
        alike = lambda job: [job.get(key) for key in ("dataset", "layers", "usedInputs", "usedOutputs", "settings")]
        chosen = [job for job in self.waiting if alike(job) == alike(self.waiting[0])][:most]
        self.waiting = [job for job in self.waiting if job not in chosen]
        return chosen


# ------------------------------------------------------------------------------------------------------------------ arrays

ITEMS = {"f4": torch.float32, "f8": torch.float64, "i4": torch.int32, "i8": torch.int64, "u1": torch.uint8, "b1": torch.bool}


def parse_npy(content, name):
    """The array of a .npy file's bytes (numpy.lib.format, versions 1 to 3)."""
    if content[:6] != b"\x93NUMPY":
        raise ValueError(f"{name} is not a .npy array")
    start = 10 if content[6] == 1 else 12
    data_at = start + int.from_bytes(content[8:start], "little")
    header = ast.literal_eval(content[start:data_at].decode("latin1"))
    kind = header["descr"].lstrip("<|=")
    if kind not in ITEMS or header["fortran_order"]:
        raise ValueError(f"{name} has items of kind {header['descr']}, or columns first; expected one of {', '.join(ITEMS)}, rows first")
    return torch.frombuffer(content, dtype=ITEMS[kind], offset=data_at).reshape(header["shape"])


def read_npy(path):
    content = bytearray(os.path.getsize(path))
    with open(path, "rb") as file:
        file.readinto(content)
    return parse_npy(content, path)


def read_npz(path):
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.endswith(".npy")]
        return {name[:-4]: parse_npy(bytearray(archive.read(name)), name) for name in names}


def write_npz(path, arrays):
    """@param arrays float32 tensors by their names"""
    with zipfile.ZipFile(path, "w") as archive:
        for name, values in arrays.items():
            header = repr({"descr": "<f4", "fortran_order": False, "shape": tuple(values.shape)}) + "\n"
            magic = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little")
            items = array.array("f", values.detach().float().cpu().flatten().tolist())
            archive.writestr(f"{name}.npy", magic + header.encode("latin1") + items.tobytes())


# ------------------------------------------------------------------------------------------------------------------ device


def choose_device(name):
    if name != "auto":
        return torch.device(name)
    if torch.cuda.is_available():
        return torch.device("cuda", torch.cuda.current_device())
    if getattr(torch.backends, "mps", None) is not None and torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def describe(device):
    name = f" {torch.cuda.get_device_name(device)}" if device.type == "cuda" else ""
    threads = f", {torch.get_num_threads()} threads" if device.type == "cpu" else ""
    return f"{device}{name} (PyTorch {torch.__version__}{threads})"


def free_bytes(device):
    """Memory that may still be taken; a guess where nobody tells."""
    if device.type == "cuda":
        unused = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return torch.cuda.mem_get_info(device)[0] + unused
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            return 1024 * next(int(line.split()[1]) for line in file if line.startswith("MemAvailable"))
    except (OSError, StopIteration):
        return 4 * 2**30


def synchronize(device):
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


@functools.lru_cache(maxsize=None)
def has_fused_adam(device):
    """Versions differ in where they have it; it takes half the time."""
    number = torch.zeros(1, device=device, requires_grad=True)
    number.grad = torch.zeros_like(number)
    try:
        torch.optim.Adam([number], fused=True).step()
    except (RuntimeError, TypeError):
        return False
    return True


def first_line(error):
    return next(iter(str(error).strip().splitlines()), "no message")[:500]


def is_out_of_memory(error):
    words = str(error).lower()
    return isinstance(error, MemoryError) or "out of memory" in words or "can't allocate memory" in words


# -------------------------------------------------------------------------------------------------------------------- data


class Data:
    """The three splits, on the device where they take less than a quarter of it; else batches are brought there one by one."""

    def __init__(self, files, device):
        self.classes, self.features, self.device = files["classes"], files["features"], device
        self.splits = {}
        for name, split in files["splits"].items():
            inputs, labels = read_npy(split["inputs"]), read_npy(split["labels"]).long()
            home = device if inputs.numel() * 4 < free_bytes(device) / 4 else torch.device("cpu")
            self.splits[name] = (inputs.float().to(home), labels.to(home))

    def examples(self, name):
        return len(self.splits[name][1])

    def batch(self, name, which):
        """@param which numbers of examples, any shape. @returns inputs `…which × features`, labels `which`"""
        inputs, labels = self.splits[name]
        which = which.to(labels.device)
        return inputs[which].to(self.device), labels[which].to(self.device)


# ----------------------------------------------------------------------------------------------------------------- network

# Image (height, width, channels), then of every block: side of the filters, filters, batch norm, 2×2 max pooling (Dey et al.).
FRONTS = {
    "mnist-conv": ((28, 28, 1), [(5, 32, False, True), (5, 64, False, True)]),
    "cifar-conv": ((32, 32, 3), [(3, filters, True, pool) for filters in (64, 128, 256) for pool in (False, True)]),
}
BATCH_NORM = {"momentum": 0.01, "eps": 1e-3}


class Job:
    """One job's own numbers: masks, start weights, the order of its examples. All drawn from its seed, unless they were sent."""

    def __init__(self, message, examples):
        self.id, self.layers, self.settings = message["id"], message["layers"], message["settings"]
        self.weights_to = message.get("weightsTo")
        self.examples = examples
        arrays = read_npz(message["masks"])
        self.masks = [arrays[f"junction{number}"].bool() for number in range(1, len(self.layers))]
        start = message.get("start") or {}
        self.given = read_npz(start["weights"]) if start.get("weights") else {}
        self.batches = read_npy(start["batches"]) if start.get("batches") else None
        self.start_weights = []
        self.random = torch.Generator().manual_seed(message["seed"])

    def draw_junction(self, number):
        """He et al.: deviation √(2/fan-in), or √(2/left) and truncated at 2 deviations, as Keras's he_normal of a dense layer."""
        mask = self.masks[number - 1]
        right, left = mask.shape
        if f"weights{number}" in self.given:
            return self.given[f"weights{number}"], self.given[f"biases{number}"]
        values = torch.randn(mask.shape, generator=self.random)
        if self.settings.get("init") == "dense-fan-in":
            while (values.abs() > 2).any():
                values = torch.where(values.abs() > 2, torch.randn(mask.shape, generator=self.random), values)
            values *= math.sqrt(2 / left) / 0.8796256610342398
        else:
            values *= (2 / mask.sum(1, keepdim=True)).sqrt()
        return values * mask, torch.full((right,), float(self.settings["biasStart"]))

    def draw_block(self, number, shape, batch_norm):
        """@returns filters `filters × channels × side × side`, shift, scale"""
        filters, channels, side, _ = shape
        if f"frontFilter{number}" in self.given:
            filter_ = self.given[f"frontFilter{number}"].reshape(side, side, channels, filters).permute(3, 2, 0, 1)
            scale = self.given.get(f"frontScale{number}", torch.ones(filters))
            return filter_, self.given[f"frontShift{number}"], scale
        values = torch.randn(shape, generator=self.random) * math.sqrt(2 / (channels * side * side))
        shift = torch.full((filters,), 0.0 if batch_norm else float(self.settings["biasStart"]))
        return values, shift, torch.ones(filters)

    def order(self, epoch):
        """In which order an epoch, from 1, takes the training examples."""
        if self.batches is not None and epoch <= len(self.batches):
            return self.batches[epoch - 1].long()
        return torch.randperm(self.examples, generator=self.random)


class Population:
    """C networks of equal layers as one model: junctions are `C × left × right` products, fronts convolutions in C groups."""

    def __init__(self, jobs, used_outputs, features, device):
        self.jobs, self.count, self.used_outputs, self.device = jobs, len(jobs), used_outputs, device
        self.settings, self.layers = jobs[0].settings, jobs[0].layers
        self.front = FRONTS[self.settings["front"]] if self.settings.get("front") else None
        # Inputs beyond the data's features are 0: nothing comes through their weights.
        self.inputs = self.layers[0] if self.front else min(features, self.layers[0])
        self.decayed, self.free, self.absent, self.running = [], [], [], []
        self.draw()
        self.optimizer = self.make_optimizer()
        self.steps = 0

    def parameter(self, values):
        return values.to(self.device).contiguous().requires_grad_()

    def draw(self):
        """Makes all parameters: `decayed` have an L2 penalty (filters, weights), `free` have none (biases, batch norm)."""
        self.blocks, self.junctions = [], []
        channels = self.front[0][2] if self.front else 0
        for number, (side, filters, batch_norm, pool) in enumerate(self.front[1] if self.front else [], 1):
            drawn = [job.draw_block(number, (filters, channels, side, side), batch_norm) for job in self.jobs]
            filter_, shift, scale = (self.parameter(torch.cat(parts)) for parts in zip(*drawn))
            moments = [torch.zeros_like(shift, requires_grad=False) for _ in range(2)] if batch_norm else None
            self.decayed.append(filter_)
            self.free += [shift, scale] if batch_norm else [shift]
            self.blocks.append((filter_, shift, scale, moments, pool))
            channels = filters
        for number in range(1, len(self.layers)):
            drawn = [job.draw_junction(number) for job in self.jobs]
            for job, (weights, _) in zip(self.jobs, drawn):
                job.start_weights.append(weights)
            left = self.inputs if number == 1 else self.layers[number - 1]
            weights = self.parameter(torch.stack([w.t()[:left] for w, _ in drawn]))
            biases = self.parameter(torch.stack([b[None] for _, b in drawn]))
            absent = torch.stack([~job.masks[number - 1].t()[:left] for job in self.jobs]).contiguous().to(self.device)
            self.decayed.append(weights)
            self.free.append(biases)
            self.absent.append((weights, absent if absent.any() else None))
            self.junctions.append((weights, biases))

    def forward(self, inputs, training):
        """@param inputs `C × examples × features`. @returns logits `C × examples × outputs`"""
        values = self.through_front(inputs, training) if self.front else inputs
        for number, (weights, biases) in enumerate(self.junctions, 1):
            values = torch.baddbmm(biases, values, weights)
            if number < len(self.junctions):
                values = F.relu(values)
        return values

    def through_front(self, images, training):
        height, width, channels = self.front[0]
        examples = images.shape[1]
        values = images.reshape(self.count, examples, height, width, channels).permute(1, 0, 4, 2, 3)
        values = values.reshape(examples, self.count * channels, height, width)
        for filter_, shift, scale, moments, pool in self.blocks:
            bias = shift if moments is None else None
            values = F.conv2d(values, filter_, bias, padding=filter_.shape[-1] // 2, groups=self.count)
            if moments is not None:
                # Running moments begin at 0 and are divided by the weight that they have gathered.
                weight = 1.0 if training else 1 - (1 - BATCH_NORM["momentum"]) ** max(1, self.steps)
                mean, variance = moments if training else (sums / weight for sums in moments)
                values = F.batch_norm(values, mean, variance, scale, shift, training, **BATCH_NORM)
            values = F.relu(F.max_pool2d(values, 2) if pool else values)
        # The first layer takes images rows first, channels fastest.
        return values.reshape(examples, self.count, -1, values.shape[2] * values.shape[3]).permute(1, 0, 3, 2).flatten(2)

    def make_optimizer(self):
        settings = self.settings
        if settings["optimizer"] == "sgd":
            return {parameter: torch.zeros_like(parameter, requires_grad=False) for parameter in self.decayed + self.free}
        if settings["optimizer"] != "adam":
            raise ValueError(f"the optimizer must be adam or sgd; got {settings['optimizer']}")
        groups = [{"params": self.decayed, "weight_decay": 2 * settings["l2"]}, {"params": self.free}]
        return torch.optim.Adam(groups, betas=(0.9, 0.999), **({"fused": True} if has_fused_adam(self.device) else {}))

    def step(self):
        """One optimiser step along the gradients, by Keras's rules: decay of the rate, Adam's ε outside the bias correction."""
        for weights, absent in self.absent:
            if absent is not None:
                weights.grad.masked_fill_(absent, 0)
        settings, step = self.settings, self.steps
        rate = settings["learningRate"] / (1 + settings["learningRateDecay"] * step)
        self.steps += 1
        if settings["optimizer"] == "adam":
            for group in self.optimizer.param_groups:
                group["lr"], group["eps"] = rate, 1e-7 / math.sqrt(1 - 0.999**self.steps)
            self.optimizer.step()
            return
        with torch.no_grad():
            for parameters, l2 in ((self.decayed, settings["l2"]), (self.free, 0)):
                for parameter in parameters:
                    velocity = self.optimizer[parameter].mul_(settings["momentum"])
                    velocity.add_(parameter.grad, alpha=-rate).add_(parameter, alpha=-rate * 2 * l2)
                    parameter.add_(velocity)

    def clear_gradients(self):
        for parameter in self.decayed + self.free:
            parameter.grad = None

    def write_weights(self, number):
        """Where the job at `number` in the population wants its trained weights written, if it does."""
        path, arrays = self.jobs[number].weights_to, {}
        if path is None:
            return
        for index, (filter_, shift, scale, moments, _) in enumerate(self.blocks, 1):
            own = slice(number * len(shift) // self.count, (number + 1) * len(shift) // self.count)
            arrays[f"frontFilter{index}"] = filter_[own].permute(2, 3, 1, 0)
            arrays[f"frontShift{index}"] = shift[own]
            if moments is not None:
                arrays[f"frontScale{index}"] = scale[own]
        for index, (weights, biases) in enumerate(self.junctions, 1):
            whole = torch.zeros(self.layers[index - 1], self.layers[index])
            if index == 1 and self.inputs < self.layers[0]:
                # Weights of inputs that are always 0 have learned nothing.
                whole[self.inputs :] = self.jobs[number].start_weights[0].t()[self.inputs :]
            whole[: weights.shape[1]] = weights[number].detach().cpu()
            arrays[f"weights{index}"], arrays[f"biases{index}"] = whole.t(), biases[number, 0]
        write_npz(path, arrays)

    @staticmethod
    def bytes_each(message, features):
        """Memory that one network takes: weights with gradient and optimiser state, and a batch's values, forward and backward."""
        layers, settings = message["layers"], message["settings"]
        values, weights = 3 * sum(layers) + features, sum(left * right for left, right in zip(layers, layers[1:]))
        if settings.get("front"):
            (height, width, _), blocks = FRONTS[settings["front"]]
            for _, filters, batch_norm, pool in blocks:
                values += (6 if batch_norm else 4) * height * width * filters
                height, width = (height // 2, width // 2) if pool else (height, width)
        return 24 * weights + 4 * values * min(settings["batchSize"], 4096)


# ---------------------------------------------------------------------------------------------------------------- training


class Clock:
    """Samples a second over optimiser steps alone; the first ten of a training do not count where there are more."""

    WARM_UP_STEPS = 10

    def __init__(self, device):
        self.device, self.steps, self.since = device, 0, 0.0
        self.warm, self.all = [0, 0.0], [0, 0.0]

    def start(self):
        synchronize(self.device)
        self.since = time.perf_counter()

    def count(self, steps, samples):
        synchronize(self.device)
        seconds = time.perf_counter() - self.since
        for total in (self.all, self.warm) if self.steps >= self.WARM_UP_STEPS else (self.all,):
            total[0] += samples
            total[1] += seconds
        self.steps += steps
        self.since = time.perf_counter()

    def rate(self):
        samples, seconds = self.warm if self.warm[0] else self.all
        return samples / seconds if seconds > 0 else 0.0


class Course:
    """What has been told of one job. A population that is begun again, smaller, tells no epoch twice."""

    def __init__(self, message):
        self.message, self.id = message, message["id"]
        self.is_started, self.is_over, self.epochs, self.validation = False, False, 0, None

    def start(self, device):
        if not self.is_started:
            say(type="started", id=self.id, device=device)
        self.is_started = True

    def epoch(self, epoch, loss, accuracy, validation):
        self.validation = validation
        if epoch > self.epochs:
            say(type="epoch", id=self.id, epoch=epoch, loss=loss, accuracy=accuracy, validationAccuracy=validation)
        self.epochs = max(self.epochs, epoch)

    def finish(self, test, rate):
        result = {"testAccuracy": test, "validationAccuracy": self.validation, "samplesPerSecond": rate}
        say(type="result", id=self.id, status="finished", **result)
        self.is_over = True

    def end(self, status, reason):
        if not self.is_over:
            say(type="result", id=self.id, status=status, reason=reason)
        self.is_over = True


class Trainer:
    def __init__(self, options):
        self.device, self.options, self.inbox = choose_device(options.device), options, Inbox()
        self.loaded = (None, None)

    def concurrent(self):
        """Jobs that are liked at once. How many train together is decided once their layers are known."""
        if self.options.concurrent:
            return self.options.concurrent
        return 4 if self.device.type == "cpu" else max(1, min(256, free_bytes(self.device) // 2**26))

    def run(self):
        hello = self.inbox.take()
        if hello is None or hello.get("type") != "hello":
            raise SystemExit("This program talks to Scattershot; try: scattershot trainer check \"python3 trainer.py\"")
        score = {"name": "accuracy", "unit": "%", "better": "higher"}
        say(
            type="hello", protocol=1, name="PyTorch", epochs=True, concurrent=self.concurrent(), together=True,
            weights=True, devices=[describe(self.device)], score=score,
        )
        with contextlib.suppress(Ended):
            while True:
                self.train([Course(message) for message in self.inbox.collect(self.concurrent())])

    def data(self, dataset):
        if self.loaded[0] != dataset:
            self.loaded = (None, None)
            self.loaded = (dataset, Data(self.inbox.files[dataset], self.device))
        return self.loaded[1]

    def fitting(self, message, features):
        """How many networks like this one fit in the memory that is free. A front on a CPU is busy enough with one."""
        if self.device.type == "cpu" and message["settings"].get("front"):
            return 1
        return max(1, int(0.7 * free_bytes(self.device) / Population.bytes_each(message, features)))

    def train(self, courses):
        """Trains jobs together, as many at once as there is memory for; fewer where that was too many."""
        if not courses:
            return
        try:
            data = self.data(courses[0].message["dataset"])
            most = self.fitting(courses[0].message, data.features)
            if len(courses) <= most:
                return self.train_together(courses, data)
        except Ended:
            raise
        except Exception as error:  # noqa: BLE001 - whatever goes wrong in a training is that training's result
            self.forget(error)
            if not (is_out_of_memory(error) and len(courses) > 1):
                traceback.print_exc()
                for course in courses:
                    course.end("failed", f"{type(error).__name__}: {first_line(error)}")
                return
            most = (len(courses) + 1) // 2
            print(f"{len(courses)} candidates at once take more memory than there is; going on with {most}")
        for first in range(0, len(courses), most):
            self.train([course for course in courses[first : first + most] if not course.is_over])

    def forget(self, error):
        """Lets go of what a failed training held, which its traceback still holds."""
        traceback.clear_frames(error.__traceback__)
        if self.device.type == "cuda":
            torch.cuda.empty_cache()

    def train_together(self, courses, data):
        jobs = [Job(course.message, data.examples("train")) for course in courses]
        for course in courses:
            course.start(describe(self.device))
        population = Population(jobs, courses[0].message["usedOutputs"], data.features, self.device)
        clock = Clock(self.device)
        for epoch in range(1, jobs[0].settings["epochs"] + 1):
            sums = self.train_epoch(courses, population, data, epoch, clock)
            validation = None if sums is None else self.accuracies(courses, population, data, "validation")
            if validation is None:
                return
            loss, accuracy = sums
            for number, course in enumerate(courses):
                fault = self.divergence(loss[number], validation[number], epoch, population.used_outputs)
                if fault is not None:
                    course.end("diverged", fault)
                elif not course.is_over:
                    course.epoch(epoch, loss[number], accuracy[number], validation[number])
        test = self.accuracies(courses, population, data, "test")
        for number, course in enumerate(courses if test is not None else []):
            if not course.is_over:
                population.write_weights(number)
                course.finish(test[number], clock.rate())

    def is_over(self, courses):
        self.inbox.poll(courses)
        return all(course.is_over for course in courses)

    def precision(self):
        return torch.autocast(self.device.type, dtype=torch.bfloat16) if self.options.amp else contextlib.nullcontext()

    def train_epoch(self, courses, population, data, epoch, clock):
        """@returns mean losses before each update, and accuracies, of every network; None where all were cancelled"""
        examples, size = data.examples("train"), population.settings["batchSize"]
        order = torch.stack([job.order(epoch) for job in population.jobs])
        sums = torch.zeros(2, population.count, device=self.device, dtype=torch.float32 if self.device.type == "mps" else torch.float64)
        steps = samples = 0
        clock.start()
        for first in range(0, examples, size):
            if self.is_over(courses):
                return None
            inputs, labels = data.batch("train", order[:, first : first + size])
            population.clear_gradients()
            with self.precision():
                logits = population.forward(inputs[..., : population.inputs] if not population.front else inputs, True).float()
            losses = F.cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="none").view(population.count, -1)
            # Every network has its own mean, so that the sum's gradient is each one's own.
            losses.mean(1).sum().backward()
            population.step()
            with torch.no_grad():
                sums[0] += losses.sum(1)
                sums[1] += (logits[..., : population.used_outputs].argmax(-1) == labels).sum(1)
            steps, samples = steps + 1, samples + labels.shape[1]
            if clock.steps + steps == Clock.WARM_UP_STEPS:
                clock.count(steps, samples)
                steps = samples = 0
        clock.count(steps, samples)
        return (sums / examples).tolist()

    @torch.no_grad()
    def accuracies(self, courses, population, data, split):
        """Of every network; NaN where a logit is not finite. None where all were cancelled meanwhile."""
        examples, size = data.examples(split), 128 if population.front else 1024
        correct = torch.zeros(population.count, device=self.device)
        for first in range(0, examples, size):
            if self.is_over(courses):
                return None
            inputs, labels = data.batch(split, torch.arange(first, min(examples, first + size)))
            inputs = inputs if population.front else inputs[:, : population.inputs]
            with self.precision():
                logits = population.forward(inputs.expand(population.count, *inputs.shape), False).float()
            correct += (logits[..., : population.used_outputs].argmax(-1) == labels).sum(1)
            correct += (0 * logits).flatten(1).sum(1)
        return (correct.double() / examples if self.device.type != "mps" else correct / examples).tolist()

    @staticmethod
    def divergence(loss, validation, epoch, used_outputs):
        """Why a training has diverged, or None: no longer finite, or a thousand times the loss of guessing."""
        if not math.isfinite(loss):
            return f"the loss was no longer finite in epoch {epoch}; a lower learning rate may help"
        if loss > 1000 * math.log(max(2, used_outputs)):
            return f"the loss rose to {loss:.2g} in epoch {epoch}, 1000 times that of guessing and more; a lower learning rate may help"
        if math.isnan(validation):
            return f"the output was no longer finite in epoch {epoch}; a lower learning rate may help"
        return None


def main():
    parser = argparse.ArgumentParser(description="A trainer for Scattershot in PyTorch.")
    parser.add_argument("--device", default="auto", help="cuda, cuda:1, mps, xpu, cpu …; default: a GPU where there is one")
    parser.add_argument("--concurrent", type=int, default=0, help="candidates that train together at most; default: by free memory")
    parser.add_argument("--threads", type=int, default=0, help="threads of the CPU; default: PyTorch's own choice")
    parser.add_argument("--amp", action="store_true", help="products in bfloat16: faster on a GPU, and no longer the same losses")
    parser.add_argument("--nondeterministic", action="store_true", help="allow algorithms whose sums differ from run to run, and TF32")
    options = parser.parse_args()
    if options.threads > 0:
        torch.set_num_threads(options.threads)
    if not options.nondeterministic:
        # An operation that has no deterministic form on a device warns on stderr and goes on.
        torch.use_deterministic_algorithms(True, warn_only=True)
        torch.backends.cudnn.benchmark = False
        torch.backends.cudnn.allow_tf32 = False
        torch.set_float32_matmul_precision("highest")
    Trainer(options).run()
    # All is said. Taking PyTorch apart can last longer than the few seconds that an end may take.
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
