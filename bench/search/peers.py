"""General optimisers on the scatter objective, as a user would otherwise write them: annealing by swaps in numpy (incremental),
Optuna's TPE over the strides of interleavers, scipy's dual_annealing over random keys.

Usage: peers.py FOLDER. Reads FOLDER/manifest.json and the arrays it names, writes the best pattern of every peer to FOLDER and
prints one JSON document: what each scored and how S rose over time. Every peer maximises S + mean of the vector, starts from the
same pattern (or none), and stops after the same seconds. Degrees are exact: double edges are swapped away before scoring.
"""
import json
import math
import os
import random
import sys
import time

import numpy as np


class Entry:
    """One entry of the vector: counts = L A R for whatever junction changes, credited up to the ideal."""

    def __init__(self, data, layers, metric):
        self.first, self.last = data["from"] - 1, data["to"] - 1
        self.forward = data["direction"] == "forward"
        self.averaged, self.vacuous = data["averaged"], data["vacuous"]
        neurons = layers[self.first] if self.forward else layers[self.last + 1]
        table = np.zeros((neurons, data["count"]), np.float32)
        starts, members = data["starts"], data["members"]
        for neuron in range(neurons):
            table[neuron, members[starts[neuron] : starts[neuron + 1]]] = 1
        self.P = table
        ideal = table.sum(axis=0) * data["rate"]
        self.ideal = np.ones_like(ideal) if metric == "indicator" else np.maximum(ideal, 1e-9)

    def sides(self, matrices, junction):
        """L and R around a junction: counts = L @ A_junction @ R, window axis last when forward, first when backward."""
        left = None if self.forward else self.P.T
        for i in range(self.last, junction, -1):
            left = matrices[i] if left is None else left @ matrices[i]
        right = self.P if self.forward else None
        for i in range(self.first, junction):
            right = matrices[i] if right is None else matrices[i] @ right
        return left, right

    def counts(self, matrices):
        left, right = self.sides(matrices, self.first)
        counts = matrices[self.first]
        counts = counts if right is None else counts @ right
        return counts if left is None else left @ counts

    def credit(self, counts, rows=None, columns=None):
        """Sum of credits over part of the counts, real neurons only."""
        if self.forward:
            ideal = self.ideal if columns is None else self.ideal[columns]
            shares = np.minimum(1, counts / ideal[None, :])
            real = slice(0, self.averaged) if rows is None else rows < self.averaged
            return shares[real].sum()
        ideal = self.ideal if rows is None else self.ideal[rows]
        shares = np.minimum(1, counts / ideal[:, None])
        real = slice(0, self.averaged) if columns is None else columns < self.averaged
        return shares[:, real].sum()

    def scale(self):
        return 1 / (self.averaged * self.P.shape[1])

    def value(self, matrices):
        return 1.0 if self.vacuous else float(self.credit(self.counts(matrices)) * self.scale())


