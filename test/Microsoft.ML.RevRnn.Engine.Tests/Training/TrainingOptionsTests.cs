namespace Microsoft.ML.RevRnn.Engine.Tests;

[TestClass]
internal sealed class TrainingOptionsTests
{
    [TestMethod]
    public void AnOptionOutOfItsRangeIsNamedWithItsValueAndTheRange()
    {
        var training = new TrainingOptions();
        foreach (var (options, name) in ((TrainingOptions, string)[])
            [
                (training with { MaximumEpochs = 0 }, nameof(TrainingOptions.MaximumEpochs)),
                (training with { MaximumEpochs = 10_001 }, nameof(TrainingOptions.MaximumEpochs)),
                (training with { StopAfterEpochs = 0 }, nameof(TrainingOptions.StopAfterEpochs)),
                (training with { StopAfterEpochs = 10_001 }, nameof(TrainingOptions.StopAfterEpochs)),
                (training with { BatchSize = 0 }, nameof(TrainingOptions.BatchSize)),
                (training with { BatchSize = 4_097 }, nameof(TrainingOptions.BatchSize)),
                (training with { LearningRate = 0 }, nameof(TrainingOptions.LearningRate)),
                (training with { LearningRate = 100.1f }, nameof(TrainingOptions.LearningRate)),
                (training with { LearningRate = float.NaN }, nameof(TrainingOptions.LearningRate)),
                (training with { Optimizer = (OptimizerKind)99 }, nameof(TrainingOptions.Optimizer)),
                (training with { Schedule = (LearningRateSchedule)99 }, nameof(TrainingOptions.Schedule)),
                (training with { WarmUpFraction = -0.01f }, nameof(TrainingOptions.WarmUpFraction)),
                (training with { WarmUpFraction = 0.91f }, nameof(TrainingOptions.WarmUpFraction)),
                (training with { NonMonotoneEpochs = 0 }, nameof(TrainingOptions.NonMonotoneEpochs)),
                (training with { MemoryBudget = 0 }, nameof(TrainingOptions.MemoryBudget)),
                (training with { MemoryBudget = (1L << 50) + 1 }, nameof(TrainingOptions.MemoryBudget)),
                (training with { MaximumMinutes = 0 }, nameof(TrainingOptions.MaximumMinutes)),
                (training with { MaximumMinutes = double.NaN }, nameof(TrainingOptions.MaximumMinutes)),
                (training with { CheckpointInterval = TimeSpan.FromTicks(-1) }, nameof(TrainingOptions.CheckpointInterval)),
                (training with { CheckpointInterval = TimeSpan.MaxValue }, nameof(TrainingOptions.CheckpointInterval)),
                (training with { WeightDecay = -0.01f }, nameof(TrainingOptions.WeightDecay)),
                (training with { WeightDecay = 1.01f }, nameof(TrainingOptions.WeightDecay)),
                (training with { MaximumGradientNorm = 0 }, nameof(TrainingOptions.MaximumGradientNorm)),
                (training with { MaximumGradientNorm = float.PositiveInfinity }, nameof(TrainingOptions.MaximumGradientNorm)),
                (training with { MaximumGradientValue = 0 }, nameof(TrainingOptions.MaximumGradientValue)),
                (training with { MaximumGradientValue = float.NaN }, nameof(TrainingOptions.MaximumGradientValue)),
                (training with { MaximumSkippedBatches = -1 }, nameof(TrainingOptions.MaximumSkippedBatches)),
                (training with { InformationFlow = -1 }, nameof(TrainingOptions.InformationFlow)),
                (training with { InformationFlow = float.NaN }, nameof(TrainingOptions.InformationFlow)),
                (training with { InformationFlowForm = (InformationFlowForm)2 }, nameof(TrainingOptions.InformationFlowForm)),
                (training with { SpectralRadius = 0 }, nameof(TrainingOptions.SpectralRadius)),
                (training with { SpectralRadius = 3.1f }, nameof(TrainingOptions.SpectralRadius)),
                (training with { Dropout = -0.01f }, nameof(TrainingOptions.Dropout)),
                (training with { Dropout = 1 }, nameof(TrainingOptions.Dropout)),
                (training with { ValidationFraction = -0.01f }, nameof(TrainingOptions.ValidationFraction)),
                (training with { ValidationFraction = 0.51f }, nameof(TrainingOptions.ValidationFraction)),
                (training with { Patience = 0 }, nameof(TrainingOptions.Patience)),
                (training with { Patience = 10_001 }, nameof(TrainingOptions.Patience)),
                (training with { ActivationStrategy = (ActivationStrategy)99 }, nameof(TrainingOptions.ActivationStrategy)),
                (training with { ThreadCount = 0 }, nameof(TrainingOptions.ThreadCount)),
                (training with { ThreadCount = 257 }, nameof(TrainingOptions.ThreadCount)),
                (training with { GpuDeviceId = -1 }, nameof(TrainingOptions.GpuDeviceId)),
                (training with { GpuDeviceId = 1024 }, nameof(TrainingOptions.GpuDeviceId)),
                (training with { Shards = 0 }, nameof(TrainingOptions.Shards)),
                (training with { Shards = 1_025 }, nameof(TrainingOptions.Shards)),
                (training with { BatchesPerStep = 0 }, nameof(TrainingOptions.BatchesPerStep)),
                (training with { BatchesPerStep = 10_001 }, nameof(TrainingOptions.BatchesPerStep)),
                (training with { GradientFormat = (GradientFormat)99 }, nameof(TrainingOptions.GradientFormat)),
            ])
        {
            CheckNamed(options.Validate, name);
            CheckNamed(() => (ToyTask.Learnable(4) with { Training = options }).Run(), name);
            CheckNamed(() => (ToyTask.Learnable(4) with { Training = options }).RunEncoder(), name);
        }
    }

