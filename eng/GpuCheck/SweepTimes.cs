using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.ML.RevRnn.Torch;

namespace Microsoft.ML.RevRnn.GpuCheck;

/// <summary>Times of a layer's training step, forward and back, and the device's memory that it takes.</summary>
internal static class SweepTimes
{
    private const int WarmUps = 3;
    private const int Repeats = 11;

    public static JsonArray Run(IRecurrentKernels kernels, Action synchronize)
    {
        var times = new JsonArray();
        foreach (var (steps, rows, units) in (ReadOnlySpan<(int, int, int)>)[(70, 64, 650), (1000, 16, 256), (128, 32, 256)])
        {
            foreach (var cell in (ReadOnlySpan<CellKind>)[CellKind.RevLstm, CellKind.RevGru, CellKind.Lstm, CellKind.GruResetAfter])
            {
                foreach (var (rowsOfGroup, chunk) in (ReadOnlySpan<(int, int)>)[(0, 8), (0, 16), (0, 32), (0, 64), (8, 32), (16, 32), (32, 32)])
                {
                    // Weights as training begins with.
                    var layerCase = new LayerCase(cell, ForgettingLimit.ThreeBits, steps, rows, units, units, chunk, IsRagged: false) { Scale = 1 };
                    times.Add((JsonNode)Time(kernels, synchronize, layerCase, rowsOfGroup, layerCase.Strategies.First()));
                    if (layerCase.Shape.IsReversible && rowsOfGroup == 0)
                        times.Add((JsonNode)Time(kernels, synchronize, layerCase, rowsOfGroup, LayerStrategy.Stored));
                }
            }
        }
        return times;
    }

    private static JsonObject Time(IRecurrentKernels kernels, Action synchronize, LayerCase layerCase, int rowsOfGroup, LayerStrategy strategy)
    {
        using var layer = new DeviceLayer(kernels, layerCase, rowsOfGroup, strategy);
        var (forward, back) = (new List<double>(), new List<double>());
        for (var i = 0; i < WarmUps + Repeats; i++)
        {
            synchronize();
            var start = Stopwatch.GetTimestamp();
            layer.Forward();
            synchronize();
            var middle = Stopwatch.GetTimestamp();
            layer.Back();
            synchronize();
            if (i < WarmUps)
                continue;
            forward.Add(Stopwatch.GetElapsedTime(start, middle).TotalMilliseconds);
            back.Add(Stopwatch.GetElapsedTime(middle).TotalMilliseconds);
        }
        return new JsonObject
        {
            ["cell"] = layerCase.Cell.ToString(),
            ["shape"] = layerCase.ToString(),
            ["strategy"] = strategy.ToString(),
            ["plan"] = layer.Plan.ToString(),
            ["forwardMilliseconds"] = Median(forward),
            ["backMilliseconds"] = Median(back),
            ["bytes"] = layer.SweepBytes,
        };
    }

    private static double Median(List<double> values) => Math.Round(values.Order().ElementAt(values.Count / 2), 4);
}
