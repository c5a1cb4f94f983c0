using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.TorchSupport;
using Microsoft.ML.RevRnn.Training;
using Microsoft.ML.RevRnn.TrainingSupport;
using TorchSharp;

namespace Microsoft.ML.RevRnn.Torch.Tests;

/// <summary>The training loop over libtorch: resumed to the same bits, and on the other backend.</summary>
[TestClass]
public sealed class TorchCheckpointTests
{
    private static readonly int[] _stream = [.. TorchNetworks.Sequences.SelectMany(sequence => sequence)];

    private static readonly TrainingOptions _options = TorchNetworks.Options with { MaximumEpochs = 4, Dropout = 0.2f, BatchSize = 4 };

    private static readonly LanguageModelOptions _model = new() { WindowLength = 10 };

    private string _path = "";

    [TestInitialize]
    public void ChooseFile() => _path = Path.Combine(Path.GetTempPath(), $"revrnn-{Guid.NewGuid():N}");

    [TestCleanup]
    public void DeleteFile()
    {
        foreach (var file in Directory.GetFiles(Path.GetTempPath(), Path.GetFileName(_path) + "*"))
            File.Delete(file);
    }

    [TestMethod]
    [DataRow(OptimizerKind.AdamW)]
    [DataRow(OptimizerKind.Sgd)]
    public void AnInterruptedTrainingIsGoneOnWithToTheSameBits(OptimizerKind optimizer)
    {
        var options = _options with { Optimizer = optimizer };
        var (expected, _) = Run(options, onTorch: true);

        var interrupted = options with { CheckpointPath = _path };
        Run(interrupted, onTorch: true, endsWithin: 7);
        var (resumed, report) = Run(interrupted, onTorch: true);

        Assert.AreEqual(4, report.Epochs.Count);
        foreach (var (one, other) in expected.Zip(resumed))
            CollectionAssert.AreEqual(one, other);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void ACheckpointMovesFromOneBackendToTheOther(bool beginsOnTorch)
    {
        var (expected, whole) = Run(_options, onTorch: !beginsOnTorch);

        var options = _options with { CheckpointPath = _path };
        Run(options, beginsOnTorch, endsWithin: 7);
        var (moved, report) = Run(options, onTorch: !beginsOnTorch);

        Assert.AreEqual(whole.Epochs[^1].Loss, report.Epochs[^1].Loss, 1e-4);
        foreach (var (one, other) in expected.Zip(moved))
        {
            for (var i = 0; i < one.Length; i++)
                Assert.AreEqual(one[i], other[i], 1e-3f);
        }
    }

    [TestMethod]
    public void ACancelledTrainingReturnsWhatThereIs()
    {
        var (expected, report) = Run(_options, onTorch: true, endsWithin: 3);
        Assert.AreEqual(TrainingStop.Cancelled, report.StopReason);
        Assert.AreEqual(0, report.Epochs.Count);
        using var untrained = Parameters();
        Assert.IsTrue(untrained.All.Zip(expected).Any(pair => !pair.First.Values.SequenceEqual(pair.Second)), "The steps that were made are in the weights.");
    }

    private static NetworkParameters Parameters()
    {
        var parameters = NetworkParameters.OfNextTokens(new NetworkShape(TorchNetworks.Network(CellKind.RevLstm), TorchNetworks.Vocabulary));
        parameters.Initialize(2);
        return parameters;
    }

    /// <param name="options">How to train.</param>
    /// <param name="onTorch">Whether on libtorch.</param>
    /// <param name="endsWithin">The batch within which it is cancelled; null for none.</param>
    private static (float[][] Weights, TrainingReport Report) Run(TrainingOptions options, bool onTorch, int? endsWithin = null)
    {
        options = options with { Arithmetic = Cells.CellArithmetic.Preimages, Schedule = LearningRateSchedule.Constant };
        using var parameters = Parameters();
        var objective = new NextTokenObjective(TokenFrequencies.Count([_stream], TorchNetworks.Vocabulary), _model, options);
        using var host = new Device(threads: 1);
        using var kernels = new HostKernels();
        using var device = new TorchDevice(torch.CPU, kernels);
        using INetworkTrainer trainer = onTorch
            ? new TorchTrainer(parameters, objective, options, device, carriesStates: true)
            : new ManagedTrainer(parameters, objective, options, host, carriesStates: true);
        using var cancellation = new CancellationTokenSource();
        var counting = new CountingTrainer(trainer, batches => { if (batches == endsWithin) cancellation.Cancel(); });
        var task = new StreamTask((_stream[..^100], _stream[^100..]), _model, counting, objective, options);
        var report = new TrainingLoop(task, options, progress: null).Run(cancellation.Token);
        return ([.. parameters.All.Select(parameter => parameter.Values.ToArray())], report);
    }

    /// <summary>Tells how many batches have been trained.</summary>
    private sealed class CountingTrainer(INetworkTrainer trainer, Action<int> told) : ForwardingTrainer(trainer)
    {
        private int _batches;

        public override BatchResult Train(PackedBatch batch, ulong seed, bool continues = false)
        {
            told(++_batches);
            return base.Train(batch, seed, continues);
        }
    }
}