    [TestMethod]
    public void ANetworkOptionOutOfItsRangeIsNamedWithItsValueAndTheRange()
    {
        var network = new NetworkOptions();
        foreach (var (options, name) in ((NetworkOptions, string)[])
            [
                (network with { Cell = (CellKind)99 }, nameof(NetworkOptions.Cell)),
                (network with { EmbeddingSize = 0 }, nameof(NetworkOptions.EmbeddingSize)),
                (network with { EmbeddingSize = 4_097 }, nameof(NetworkOptions.EmbeddingSize)),
                (network with { HiddenSize = 0 }, nameof(NetworkOptions.HiddenSize)),
                (network with { HiddenSize = 7 }, nameof(NetworkOptions.HiddenSize)),
                (network with { HiddenSize = 8_194 }, nameof(NetworkOptions.HiddenSize)),
                (network with { LayerCount = 0 }, nameof(NetworkOptions.LayerCount)),
                (network with { LayerCount = 9 }, nameof(NetworkOptions.LayerCount)),
                (network with { ForgettingLimit = (ForgettingLimit)99 }, nameof(NetworkOptions.ForgettingLimit)),
            ])
        {
            CheckNamed(options.Validate, name);
            CheckNamed(() => (ToyTask.Learnable(4) with { Network = options }).Run(), name);
            CheckNamed(() => (ToyTask.Learnable(4) with { Network = options }).RunEncoder(), name);
        }
    }

    [TestMethod]
    public void TheEndsOfTheRangesAreAllowed()
    {
        var least = new TrainingOptions
        {
            MaximumEpochs = 1,
            BatchSize = 1,
            LearningRate = 1e-7f,
            MaximumGradientNorm = 1e6f,
            Dropout = 0,
            ValidationFraction = 0,
            Patience = 1,
            MemoryBudget = 1,
            MaximumMinutes = 1e-9,
            ThreadCount = 1,
        };
        var most = new TrainingOptions
        {
            MaximumEpochs = 10_000,
            BatchSize = 4_096,
            LearningRate = 100,
            WeightDecay = 1,
            Dropout = 0.95f,
            ValidationFraction = 0.5f,
            Patience = 10_000,
            MemoryBudget = 1L << 50,
            MaximumMinutes = 1_000_000,
            ThreadCount = 256,
        };
        var smallest = new NetworkOptions { EmbeddingSize = 1, HiddenSize = 2, LayerCount = 1 };
        var largest = new NetworkOptions { EmbeddingSize = 4_096, HiddenSize = 8_192, LayerCount = 8 };

        foreach (var validate in (Action[])[least.Validate, most.Validate, smallest.Validate, largest.Validate])
            Assert.IsNull(Refusal.Of(validate));
    }

    private static void CheckNamed(Action action, string name)
    {
        var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(action, name);
        Assert.AreEqual(name, failure.ParamName);
        StringAssert.Contains(failure.Message, $"{name} ");
        StringAssert.Matches(failure.Message, new System.Text.RegularExpressions.Regex("must be (from .+ to |one of |even)"), failure.Message);
        Assert.IsNotNull(failure.ActualValue);
    }
}
