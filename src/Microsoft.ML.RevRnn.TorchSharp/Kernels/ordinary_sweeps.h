// The sweeps of cells that overwrite the state that they read. A thread's own states stay in registers from step to step.
#pragma once
#include "block.h"
#include "gru.h"
#include "lstm.h"

// Where a unit's weights are read from: one matrix, forward by gate and k, backward the rows as the engine has them.
struct OneMatrix {
    const float* values;
    int ofGate;
    float* tile;

    __attribute__((device, always_inline)) OneMatrix(const Sweep& a, const Place& here, int gates, bool held, bool goesBack) {
        int first = here.block * a.unitsOfBlock, count = a.units - first < a.unitsOfBlock ? a.units - first : a.unitsOfBlock;
        int length = goesBack ? gates * a.block : gates * a.depth, sourceRow = goesBack ? a.gateStride : length, row = sourceRow;
        ofGate = a.depth;
        values = (goesBack ? a.hidden[0] : a.packed) + (long)first * sourceRow;
        tile = memory;
        if (held) {
            row = goesBack ? length + 4 : length;
            tile = hold(memory, values, count, length, sourceRow, row);
            values = memory;
        }
        values += (long)here.local * row;
    }
};

template <typename Cell> DEVICE void ordinary_forward(const Sweep& a, bool held) {
    Place here(a);
    OneMatrix weights(a, here, Cell::Gates, held, false);
    float* states = (float*)a.states;
    Own own = {};
    if (here.has) {
        own = load_own<Cell>(a, states, here.row, here.unit);
        if (a.keepsGates)
            store_own<Cell>(a, a.start, here.row, here.unit, own);
    }
    float sums[Cell::Gates];
    load_inputs(a, here, 0, 0, sums);
    for (int step = 0; step < a.steps; step++) {
        bool live = here.has && here.row < a.active[step];
        int from = (a.first + step) & 1;
        float readers[Cell::Readers];
#pragma unroll
        for (int gate = 0; gate < Cell::Readers; gate++)
            readers[gate] = sums[gate];
        multiply(a, weights.tile, shown(a, from), a.units, weights.values, weights.ofGate, live, readers);
#pragma unroll
        for (int gate = 0; gate < Cell::Readers; gate++)
            sums[gate] = readers[gate];
        if (Cell::Resets) {
            if (live)
                exchanged(a, 0, here.unit, here.row) = sigmoid(sums[Cell::Gates - 2]) * own.h;
            here.meet(a);
            float candidate[1] = { sums[Cell::Gates - 1] };
            multiply(a, weights.tile, exchange(a, 0, 0), a.units, weights.values + (Cell::Gates - 1) * weights.ofGate, 0, live, candidate);
            sums[Cell::Gates - 1] = candidate[0];
        }
        if (live)
            update<Cell>(a, own, 1 - from, a.flat[step] + here.row, here.row, here.unit, sums);
        load_inputs(a, here, step + 1, 0, sums);
        here.meet(a);
    }
    if (here.has)
        store_own<Cell>(a, states, here.row, here.unit, own);
}

template <typename Cell> DEVICE void ordinary_backward(const Sweep& a, bool held) {
    Place here(a);
    OneMatrix weights(a, here, Cell::Gates, held, true);
    Own by = {};
    if (here.has)
        by = load_own<Cell>(a, a.carried, here.row, here.unit);
    for (int step = a.steps - 1; step >= 0; step--) {
        bool live = here.has && here.row < a.active[step];
        // Two buffers in turn: a slow block still reads the last step's while a fast one writes this one's.
        int buffer = step & 1;
        float sum[1] = { 0.f };
        if (live)
            sum[0] = gradients<Cell>(a, by, step, buffer, here.row, here.unit);
        here.meet(a);
        if (Cell::Resets) {
            float kept = sum[0];
            sum[0] = 0.f;
            const int last = Cell::Gates - 1;
            multiply(a, weights.tile, exchange(a, buffer, last * a.block), a.block, weights.values + last * a.block, 0, live, sum);
            if (live)
                kept = reset_gradient<Cell>(a, step, buffer, here.row, here.unit, sum[0], kept);
            sum[0] = kept;
            here.meet(a);
        }
        multiply(a, weights.tile, exchange(a, buffer, 0), Cell::Readers * a.block, weights.values, 0, live, sum);
        if (live)
            by.h = sum[0];
    }
    if (here.has)
        store_own<Cell>(a, a.carried, here.row, here.unit, by);
}
