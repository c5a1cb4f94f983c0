// What training does beside the sweeps: sums by token, limits of gradients, steps of the optimisers. One element of each, the same on the GPU and on the host.
#pragma once
#include "sweep.h"

// target [slots, stride] += the rows of the source [flat, stride] that have a slot's token, in their order.
struct TokenSums {
    const float* source;
    float* target;
    const int* slots;      // [entries] which rows of the target
    const int* starts;     // [entries + 1] where an entry's rows begin
    const int* rows;
    int entries, stride;
};

DEVICE void add_tokens(const TokenSums& p, int entry, int column) {
    int slot = p.slots[entry];
    float *target = p.target + (long)slot * p.stride + column, sum = *target;
    for (int i = p.starts[entry]; i < p.starts[entry + 1]; i++)
        sum += p.source[(long)p.rows[i] * p.stride + column];
    *target = sum;
}

// A step over values that have gradients; `rows` says which rows of the values these are of, null for all. Gradients become zero.
struct Update {
    float *value, *gradient, *first, *second;
    const int* rows;
    long count;
    int stride;
    float scale, rate, root, keep;
};

DEVICE long place(const Update& p, long i) { return p.rows ? (long)p.rows[i / p.stride] * p.stride + i % p.stride : i; }

// AdamW, as AdamKernel: m := b1 m + (1 - b1) s g; v := b2 v + (1 - b2) (s g)^2; w := keep w - rate m / (sqrt(v) / root + epsilon).
DEVICE void adam(const Update& p, long i) {
    long at = place(p, i);
    float g = p.gradient[i] * p.scale;
    p.gradient[i] = 0.f;
    float m = fused(0.9f, p.first[at], (1.f - 0.9f) * g);
    float v = fused(0.999f, p.second[at], (1.f - 0.999f) * g * g);
    p.first[at] = m;
    p.second[at] = v;
    p.value[at] = p.keep * p.value[at] - p.rate * m / fused(root(v), 1.f / p.root, 1e-8f);
}

// w := keep w - rate s g.
DEVICE void descend(const Update& p, long i) {
    long at = place(p, i);
    float w = p.keep == 1.f ? p.value[at] : p.value[at] * p.keep;
    p.value[at] = fused(p.gradient[i], -p.rate * p.scale, w);
    p.gradient[i] = 0.f;
}

// What a row's gradient by the states, whose squares sum to this, is multiplied by so that it is no longer than `longest`.
DEVICE float limit(float squares, float longest) {
    float norm = root(squares);
    return norm <= longest ? 1.f : norm - norm == 0.f ? longest / norm : 0.f;
}
// A factor of 0 clears, what is not finite too.
DEVICE float limited_by(float value, float factor) { return factor == 0.f ? 0.f : value * factor; }
