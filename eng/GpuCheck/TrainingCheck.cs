using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Torch;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.GpuCheck;

/// <summary>Whole training steps on a device of libtorch, beside the managed engine's from the same weights: how far their losses are apart, and times.</summary>
/// <param name="createDevice">Makes a device.</param>
/// <param name="synchronize">Waits until its work is done.</param>
internal sealed class TrainingCheck(Func<TorchDevice> createDevice, Action synchronize)
{
    private const int Vocabulary = 50;
    private const int Classes = 3;

    private static readonly CellKind[] _cells = [CellKind.RevLstm, CellKind.RevGru, CellKind.Lstm, CellKind.GruResetAfter];

    /// <summary>Small classifiers trained by both.</summary>
    /// <param name="steps">How long.</param>
    public JsonArray Compare(int steps)
    {
        var checks = new JsonArray();
        foreach (var cell in _cells)
            checks.Add((JsonNode)Compare(cell, steps));
        return checks;
    }

    /// <summary>Steps of one layer over random tokens, on the device alone.</summary>
    public JsonArray Times()
    {
        var times = new JsonArray();
        foreach (var cell in _cells)
        {
            foreach (var (steps, rows, units) in (ReadOnlySpan<(int, int, int)>)[(70, 64, 650), (1000, 16, 256)])
                times.Add((JsonNode)Time(cell, steps, rows, units));
        }
        return times;
    }

    private JsonObject Compare(CellKind cell, int steps)
    {
        const int Rows = 8;
        var sequences = Sequences(32, 30);
        var network = new NetworkOptions { Cell = cell, EmbeddingSize = 24, HiddenSize = 36, LayerCount = 2 };
        using var host = new Device(threads: 1);
        using var device = createDevice();
        using var expected = Parameters(network);
        using var actual = Parameters(network);
        actual.CopyFrom(expected);
        var options = Options(Rows);
        using var managed = new ManagedTrainer(expected, Objective(sequences, options), options, host, carriesStates: false);
        using var torch = new TorchTrainer(actual, Objective(sequences, options), options, device);
        var batch = new PackedBatch();
        var (first, last, difference) = (0.0, 0.0, 0.0);
        for (var step = 0; step < steps; step++)
        {
            batch.Fill(sequences, [.. Enumerable.Range(0, Rows).Select(i => (step * Rows + i) % sequences.Length)], 0);
            var (mine, theirs) = (managed.Train(batch, (ulong)step), torch.Train(batch, (ulong)step));
            managed.Step(0.01f, 0.01f, 1);
            torch.Step(0.01f, 0.01f, 1);
            last = theirs.LossSum / theirs.Weight;
            first = step == 0 ? last : first;
            difference = Math.Max(difference, Math.Abs(last - mine.LossSum / mine.Weight));
        }
        return new JsonObject
        {
            ["cell"] = cell.ToString(),
            ["steps"] = steps,
            ["firstLoss"] = first,
            ["lastLoss"] = last,
            ["largestDifference"] = difference,
        };
    }

    private JsonObject Time(CellKind cell, int steps, int rows, int units)
    {
        var sequences = Sequences(rows, steps);
        var options = Options(rows);
        using var device = createDevice();
        using var parameters = Parameters(new NetworkOptions { Cell = cell, EmbeddingSize = units, HiddenSize = units });
        using var torch = new TorchTrainer(parameters, Objective(sequences, options), options, device);
        var batch = new PackedBatch();
        batch.Fill(sequences, Parameter.Identity(rows), 0);
        var times = new List<double>();
        for (var i = 0; i < 10; i++)
        {
            synchronize();
            var start = Stopwatch.GetTimestamp();
            torch.Train(batch, 1);
            torch.Step(0.001f, 0, 1);
            synchronize();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        return new JsonObject
        {
            ["cell"] = cell.ToString(),
            ["shape"] = $"T{steps}/B{rows}/H{units}",
            ["milliseconds"] = Math.Round(times.Skip(3).Order().ElementAt(3), 3),
            ["activationBytes"] = torch.PeakBytes,
        };
    }

    /// <summary>Gradients are not bounded by length, whose sum has another order on a device.</summary>
    private static TrainingOptions Options(int rows) => new()
    {
        BatchSize = rows,
        Dropout = 0.2f,
        MaximumStateGradientNorm = 1e9f,
        Seed = 1,
        Arithmetic = CellArithmetic.Preimages,
    };

    private static NetworkParameters Parameters(NetworkOptions network)
    {
        var parameters = NetworkParameters.OfSequences(new NetworkShape(network, Vocabulary), Classes);
        parameters.Initialize(5);
        return parameters;
    }

    private static SequenceObjective Objective(int[][] sequences, TrainingOptions options)
    {
        var labels = Array.ConvertAll(sequences, sequence => sequence.Sum() % Classes);
        return new SequenceObjective(new SoftmaxLoss(labels), labels, options);
    }

    private static int[][] Sequences(int count, int steps)
    {
        var random = new Random(3);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, steps).Select(_ => random.Next(1, Vocabulary)).ToArray())];
    }
}
