"""An attention encoder-decoder of torch.nn.GRU or nn.LSTM: a line with a recipe in, as a JSON object; a JSON object out, with validation perplexities and translations."""
import json
import math
import os
import random
import resource
import sys
import time

import torch
from torch.nn.functional import cross_entropy, log_softmax
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))

# Token 0 stands before a target and ends it; no source has it, so that it pads.
BOUNDARY = 0
IGNORED = -100
POOL = 100


class Model(torch.nn.Module):
    """Luong's global attention (general) over all states of the encoder, behind the decoder's recurrent layer."""

    def __init__(self, recipe):
        super().__init__()
        units = recipe["units"]
        layer = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[recipe["cell"]]
        self.dropout = recipe["dropout"]
        self.source = torch.nn.Embedding(recipe["sourceWords"], units)
        self.target = torch.nn.Embedding(recipe["targetWords"], units)
        self.encoder, self.decoder = layer(units, units), layer(units, units)
        self.query = torch.nn.Linear(units, units, bias=False)
        self.join = torch.nn.Linear(2 * units, units, bias=False)
        self.words = torch.nn.Linear(units, recipe["targetWords"])
        for values in self.parameters():
            torch.nn.init.uniform_(values, -recipe["initial"], recipe["initial"])

    def locked(self, values):
        """Dropout with one mask for all steps."""
        if not self.training or self.dropout == 0:
            return values
        return values * torch.bernoulli(torch.full_like(values[:1], 1 - self.dropout)) / (1 - self.dropout)

    def encode(self, sources, lengths):
        packed = pack_padded_sequence(self.locked(self.source(sources)), lengths, enforce_sorted=False)
        outputs, state = self.encoder(packed)
        return self.locked(pad_packed_sequence(outputs)[0]), state

    def attend(self, outputs, context, padding):
        scores = torch.bmm(self.query(outputs).transpose(0, 1), context.permute(1, 2, 0)).masked_fill(padding, -1e30)
        weights = scores.softmax(2)
        read = torch.bmm(weights, context.transpose(0, 1)).transpose(0, 1)
        return torch.tanh(self.join(torch.cat([read, outputs], 2))), weights

    def loss(self, batch):
        """Sum of the cross-entropies, and how many there are."""
        sources, lengths, inputs, targets = batch
        context, state = self.encode(sources, lengths)
        outputs, _ = self.decoder(self.locked(self.target(inputs)), state)
        hidden, _ = self.attend(self.locked(outputs), context, padding_of(sources, lengths))
        live = targets != IGNORED
        return cross_entropy(self.words(hidden[live]), targets[live], reduction="sum"), int(live.sum())


def padding_of(sources, lengths):
    """[B, 1, S]: where there is no source token."""
    return (torch.arange(sources.size(0))[None, :] >= lengths[:, None]).unsqueeze(1)


def padded(rows, filling):
    """[T, B]."""
    values = torch.full((max(map(len, rows)), len(rows)), filling, dtype=torch.long)
    for b, row in enumerate(rows):
        values[: len(row), b] = torch.tensor(row)
    return values


def batch_of(sources, targets):
    lengths = torch.tensor([len(row) for row in sources])
    return padded(sources, 0), lengths, padded([[BOUNDARY] + row for row in targets], 0), padded([row + [BOUNDARY] for row in targets], IGNORED)


def shuffled_batches(sources, rows, generator):
    """Pools of batches by length, the batches in any order."""
    order = list(range(len(sources)))
    generator.shuffle(order)
    batches = []
    for first in range(0, len(order), rows * POOL):
        pool = sorted(order[first : first + rows * POOL], key=lambda i: len(sources[i]))
        batches += [pool[i : i + rows] for i in range(0, len(pool), rows)]
    generator.shuffle(batches)
    return batches


def by_length(sources, rows):
    order = sorted(range(len(sources)), key=lambda i: len(sources[i]))
    return [order[i : i + rows] for i in range(0, len(order), rows)]


def perplexity(model, sources, targets):
    model.eval()
    loss, count = 0.0, 0
    with torch.no_grad():
        for members in by_length(sources, 64):
            part, live = model.loss(batch_of([sources[i] for i in members], [targets[i] for i in members]))
            loss, count = loss + float(part), count + live
    return math.exp(loss / count)


