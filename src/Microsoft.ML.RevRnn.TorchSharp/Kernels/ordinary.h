// Cells that overwrite the state that they read: their states are floats and do not come back, so a pass back needs what the pass forward left of a chunk: its
// gates, its outputs, the cell state after each step if there is one, and the states at its start. One unit of one row; a cell says
//   Gates      how many gates it has; Readers, how many of them, the first ones, read the hidden state as it is
//   Resets     whether the last gate reads it times a reset gate, the one before the last
//   update     gates and new states of complete pre-activations
//   gradients  from those by the new states to those by pre-activations (but for the reset gate's), by the old cell state, and by the old hidden state
//              as far as gates have no part in it, which is what it returns
#pragma once
#include "sweep.h"

struct Own { float h, c; };

DEVICE long own_place(const Sweep& a, int array, int unit, int row) { return ((long)array * a.units + unit) * a.rows + row; }
DEVICE long row_place(const Sweep& a, int flat, int unit) { return (long)flat * a.halfStride + unit; }

template <typename Cell> DEVICE Own load_own(const Sweep& a, const float* values, int row, int unit) {
    Own own = { values[own_place(a, HIDDEN, unit, row)], Cell::HasCell ? values[own_place(a, CELL, unit, row)] : 0.f };
    return own;
}
template <typename Cell> DEVICE void store_own(const Sweep& a, float* values, int row, int unit, Own own) {
    values[own_place(a, HIDDEN, unit, row)] = own.h;
    if (Cell::HasCell)
        values[own_place(a, CELL, unit, row)] = own.c;
}

// The hidden state lies in one of two buffers in turn, as it is written while others read the one before it.
template <typename Cell> DEVICE void update(const Sweep& a, Own& own, int buffer, int flat, int row, int unit, const float* sums) {
    float gates[Cell::Gates];
    Cell::update(sums, gates, own);
    a.shown[((long)buffer * a.units + unit) * a.rows + row] = own.h;
    a.outputs[row_place(a, flat, unit)] = own.h;
    if (!a.keepsGates)
        return;
    if (Cell::HasCell)
        a.cells[row_place(a, flat, unit)] = own.c;
#pragma unroll
    for (int gate = 0; gate < Cell::Gates; gate++)
        a.gates[gate_place(a, flat, 0, gate, unit)] = gates[gate];
}

// A state before a step of the chunk.
DEVICE float before(const Sweep& a, const float* after, int array, int step, int row, int unit) {
    return step > 0 ? after[row_place(a, a.flat[step - 1] + row, unit)] : a.start[own_place(a, array, unit, row)];
}

DEVICE void tell(const Sweep& a, int buffer, int flat, int row, int gate, int unit, float gradient) {
    a.gates[gate_place(a, flat, 0, gate, unit)] = gradient;
    exchanged(a, buffer, gate * a.block + unit, row) = gradient;
}

// Gradients by a step's pre-activations; returns the part of that by the old hidden state that no gate has.
template <typename Cell> DEVICE float gradients(const Sweep& a, Own& by, int step, int buffer, int row, int unit) {
    int flat = a.flat[step] + row;
    float gates[Cell::Gates], d[Cell::Gates];
#pragma unroll
    for (int gate = 0; gate < Cell::Gates; gate++)
        gates[gate] = a.gates[gate_place(a, flat, 0, gate, unit)];
    Own old = { before(a, a.outputs, HIDDEN, step, row, unit), Cell::HasCell ? before(a, a.cells, CELL, step, row, unit) : 0.f };
    by.h += a.gradients[row_place(a, flat, unit)];
    float kept = Cell::gradients(gates, old, Cell::HasCell ? a.cells[row_place(a, flat, unit)] : 0.f, by, d);
    a.read[0][row_place(a, flat, unit)] = old.h;
    if (Cell::Resets)
        a.reset[row_place(a, flat, unit)] = gates[Cell::Gates - 2] * old.h;
#pragma unroll
    for (int gate = 0; gate < Cell::Gates; gate++) {
        if (!Cell::Resets || gate != Cell::Gates - 2)
            tell(a, buffer, flat, row, gate, unit, d[gate]);
    }
    return kept;
}

// Through the product of reset gate and hidden state, by whose gradient `sum`; adds to that by the old hidden state.
template <typename Cell> DEVICE float reset_gradient(const Sweep& a, int step, int buffer, int row, int unit, float sum, float kept) {
    const int reset = Cell::Gates - 2;
    int flat = a.flat[step] + row;
    float r = a.gates[gate_place(a, flat, 0, reset, unit)], old = a.read[0][row_place(a, flat, unit)];
    tell(a, buffer, flat, row, reset, unit, sum * old * sigmoid_slope(r));
    return fused(sum, r, kept);
}
