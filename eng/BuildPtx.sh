#!/usr/bin/env bash
# Compiles the GPU kernels to PTX, which the driver compiles for the card it finds:
#     eng/BuildPtx.sh [output]
# It takes clang 14 (Debian: clang-14) and no CUDA toolkit. Another version's text is as good, but is not the committed one.
# Fused multiply-adds are written out and nothing else is contracted, so the compiler must not do it: forward and reversal would no longer agree.
set -euo pipefail
kernels=$(cd "$(dirname "${BASH_SOURCE[0]}")/../src/Microsoft.ML.RevRnn.TorchSharp/Kernels" && pwd)
output=$(realpath "${1:-$kernels/revrnn.ptx}")
cd "$kernels"
# Without this the compiler takes loads of four floats apart, which halves the speed of the products.
whole_vectors=(-mllvm -disable-vector-combine)
clang++-14 -x cuda --cuda-device-only --cuda-gpu-arch=sm_70 -Xclang -target-feature -Xclang +ptx63 -nocudainc -nocudalib \
    -O3 "${whole_vectors[@]}" -ffp-contract=off -std=c++17 -Wall -Werror -S -o "$output" sweeps.cu