def select(state, places):
    return tuple(part[:, places] for part in state) if isinstance(state, tuple) else state[:, places]


def search(model, sources, width):
    """Beam search without a length norm: tokens and the places most attended to, of each source."""
    count = len(sources)
    lengths = torch.tensor([len(row) for row in sources])
    tokens = padded(sources, 0)
    context, state = model.encode(tokens, lengths)
    each = torch.arange(count).repeat_interleave(width)
    context, state, padding = context[:, each], select(state, each), padding_of(tokens, lengths)[each]
    scores = torch.full((count, width), -1e30)
    scores[:, 0] = 0
    last = torch.full((count * width,), BOUNDARY)
    beams = [[([], []) for _ in range(width)] for _ in range(count)]
    best = [None] * count
    for _ in range(2 * int(lengths.max()) + 10):
        outputs, state = model.decoder(model.target(last)[None], state)
        hidden, weights = model.attend(outputs, context, padding)
        words = log_softmax(model.words(hidden[0]), 1)
        size = words.size(1)
        scores, chosen = (words.view(count, width, size) + scores[..., None]).view(count, -1).topk(width)
        parents, following = chosen // size, chosen % size
        read = weights[:, 0].argmax(1).view(count, width)
        for n in range(count):
            if best[n] is not None and best[n][2]:
                continue
            grown = []
            for parent, word, score in zip(parents[n].tolist(), following[n].tolist(), scores[n].tolist()):
                written, places = beams[n][parent]
                if word == BOUNDARY and score > -1e20 and (best[n] is None or score > best[n][0]):
                    best[n] = [score, (written, places), False]
                grown.append((written + [word], places + [int(read[n, parent])]))
            beams[n] = grown
            # Log probabilities only fall: what is behind a beam's first place cannot overtake it.
            if best[n] is not None and following[n, 0] == BOUNDARY:
                best[n][2] = True
        if all(found is not None and found[2] for found in best):
            break
        scores = scores.masked_fill(following == BOUNDARY, -1e30)
        state = select(state, (torch.arange(count)[:, None] * width + parents).view(-1))
        last = following.view(-1)
    return [found[1] if found is not None else beams[n][0] for n, found in enumerate(best)]


def translate(model, sources, width):
    model.eval()
    results = [None] * len(sources)
    start = time.time()
    with torch.no_grad():
        for members in by_length(sources, 50):
            for i, found in zip(members, search(model, [sources[i] for i in members], width)):
                results[i] = found
    return {"tokens": [found[0] for found in results], "alignments": [found[1] for found in results], "seconds": time.time() - start}


def train(recipe):
    torch.manual_seed(recipe["seed"])
    generator = random.Random(recipe["seed"])
    model = Model(recipe)
    optimizer = torch.optim.Adam(model.parameters(), lr=recipe["rate"], betas=recipe["betas"], eps=recipe["epsilon"])
    sources, targets = recipe["training"]["sources"], recipe["training"]["targets"]
    perplexities, start = [], time.time()
    for epoch in range(recipe["epochs"]):
        model.train()
        for members in shuffled_batches(sources, recipe["rows"], generator):
            loss, count = model.loss(batch_of([sources[i] for i in members], [targets[i] for i in members]))
            optimizer.zero_grad(set_to_none=True)
            (loss / count).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), recipe["norm"])
            optimizer.step()
        perplexities.append(perplexity(model, recipe["validation"]["sources"], recipe["validation"]["targets"]))
        print(f"epoch {epoch + 1}: perplexity {perplexities[-1]:.2f}, {time.time() - start:.0f} s", file=sys.stderr, flush=True)
    seconds = time.time() - start
    return {
        "perplexities": perplexities,
        "seconds": seconds,
        "residentBytes": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        "greedy": translate(model, recipe["test"], 1),
        "beam": translate(model, recipe["test"], recipe["beam"]),
    }


if __name__ == "__main__":
    print(f"torch|{torch.__version__}", flush=True)
    for line in sys.stdin:
        print(json.dumps(train(json.loads(line))), flush=True)
