using System.Runtime.InteropServices;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>The machine's OpenBLAS, where it has one, on one thread.</summary>
internal sealed unsafe class OpenBlas
{
    private const int RowMajor = 101;
    private const int NoTranspose = 111;

    private static readonly string[] _names = ["libopenblas.so.0", "libopenblas", "libopenblas.0.dylib"];

    private readonly delegate* unmanaged<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void> _multiply;

    private OpenBlas(nint library)
    {
        _multiply = (delegate* unmanaged<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void>)
            NativeLibrary.GetExport(library, "cblas_sgemm");
        ((delegate* unmanaged<int, void>)NativeLibrary.GetExport(library, "openblas_set_num_threads"))(1);
        var configuration = Text(library, "openblas_get_config");
        var kernels = Text(library, "openblas_get_corename");
        Description = $"{configuration.Trim()}, {kernels.Trim()} kernels";
    }

    /// <summary>Version, and the processor whose kernels it took.</summary>
    public string Description { get; }

    /// <summary>Null where there is none.</summary>
    public static OpenBlas? Find()
    {
        NativeEnvironment.Remove(NativeEnvironment.CoreType);
        foreach (var name in _names)
        {
            if (NativeLibrary.TryLoad(name, out var library))
                return new OpenBlas(library);
        }
        return null;
    }

    /// <summary>C[M, N] = A[M, K] B[K, N], all row-major and without padding.</summary>
    public void Multiply(int m, int k, int n, float* a, float* b, float* c) =>
        _multiply(RowMajor, NoTranspose, NoTranspose, m, n, k, 1, a, k, b, n, 0, c, n);

    private static string Text(nint library, string function) =>
        Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)NativeLibrary.GetExport(library, function))()) ?? "";
}
