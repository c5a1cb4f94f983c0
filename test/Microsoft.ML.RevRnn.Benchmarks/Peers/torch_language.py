"""Language models of torch.nn.LSTM and torch.nn.GRU: a line with a recipe in, as a JSON object; a JSON list of the epochs' validation losses out."""
import json
import math
import os
import sys

import torch
from torch.nn.functional import cross_entropy

torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))

# As the engine validates: in as many streams side by side as have so many words, the state going on from window to window.
LEAST_EVALUATION_LENGTH = 4096
EVALUATION_WINDOW = 256


class Model(torch.nn.Module):
    """Embedding, one recurrent layer, a linear map to all words."""

    def __init__(self, cell, words, units, frequencies):
        super().__init__()
        bound = 1 / math.sqrt(units)
        self.embedding = torch.nn.Embedding(words, units, sparse=True)
        self.layer = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[cell](units, units)
        self.output = torch.nn.Linear(units, words)
        for values in (self.embedding.weight, self.output.weight):
            torch.nn.init.uniform_(values, -bound, bound)
        with torch.no_grad():
            self.output.bias.copy_(torch.log((frequencies + 1) / (frequencies.sum() + words)))
        if cell == "lstm":
            # An LSTM's two biases are summed: with both, Adam would take twice the steps.
            torch.nn.init.zeros_(self.layer.bias_hh_l0).requires_grad_(False)

    def forward(self, tokens, state, dropout):
        inputs = locked_dropout(self.embedding(tokens), dropout)
        outputs, state = self.layer(inputs, state)
        return self.output(locked_dropout(outputs, dropout)), state


def locked_dropout(values, rate):
    """One mask for all steps of a window."""
    if rate == 0:
        return values
    return values * torch.bernoulli(torch.full_like(values[:1], 1 - rate)) / (1 - rate)


def detach(state):
    return tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()


def streams(tokens, rows):
    """Inputs and targets, [T, B] each, of contiguous streams side by side; a boundary, 0, stands before and after the text."""
    text = torch.tensor([0, *tokens, 0])
    length = (len(text) - 1) // rows
    inputs, targets = text[: rows * length], text[1 : rows * length + 1]
    return inputs.view(rows, length).t().contiguous(), targets.view(rows, length).t().contiguous()


def squares(gradient):
    return float((gradient.coalesce().values() if gradient.is_sparse else gradient).square().sum())


def clip(parameters, maximum):
    norm = math.sqrt(sum(squares(p.grad) for p in parameters))
    if norm > maximum:
        for p in parameters:
            p.grad.mul_(maximum / norm)


def validation_loss(model, inputs, targets):
    model.eval()
    loss, state = 0.0, None
    with torch.no_grad():
        for x, y in zip(inputs.split(EVALUATION_WINDOW), targets.split(EVALUATION_WINDOW)):
            scores, state = model(x, state, 0)
            loss += float(cross_entropy(scores.flatten(0, 1), y.flatten(), reduction="sum"))
    return loss / targets.numel()


def train(recipe):
    torch.manual_seed(recipe["seed"])
    window = recipe["window"]
    inputs, targets = streams(recipe["training"], recipe["rows"])
    held = recipe["validation"]
    validation = streams(held, max(1, min(recipe["rows"], (len(held) + 1) // LEAST_EVALUATION_LENGTH)))
    counts = torch.bincount(torch.tensor(recipe["training"]), minlength=recipe["words"])
    model = Model(recipe["cell"], recipe["words"], recipe["units"], counts)
    parameters = [p for p in model.parameters() if p.requires_grad]
    options = {"betas": recipe["betas"], "eps": recipe["epsilon"]}
    # Vectors of words that a window lacks keep still, moments and all.
    optimizers = [
        torch.optim.SparseAdam([model.embedding.weight], **options),
        torch.optim.AdamW([p for p in parameters if p is not model.embedding.weight], weight_decay=0, **options),
    ]
    losses = []
    rates = iter(recipe["rates"])
    for _ in range(recipe["epochs"]):
        model.train()
        state = None
        for x, y in zip(inputs.split(window), targets.split(window)):
            for optimizer in optimizers:
                optimizer.zero_grad(set_to_none=True)
            scores, state = model(x, state, recipe["dropout"])
            state = detach(state)
            cross_entropy(scores.flatten(0, 1), y.flatten()).backward()
            clip(parameters, recipe["norm"])
            rate = next(rates)
            for optimizer in optimizers:
                optimizer.param_groups[0]["lr"] = rate
                optimizer.step()
        losses.append(validation_loss(model, *validation))
    return losses


print(f"torch|{torch.__version__}", flush=True)
for line in sys.stdin:
    print(json.dumps(train(json.loads(line))), flush=True)
