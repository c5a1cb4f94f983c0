"""Training steps of torch.nn.LSTM and torch.nn.GRU, run when asked for: a line in, a line out.

case MODEL PLAIN|CHECKPOINT T B H   prepares a case; as many inputs as units; answers "ready"
run N                               answers the mean milliseconds of N steps
peak                                answers the bytes that the process grew by, at the most, in one step
"""
import math
import os
import sys
import time

import torch
from torch.utils.checkpoint import checkpoint

torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))


def blas():
    """The file behind the BLAS that torch multiplies with: its build settings do not say."""
    try:
        with open("/proc/self/maps") as maps:
            files = {os.path.basename(os.path.realpath(line.split()[-1])) for line in maps if "/" in line}
    except OSError:
        return "unknown"
    return ", ".join(sorted(f for f in files if "blas" in f or "mkl_core" in f)) or "within torch"


class Case:
    def __init__(self, model, plain, steps, rows, units):
        torch.manual_seed(1)
        self.cell = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[model](units, units)
        self.lstm = model == "lstm"
        self.segment = steps if plain else math.ceil(math.sqrt(steps))
        self.x = torch.randn(steps, rows, units, requires_grad=True)
        self.w = torch.rand(steps, rows, units) - 0.5
        self.start = torch.zeros(1, rows, units)

    def piece(self, x, *state):
        out, state = self.cell(x, state if self.lstm else state[0])
        return (out, *state) if self.lstm else (out, state)

    def outputs(self):
        steps = self.x.shape[0]
        state = (self.start, self.start) if self.lstm else (self.start,)
        if self.segment >= steps:
            return self.piece(self.x, *state)[0]
        parts = []
        for x in self.x.split(self.segment):
            out, *state = checkpoint(self.piece, x, *state, use_reentrant=False)
            parts.append(out)
        return torch.cat(parts)

    def step(self):
        self.cell.zero_grad(set_to_none=True)
        self.x.grad = None
        loss = (self.outputs() * self.w).sum()
        loss.backward()


def resident(name):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith(name + ":"))


def peak(case):
    with open("/proc/self/clear_refs", "w") as reset:
        reset.write("5")
    before = resident("VmRSS")
    case.step()
    return resident("VmHWM") - before


print(f"torch|{torch.__version__}|{blas()}", flush=True)
case = None
for line in sys.stdin:
    words = line.split()
    if words[0] == "case":
        case = None
        case = Case(words[1], words[2] == "plain", *map(int, words[3:]))
        print("ready", flush=True)
    elif words[0] == "run":
        count = int(words[1])
        start = time.perf_counter()
        for _ in range(count):
            case.step()
        print((time.perf_counter() - start) * 1000 / count, flush=True)
    elif words[0] == "peak":
        print(peak(case), flush=True)
