// What differs between the compilers of the kernels: clang for PTX (no CUDA toolkit needed); g++ or clang++ for the host, where one thread after another does
// what a warp's lanes do at once, and a "warp" has one lane; and, for tests of the sweeps themselves, clang++ with a GPU's threads emulated, which defines all
// that is missing here.
#pragma once

#if defined(REVRNN_HOST)
#include <math.h>
#define DEVICE static inline
#define LANE 0
typedef unsigned long long u64;
DEVICE float fused(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
DEVICE float nearest(float a) { return __builtin_rintf(a); }
DEVICE float root(float a) { return __builtin_sqrtf(a); }
DEVICE float bits_of(int i) { float f; __builtin_memcpy(&f, &i, 4); return f; }
DEVICE unsigned ballot(bool condition) { return condition ? 1u : 0u; }
DEVICE int broadcast(int value) { return value; }
DEVICE int add_atomic(int* target, int value) { int old = *target; *target = old + value; return old; }
DEVICE void add_atomic(u64* target, u64 value) { *target += value; }
#elif defined(REVRNN_EMULATED)
typedef unsigned long long u64;
typedef float float4 __attribute__((ext_vector_type(4)));
DEVICE float fused(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
DEVICE float nearest(float a) { return __builtin_rintf(a); }
DEVICE float root(float a) { return __builtin_sqrtf(a); }
DEVICE float bits_of(int i) { float f; __builtin_memcpy(&f, &i, 4); return f; }
DEVICE int add_atomic(int* target, int value) { int old = *target; *target = old + value; return old; }
DEVICE void add_atomic(u64* target, u64 value) { *target += value; }
DEVICE float4 load_shared_by_blocks(const float* address) { return *(const float4*)address; }
#else
#define DEVICE static __attribute__((device, always_inline)) inline
#define KERNEL extern "C" __attribute__((global)) void
#define SHARED __attribute__((shared))
#define TX __nvvm_read_ptx_sreg_tid_x()
#define BX __nvvm_read_ptx_sreg_ctaid_x()
#define BY __nvvm_read_ptx_sreg_ctaid_y()
#define THREADS __nvvm_read_ptx_sreg_ntid_x()
#define LANE (__nvvm_read_ptx_sreg_tid_x() & 31)
#define SYNC __syncthreads()
typedef unsigned long long u64;
typedef float float4 __attribute__((ext_vector_type(4)));
DEVICE float fused(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
DEVICE float nearest(float a) { return __builtin_rintf(a); }
DEVICE float root(float a) { return __builtin_sqrtf(a); }
DEVICE float bits_of(int i) { float f; __builtin_memcpy(&f, &i, 4); return f; }
DEVICE unsigned ballot(bool condition) { return __nvvm_vote_ballot_sync(0xffffffffu, condition); }
DEVICE int broadcast(int value) { return __nvvm_shfl_sync_idx_i32(0xffffffffu, value, 0, 31); }
DEVICE int add_atomic(int* target, int value) { return __nvvm_atom_add_gen_i(target, value); }
DEVICE void add_atomic(u64* target, u64 value) { __nvvm_atom_add_gen_ll((long long*)target, (long long)value); }

// What other blocks wrote since the kernel began must come from the second-level cache: the first-level ones are not coherent.
DEVICE float4 load_shared_by_blocks(const float* address) {
    float4 v;
    asm volatile("ld.global.cg.v4.f32 {%0,%1,%2,%3}, [%4];" : "=f"(v.x), "=f"(v.y), "=f"(v.z), "=f"(v.w) : "l"(address));
    return v;
}
DEVICE void store_release(unsigned* address, unsigned value) {
    asm volatile("st.release.gpu.global.u32 [%0], %1;" : : "l"(address), "r"(value) : "memory");
}
DEVICE unsigned load_acquire(const unsigned* address) {
    unsigned value;
    asm volatile("ld.acquire.gpu.global.u32 %0, [%1];" : "=r"(value) : "l"(address) : "memory");
    return value;
}
extern SHARED float memory[];
DEVICE void fence() { asm volatile("fence.acq_rel.gpu;" : : : "memory"); }
#endif
