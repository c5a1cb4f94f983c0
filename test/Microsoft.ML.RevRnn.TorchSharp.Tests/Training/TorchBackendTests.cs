using Microsoft.ML.Data;

namespace Microsoft.ML.RevRnn.Torch.Tests;

/// <summary>From an MLContext's GPU to libtorch, and back where there is none.</summary>
[TestClass]
public sealed class TorchBackendTests
{
    private static readonly TrainingOptions _training = new() { MaximumEpochs = 3, BatchSize = 8, Seed = 1, ValidationFraction = 0.2f };

    private static readonly NetworkOptions _network = new() { EmbeddingSize = 8, HiddenSize = 12 };

    [TestMethod]
    public void AGpuThatTheContextNamesTrains()
    {
        using var backend = new HostBackend();
        var (onGpu, _) = Fit(new MLContext(seed: 1) { GpuDeviceId = 0, FallbackToCpu = false });
        Assert.AreEqual(1, backend.Count);
        var (onCpu, _) = Fit(new MLContext(seed: 1));
        Assert.AreEqual(1, backend.Count);

        Assert.IsNull(onGpu.FallbackReason);
        Assert.AreEqual(onCpu.Epochs.Count, onGpu.Epochs.Count);
        foreach (var (one, other) in onCpu.Epochs.Zip(onGpu.Epochs))
        {
            Assert.AreEqual(one.Loss, other.Loss, 1e-3);
            Assert.AreEqual(one.ValidationLoss!.Value, other.ValidationLoss!.Value, 1e-3);
        }
        Assert.IsTrue(onGpu.LostBits > 0 && onGpu.PeakActivationBytes > 0 && onGpu.StoredActivationBytes > 0);
    }

    [TestMethod]
    public void WhereThereIsNoGpuTheReasonIsAnError()
    {
        var failure = Assert.Throws<PlatformNotSupportedException>(() => Fit(new MLContext(seed: 1) { GpuDeviceId = 0, FallbackToCpu = false }));
        StringAssert.Contains(failure.Message, "FallbackToCpu", StringComparison.Ordinal);
    }

    [TestMethod]
    public void WhereThereIsNoGpuTheProcessorGoesOnAndSaysWhyOnce()
    {
        var (report, warnings) = Fit(new MLContext(seed: 1) { GpuDeviceId = 0, FallbackToCpu = true });
        var (onCpu, _) = Fit(new MLContext(seed: 1));

        Assert.AreEqual(1, warnings.Count(warning => warning.Contains("Training is on the CPU", StringComparison.Ordinal)), string.Join("\n", warnings));
        StringAssert.Contains(warnings.First(), report.FallbackReason!, StringComparison.Ordinal);
        CollectionAssert.AreEqual(onCpu.Epochs.Select(epoch => epoch.Loss).ToArray(), report.Epochs.Select(epoch => epoch.Loss).ToArray());
    }

    [TestMethod]
    public void WhatAGpuCannotTrainIsRefused()
    {
        using var backend = new HostBackend();
        var options = _training with { GpuDeviceId = 0 };
        var failure = Assert.ThrowsExactly<NotSupportedException>(() => Train(_network with { Cell = CellKind.NfRevGru }, options));
        StringAssert.Contains(failure.Message, "NfRevGru", StringComparison.Ordinal);

        var model = Train(_network with { Cell = CellKind.NfRevGru }, options with { FallbackToCpu = true });

        StringAssert.Contains(model.Report.FallbackReason!, "NfRevGru", StringComparison.Ordinal);
    }

    [TestMethod]
    public void WhatLooksBetweenStepsIsRefusedWithAReasonToFallBack()
    {
        using var backend = new HostBackend();
        var network = _network with { Cell = CellKind.Elman };
        foreach (var (options, name) in ((TrainingOptions, string)[])
            [
                (_training with { InformationFlow = 1 }, nameof(TrainingOptions.InformationFlow)),
                (_training with { MeasuresGradientReach = true }, nameof(TrainingOptions.MeasuresGradientReach)),
            ])
        {
            var failure = Assert.ThrowsExactly<NotSupportedException>(() => Train(network, options with { GpuDeviceId = 0 }));
            StringAssert.Contains(failure.Message, $"{name} is set", StringComparison.Ordinal);

            var model = Train(network, options with { GpuDeviceId = 0, FallbackToCpu = true });

            StringAssert.Contains(model.Report.FallbackReason!, name, StringComparison.Ordinal);
        }
    }

    private static TrainingResult<SequenceClassifier> Train(NetworkOptions network, TrainingOptions options)
    {
        int[][] sequences = TorchNetworks.Sequences;
        return SequenceClassifier.Train(sequences, Array.ConvertAll(sequences, sequence => sequence[0] % 2), 2, TorchNetworks.Vocabulary, network, options);
    }

    /// <summary>Trains a classifier in a pipeline, and gives its report and the warnings.</summary>
    private static (TrainingReport Report, List<string> Warnings) Fit(MLContext context)
    {
        var warnings = new List<string>();
        context.Log += (_, message) =>
        {
            if (message.Kind == Runtime.ChannelMessageKind.Warning)
                warnings.Add(message.Message);
        };
        var rows = Enumerable.Range(0, 60).Select(i => new Row { Text = i % 2 == 0 ? $"good {i % 7} film" : $"bad {i % 5} play", Label = i % 2 == 0 });
        var trainer = context.BinaryClassification.Trainers.RevLstm(new RevRnnBinaryClassificationOptions { Network = _network, Training = _training });
        var model = trainer.Fit(context.Data.LoadFromEnumerable(rows));
        Assert.IsTrue(model.Transform(context.Data.LoadFromEnumerable(rows)).GetColumn<float>("Score").All(float.IsFinite));
        return (model.Report!, warnings);
    }

    private sealed class Row
    {
        public string Text { get; set; } = "";

        public bool Label { get; set; }
    }
}
