using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.ML.RevRnn.Torch;

namespace Microsoft.ML.RevRnn.GpuCheck;

/// <summary>Times of the matrix products around a sweep: with the inputs, back to them, and of the weights' gradients.</summary>
internal static class ProductTimes
{
    private const int Calls = 10;
    private const int Repeats = 13;

    public static JsonArray Run(IRecurrentKernels kernels, Action synchronize)
    {
        var times = new JsonArray();
        foreach (var (m, n, k, form) in (ReadOnlySpan<(int, int, int, string)>)
            [
                (2240, 3328, 650, "A B"), (2240, 672, 3328, "A B^T"), (650, 3328, 2240, "A^T B"), (325, 1680, 2240, "A^T B"),
                (512, 1280, 256, "A B"), (512, 256, 1280, "A B^T"), (256, 1280, 512, "A^T B"),
            ])
        {
            var product = new Product
            {
                A = Filled(kernels, m * k),
                B = Filled(kernels, k * n),
                C = kernels.Allocate((long)m * n * sizeof(float)),
                M = m,
                N = n,
                K = k,
                CRow = n,
                ARow = form == "A^T B" ? 1 : k,
                AColumn = form == "A^T B" ? m : 1,
                BRow = form == "A B^T" ? 1 : n,
                BColumn = form == "A B^T" ? k : 1,
            };
            var milliseconds = Time(() => kernels.Multiply(product), synchronize);
            times.Add((JsonNode)new JsonObject
            {
                ["m"] = m,
                ["n"] = n,
                ["k"] = k,
                ["form"] = form,
                ["milliseconds"] = Math.Round(milliseconds, 4),
                ["teraflops"] = Math.Round(2.0 * m * n * k / milliseconds / 1e9, 1),
            });
            foreach (var memory in (ReadOnlySpan<nint>)[product.A, product.B, product.C])
                kernels.Free(memory);
        }
        return times;
    }

    private static double Time(Action multiply, Action synchronize)
    {
        var times = new List<double>();
        for (var i = 0; i < Repeats; i++)
        {
            synchronize();
            var start = Stopwatch.GetTimestamp();
            for (var call = 0; call < Calls; call++)
                multiply();
            synchronize();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds / Calls);
        }
        return times.Order().ElementAt(Repeats / 2);
    }

    private static nint Filled(IRecurrentKernels kernels, int count)
    {
        var random = new Random(1);
        var memory = kernels.Allocate((long)count * sizeof(float));
        kernels.Upload<float>(Enumerable.Range(0, count).Select(_ => random.NextSingle()).ToArray(), memory);
        return memory;
    }
}