class Problem:
    def __init__(self, data, folder):
        self.name, self.layers, self.fan_outs = data["name"], data["layers"], data["fanOuts"]
        self.junctions = len(self.fan_outs)
        self.fan_ins = [self.layers[i] * f // self.layers[i + 1] for i, f in enumerate(self.fan_outs)]
        self.parallelism = data["parallelism"]
        self.entries = []
        for entry in data["entries"]:
            for key in ("starts", "members"):
                entry[key] = np.fromfile(os.path.join(folder, entry[key]), dtype=np.uint32).astype(np.int64)
            self.entries.append(Entry(entry, self.layers, data["metric"]))
        self.start = [np.fromfile(os.path.join(folder, name), dtype=np.uint32).astype(np.int64) for name in data["start"]]

    def matrices(self, lists):
        result = []
        for i, sources in enumerate(lists):
            matrix = np.zeros((self.layers[i + 1], self.layers[i]), np.float32)
            matrix[np.repeat(np.arange(self.layers[i + 1]), self.fan_ins[i]), sources] = 1
            result.append(matrix)
        return result

    def vector(self, matrices):
        return [entry.value(matrices) for entry in self.entries]

    def objective(self, lists):
        vector = self.vector(self.matrices(lists))
        return min(vector), min(vector) + sum(vector) / len(vector)

    def repaired(self, lists, seed):
        """Double edges exchanged with random others."""
        rng = random.Random(seed)
        for i, sources in enumerate(lists):
            fan_in = self.fan_ins[i]
            rows = [list(sources[j * fan_in : (j + 1) * fan_in]) for j in range(self.layers[i + 1])]
            for j, row in enumerate(rows):
                for place in range(fan_in):
                    tries = 0
                    while row.count(row[place]) > 1 and tries < 2000:
                        tries += 1
                        other = rng.randrange(len(rows))
                        at = rng.randrange(fan_in)
                        if other == j or rows[other][at] in row or row[place] in rows[other]:
                            continue
                        row[place], rows[other][at] = rows[other][at], row[place]
                    if row.count(row[place]) > 1:
                        return None
            lists[i] = np.array([k for row in rows for k in sorted(row)], dtype=np.int64)
        return lists


class Record:
    """The best so far, and when S rose."""

    def __init__(self, seconds):
        self.begun, self.seconds = time.perf_counter(), seconds
        self.best, self.lists, self.rises, self.evaluated = (-1.0, -1.0), None, [], 0

    def over(self):
        return time.perf_counter() - self.begun >= self.seconds

    def offer(self, scatter, total, lists):
        if (scatter, total) <= self.best:
            return
        if scatter > self.best[0]:
            self.rises.append([time.perf_counter() - self.begun, scatter])
        self.best, self.lists = (scatter, total), [sources.copy() for sources in lists()]


def anneal(problem, seconds, seed):
    """Swaps of two edges, every entry updated by the outer product that the swap adds to it."""
    rng, record = random.Random(seed), Record(seconds)
    matrices = problem.matrices(problem.start)
    # A flat list of sources per junction, kept in step with the matrices.
    lists = [sources.copy() for sources in problem.start]
    movable = [i for i in range(problem.junctions) if problem.fan_outs[i] < problem.layers[i + 1]]
    live = [entry for entry in problem.entries if not entry.vacuous]
    counts = [entry.counts(matrices) for entry in live]
    values = [float(entry.credit(c) * entry.scale()) for entry, c in zip(live, counts)]
    energy = lambda v: (1 - min(v)) + (1 - sum(v) / len(v))
    current, temperature, costs = energy(values), 0.0, []
    as_lists = lambda: [np.concatenate([np.sort(row) for row in s.reshape(problem.layers[i + 1], -1)]) for i, s in enumerate(lists)]
    record.offer(min(values), -current, as_lists)
    while not record.over():
        junction = rng.choice(movable)
        matrix, sources, fan_in = matrices[junction], lists[junction], problem.fan_ins[junction]
        z = problem.parallelism[junction] if problem.parallelism else None
        touched = [n for n, entry in enumerate(live) if entry.first <= junction <= entry.last]
        sides = [live[n].sides(matrices, junction) for n in touched]
        for _ in range(256):
            e, f = rng.randrange(len(sources)), rng.randrange(len(sources))
            j1, j2, a, b = e // fan_in, f // fan_in, sources[e], sources[f]
            if j1 == j2 or a == b or matrix[j1, b] or matrix[j2, a] or (z and (a - b) % z):
                continue
            record.evaluated += 1
            proposed, changes = list(values), []
            for n, (left, right) in zip(touched, sides):
                entry = live[n]
                rows = np.array([j1, j2]) if left is None else np.flatnonzero(left[:, j1] != left[:, j2])
                column = np.array([1.0, -1.0], np.float32) if left is None else left[rows, j1] - left[rows, j2]
                columns = np.array([b, a]) if right is None else np.flatnonzero(right[b] != right[a])
                line = np.array([1.0, -1.0], np.float32) if right is None else right[b, columns] - right[a, columns]
                if not len(rows) or not len(columns):
                    continue
                place = np.ix_(rows, columns)
                before = counts[n][place]
                after = before + column[:, None] * line[None, :]
                gain = entry.credit(after, rows, columns) - entry.credit(before, rows, columns)
                proposed[n] += float(gain) * entry.scale()
                changes.append((n, place, after))
            cost = energy(proposed) - current
            if len(costs) < 200:
                costs.append(cost)
                positive = [c for c in costs if c > 0]
                temperature = sum(positive) / len(positive) / 5 if positive else 0.0
            left_over = max(0.0, 1 - (time.perf_counter() - record.begun) / (0.9 * seconds))
            heat = temperature * left_over
            if cost > 0 and (heat == 0 or rng.random() >= math.exp(-cost / heat)):
                continue
            values, current = proposed, current + cost
            for n, place, after in changes:
                counts[n][place] = after
            matrix[j1, a] = matrix[j2, b] = 0
            matrix[j1, b] = matrix[j2, a] = 1
            sources[e], sources[f] = b, a
            if min(values) > record.best[0]:
                record.offer(min(values), -current, as_lists)
    record.offer(min(values), -current, as_lists)
    return record


def optuna_tpe(problem, seconds, seed):
    """Edge e of a junction comes from edge (a e + b) mod W, W prime to a: TPE chooses a, b and how edges are numbered."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    record = Record(seconds)
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed))

    def objective(trial):
        lists = []
        for i, fan_out in enumerate(problem.fan_outs):
            edges = problem.layers[i] * fan_out
            stride = trial.suggest_int(f"stride{i}", 1, max(1, edges - 1))
            offset = trial.suggest_int(f"offset{i}", 0, edges - 1)
            modulo = trial.suggest_categorical(f"numbering{i}", ["division", "modulo"])
            while math.gcd(stride, edges) != 1:
                stride += 1
            order = (stride * np.arange(edges, dtype=np.int64) + offset) % edges
            lists.append(order % problem.layers[i] if modulo == "modulo" else order // fan_out)
        lists = problem.repaired(lists, trial.number)
        if lists is None:
            return -1.0
        scatter, total = problem.objective(lists)
        record.evaluated += 1
        record.offer(scatter, total, lambda: lists)
        if record.over():
            trial.study.stop()
        return total

    study.optimize(objective, timeout=seconds)
    return record


class Over(Exception):
    pass


def dual_annealing(problem, seconds, seed):
    """Random keys: a key for every edge end, edges in the order of their keys."""
    import scipy.optimize

    record = Record(seconds)
    sizes = [problem.layers[i] * f for i, f in enumerate(problem.fan_outs)]

    def objective(keys):
        lists, begin = [], 0
        for i, size in enumerate(sizes):
            lists.append(np.argsort(keys[begin : begin + size], kind="stable") // problem.fan_outs[i])
            begin += size
        lists = problem.repaired(lists, record.evaluated)
        if lists is None:
            return 1.0
        scatter, total = problem.objective(lists)
        record.evaluated += 1
        record.offer(scatter, total, lambda: lists)
        if record.over():
            raise Over
        return -total

    try:
        scipy.optimize.dual_annealing(objective, [(0, 1)] * sum(sizes), seed=seed, no_local_search=True, maxiter=10**9, maxfun=10**12)
    except Over:
        pass
    return record


PEERS = {"numpy annealing": anneal, "optuna TPE": optuna_tpe, "scipy dual_annealing": dual_annealing}


def main(folder):
    with open(os.path.join(folder, "manifest.json"), encoding="utf-8") as file:
        manifest = json.load(file)
    results = []
    for number, data in enumerate(manifest["problems"]):
        problem = Problem(data, folder)
        found = {}
        for index, name in enumerate(data["peers"]):
            record = PEERS[name](problem, manifest["seconds"], manifest["seed"])
            if record.lists is None:
                found[name] = None
                continue
            files = []
            for i, sources in enumerate(record.lists):
                files.append(f"best-{number}-{index}-{i}.bin")
                np.asarray(sources, dtype=np.uint32).tofile(os.path.join(folder, files[-1]))
            found[name] = {"rises": record.rises, "evaluated": record.evaluated, "junctions": files}
        results.append(found)
    json.dump({"results": results}, sys.stdout)


main(sys.argv[1])
