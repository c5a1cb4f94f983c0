using System.Text.Json.Nodes;
using Microsoft.ML.RevRnn.Torch;

namespace Microsoft.ML.RevRnn.GpuCheck;

/// <summary>Layers run on a device and by the managed engine: how many of their states and gradients have other bits.</summary>
internal static class BitCheck
{
    private static readonly int[] _rowsOfGroup = [0, 8, 16, 32];

    public static JsonArray Run(IRecurrentKernels kernels)
    {
        var checks = new JsonArray();
        foreach (var cell in (ReadOnlySpan<CellKind>)
            [CellKind.RevLstm, CellKind.RevGru, CellKind.Lstm, CellKind.Gru, CellKind.GruResetAfter, CellKind.Elman])
        {
            foreach (var layerCase in (ReadOnlySpan<LayerCase>)
                [
                    new(cell, ForgettingLimit.ThreeBits, Steps: 12, Rows: 5, Inputs: 7, Units: 10, Chunk: 5, IsRagged: true),
                    new(cell, ForgettingLimit.None, Steps: 40, Rows: 33, Inputs: 64, Units: 66, Chunk: 16, IsRagged: true),
                    new(cell, ForgettingLimit.OneBit, Steps: 30, Rows: 20, Inputs: 40, Units: 128, Chunk: 30, IsRagged: true),
                    new(cell, ForgettingLimit.FiveBits, Steps: 200, Rows: 64, Inputs: 100, Units: 256, Chunk: 32, IsRagged: true),
                    new(cell, ForgettingLimit.TwoBits, Steps: 20, Rows: 64, Inputs: 650, Units: 650, Chunk: 10, IsRagged: false),
                    new(cell, ForgettingLimit.ThreeBits, Steps: 1000, Rows: 16, Inputs: 256, Units: 256, Chunk: 32, IsRagged: false),
                ])
            {
                var expected = EngineLayer.Run(layerCase);
                foreach (var rowsOfGroup in _rowsOfGroup)
                    checks.Add((JsonNode)Check(kernels, layerCase, expected, rowsOfGroup, layerCase.Strategies.First()));
                foreach (var strategy in layerCase.Strategies.Skip(1))
                    checks.Add((JsonNode)Check(kernels, layerCase, expected, 0, strategy));
            }
        }
        return checks;
    }

    private static JsonObject Check(IRecurrentKernels kernels, LayerCase layerCase, LayerResult expected, int rowsOfGroup, LayerStrategy strategy)
    {
        using var layer = new DeviceLayer(kernels, layerCase, rowsOfGroup, strategy);
        layer.Step();
        var actual = layer.Result();
        var different = new JsonObject();
        foreach (var name in expected.Values.Keys)
            different[name] = actual.Compare(expected, name).Different;
        return new JsonObject
        {
            ["cell"] = layerCase.Cell.ToString(),
            ["limit"] = layerCase.Limit.ToString(),
            ["shape"] = layerCase.ToString(),
            ["rowsOfGroup"] = layer.Plan.RowsOfGroup,
            ["strategy"] = strategy.ToString(),
            ["values"] = expected.Values.Values.Sum(values => values.LongLength),
            ["different"] = expected.Values.Keys.Sum(name => actual.Compare(expected, name).Different),
            ["differentOf"] = different,
        };
    }
}
