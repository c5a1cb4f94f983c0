// The arguments of a sweep: all steps of one chunk of one layer. T steps; B rows, longest first, of which `active` are left at a step; P units in each of the
// two halves of a reversible cell, or in the one that another cell is; G gates of a half, in blocks of `block` columns.
//
// What only its own thread reads lies [unit, row], rows contiguous, so that lanes, which are rows, read side by side. What the matrix products outside read
// lies as in the engine: a row for each row of a step, one step after another ("flat").
#pragma once
#include "lost_bits.h"

struct Sweep {
    const float* packed;      // [2, P, G, depth] hidden weights, the gates of a unit by k
    const float* hidden[2];   // [P, gateStride] hidden weights as the engine has them
    float* gates;             // [flat, gateRow] on entry the input's part with bias; what of it is kept; after gradients those by pre-activations
    float* outputs;           // [flat, stateStride] h after each step
    const float* gradients;   // [flat, stateStride] backward: the gradient by outputs
    float* read[2];           // [flat, halfStride] backward: what each half read
    float* reset;             // [flat, stateStride] backward, RevGRU: reset gate times what it resets
    float* cells;             // [flat, stateStride] LSTM: the cell state after each step
    float* start;             // [states, P, rows] ordinary cells: the states at the chunk's start
    int* states;              // [states, halves, P, rows] fixed point; of ordinary cells floats
    float* shown;             // [2, P, rows] the hidden state as float, which other blocks read: both halves, or now and before
    float* carried;           // [states, halves, P, rows] gradients by the states
    float* exchange;          // [2, G block, rows] what blocks tell each other within a step
    u64* digits;              // [forget gates, 2, P, rows]
    int* fills;
    int* stacks;              // [warps, 2] page and words used
    Pages pages;
    const int* bits;          // [1025] 65536 log2 n, rounded up
    u64* account;             // [2] bits kept, and the least that would have done, in 1/65536
    const int* active;        // [T]
    const int* flat;          // [T] first flat row of a step
    unsigned* flags;          // [blocks] of the barrier
    unsigned epoch;           // what the flags say before the kernel
    int steps, units, block, gateStride, gateRow, halfStride, depth, rows;
    int rowsOfGroup;          // rows that a group of blocks works on by itself; a power of two up to 32
    int shiftOfGroup;         // its logarithm
    int blocksOfGroup, unitsOfBlock;
    int firstBlock;           // of the launch
    int workers;              // threads of a block that have units, whole warps
    int tile;                 // rows of k that are held in shared memory at a time
    float range, highest;
    int keeps;                // whether lost bits are kept
    int keepsGates;           // whether a sweep forward leaves what one back needs of a chunk: complete pre-activations, or gates and states
    int first;                // the chunk's first step
    int back;                 // what a sweep back does
};

// What a sweep back does. Where the gradient by the outputs depends on the outputs, these must come first: STATES takes the steps back, and leaves outputs and
// complete pre-activations; then, from the states after the chunk again, GRADIENTS does all else with those. BOTH does it at once.
enum { BOTH, STATES, GRADIENTS };

#define HIDDEN 0
#define CELL 1

DEVICE long place(const Sweep& a, int array, int half, int unit, int row) { return ((long)(array * 2 + half) * a.units + unit) * a.rows + row; }
DEVICE Digits load_digits(const Sweep& a, int gate, int half, int unit, int row) {
    long at = place(a, gate, half, unit, row);
    Digits digits = { a.digits[at], a.fills[at] };
    return digits;
}
DEVICE void store_digits(const Sweep& a, int gate, int half, int unit, int row, Digits digits) {
    long at = place(a, gate, half, unit, row);
    a.digits[at] = digits.value;
    a.fills[at] = digits.fill;
}
DEVICE long gate_place(const Sweep& a, int flat, int half, int gate, int unit) { return (long)flat * a.gateRow + half * a.gateStride + gate * a.block + unit; }
DEVICE long state_place(const Sweep& a, int flat, int half, int unit) { return (long)flat * 2 * a.halfStride + half * a.halfStride + unit; }
DEVICE float& exchanged(const Sweep& a, int buffer, int column, int row) { return a.exchange[((long)buffer * a.gateStride + column) * a.rows + row]; }
DEVICE void check(const Sweep& a, int state) {
    if (state > STATE_LIMIT || state < -STATE_LIMIT)
        *a.pages.failed = 2;
}
