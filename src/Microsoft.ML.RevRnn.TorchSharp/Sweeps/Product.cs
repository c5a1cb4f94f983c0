using System.Runtime.InteropServices;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>C[M, N] = start + A[M, K] B[K, N]: the arguments of <c>Product</c> in products.h. Pointers are the device's; a start of 0 is zero.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Product
{
    public nint A;
    public nint B;
    public nint Start;
    public nint C;
    public int M;
    public int N;
    public int K;
    public int ARow;
    public int AColumn;
    public int BRow;
    public int BColumn;
    public int StartRow;
    public int CRow;
}
