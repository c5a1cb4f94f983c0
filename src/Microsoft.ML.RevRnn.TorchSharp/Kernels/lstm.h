// Ordinary LSTM: i, f, g, o; c := f c + i g; h := o tanh(c).
#pragma once
#include "ordinary.h"

struct LstmCell {
    enum { I, F, G, O, Gates, Readers = Gates, Resets = 0, HasCell = 1 };

    DEVICE void update(const float* sums, float* gates, Own& own) {
        gates[I] = sigmoid(sums[I]);
        gates[F] = sigmoid(sums[F]);
        gates[G] = hyperbolic(sums[G]);
        gates[O] = sigmoid(sums[O]);
        own.c = fused(gates[I], gates[G], gates[F] * own.c);
        own.h = gates[O] * hyperbolic(own.c);
    }

    DEVICE float gradients(const float* gates, Own old, float cell, Own& by, float* d) {
        float activation = hyperbolic(cell), dc = fused(by.h * gates[O], hyperbolic_slope(activation), by.c);
        d[I] = dc * gates[G] * sigmoid_slope(gates[I]);
        d[F] = dc * old.c * sigmoid_slope(gates[F]);
        d[G] = dc * gates[I] * hyperbolic_slope(gates[G]);
        d[O] = by.h * activation * sigmoid_slope(gates[O]);
        by.c = dc * gates[F];
        return 0.f;
    }
};
