// C[M, N] = start + A B, one chain of fused multiply-adds over k = 0 ... K-1 for each element, as the engine's MatrixKernel: the same bits whatever the tile.
#pragma once
#include "sweep.h"

struct Product {
    const float* a;
    const float* b;
    const float* start;    // null for zero
    float* c;
    int m, n, k;
    int aRow, aColumn;     // distances between the rows and the columns of A
    int bRow, bColumn;
    int startRow, cRow;
};

// A tile of S x S elements for 256 threads, each (S / 16) x (S / 16) of them; D of k at a time. `aAlong` and `bAlong` say along what the operand is contiguous
// in memory: A along k or m, B along n or k.
template <int S, int D, bool aAlongK, bool bAlongN> DEVICE void product(const Product& p) {
    enum { E = S / 16, Loads = S * D / 256, Pad = S + 4 };
    SHARED static __attribute__((aligned(16))) float left[2][D][Pad];
    SHARED static __attribute__((aligned(16))) float right[2][D][Pad];
    int m0 = BY * S, n0 = BX * S, t = TX, column = t % 16, row = t / 16;
    float sums[E][E], nextLeft[Loads], nextRight[Loads];
#pragma unroll
    for (int i = 0; i < E; i++) {
#pragma unroll
        for (int j = 0; j < E; j++) {
            // Elements lie 16 apart by fours, so that a warp's reads of a tile are side by side.
            int m = m0 + (i / 4) * 64 + row * 4 + i % 4, n = n0 + (j / 4) * 64 + column * 4 + j % 4;
            sums[i][j] = p.start && m < p.m && n < p.n ? p.start[(long)m * p.startRow + n] : 0.f;
        }
    }
    int tiles = (p.k + D - 1) / D;
    for (int tile = -1; tile < tiles; tile++) {
        int k0 = (tile + 1) * D;
#pragma unroll
        for (int l = 0; l < Loads; l++) {
            int i = t + l * 256;
            int k = k0 + (aAlongK ? i % D : i / S), m = m0 + (aAlongK ? i / D : i % S);
            nextLeft[l] = k < p.k && m < p.m ? p.a[(long)m * p.aRow + (long)k * p.aColumn] : 0.f;
            k = k0 + (bAlongN ? i / S : i % D);
            int n = n0 + (bAlongN ? i % S : i / D);
            nextRight[l] = k < p.k && n < p.n ? p.b[(long)k * p.bRow + (long)n * p.bColumn] : 0.f;
        }
        if (tile >= 0) {
            int count = p.k - tile * D < D ? p.k - tile * D : D, buffer = tile & 1;
#pragma unroll 4
            for (int k = 0; k < count; k++) {
                float4 x[E / 4], y[E / 4];
#pragma unroll
                for (int q = 0; q < E / 4; q++) {
                    const float *a = &left[buffer][k][q * 64 + row * 4], *b = &right[buffer][k][q * 64 + column * 4];
                    x[q] = *(const float4*)a;
                    y[q] = *(const float4*)b;
                }
#pragma unroll
                for (int i = 0; i < E; i++) {
#pragma unroll
                    for (int j = 0; j < E; j++)
                        sums[i][j] = fused(x[i / 4][i % 4], y[j / 4][j % 4], sums[i][j]);
                }
            }
        }
        if (tile + 1 < tiles) {
#pragma unroll
            for (int l = 0; l < Loads; l++) {
                int i = t + l * 256;
                left[(tile + 1) & 1][aAlongK ? i % D : i / S][aAlongK ? i / D : i % S] = nextLeft[l];
                right[(tile + 1) & 1][bAlongN ? i / S : i % D][bAlongN ? i % S : i / D] = nextRight[l];
            }
        }
        SYNC;
    }
#pragma unroll
    for (int i = 0; i < E; i++) {
        int m = m0 + (i / 4) * 64 + row * 4 + i % 4;
#pragma unroll
        for (int j = 0; j < E; j++) {
            int n = n0 + (j / 4) * 64 + column * 4 + j % 4;
            if (m < p.m && n < p.n)
                p.c[(long)m * p.cRow + n] = sums[i][j];
        }
    }
}

#define PRODUCT(name, aAlongK, bAlongN) \
    KERNEL name##_64(Product p) { product<64, 16, aAlongK, bAlongN>(p); } \
    KERNEL name##_128(Product p) { product<128, 16, aAlongK, bAlongN>(p); }
PRODUCT(product, true, true)
PRODUCT(product_transposed, true, false)
PRODUCT(product_of_transposed, false, true)

// Hidden weights [P, gateStride] of one or both halves to [halves, P, G, depth], padding zero.
KERNEL pack(const float* first, const float* second, float* packed, int halves, int units, int gates, int block, int gateStride, int depth) {
    int i = BX * THREADS + TX, total = halves * units * gates * depth;
    if (i >= total)
        return;
    int k = i % depth, gate = i / depth % gates, unit = i / depth / gates % units;
    const float* source = i / depth / gates / units ? second : first;
    packed[i] = k < units ? source[(long)k * gateStride + gate * block + unit] : 0.f;
}

// Adds the rows of a matrix to a vector, in their order.
KERNEL add_rows(const float* source, float* target, int rows, int columns, int stride) {
    int column = BX * THREADS + TX;
    if (column >= columns)
        return;
    float sum = target[column];
    for (int row = 0; row < rows; row++)
        sum += source[(long)row * stride + column];
    target[column] = sum;
}
