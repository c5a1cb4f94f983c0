using System.Runtime.InteropServices;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>Training of a sequence classifier.</summary>
internal sealed class ClassificationTask : SequenceTask
{
    private readonly ClassifierParameters _parameters;
    private readonly IReadOnlyList<int> _labels;
    private readonly ClassificationHead _head;
    private readonly ClassificationHead _evaluatorHead;
    private readonly FineTuningOptions? _fineTuning;
    private int[] _batchLabels = [];

    public ClassificationTask(
        ClassifierParameters parameters, IReadOnlyList<int[]> sequences, IReadOnlyList<int> labels, TrainingOptions options, WorkerTeam team,
        FineTuningOptions? fineTuning = null)
        : base(parameters.Stack, sequences, heldBack: null, options, DropoutRates.OfLayers(options.Dropout), team)
    {
        _parameters = parameters;
        _labels = labels;
        _fineTuning = fineTuning;
        _head = new ClassificationHead(parameters, Stack, options.Dropout, team, SimdWidths.Best);
        _evaluatorHead = new ClassificationHead(parameters, Evaluator, 0, team, SimdWidths.Best);
    }

    public override IEnumerable<Parameter> Dense => _parameters.Dense;

    public override BatchResult Train(ReadOnlySpan<int> members, ulong dropoutSeed)
    {
        var labels = Labels(members);
        Batch.Fill(Sequences, members, Vocabulary.EmptyToken);
        Stack.PackWeights(forTraining: true);
        Stack.Begin(Batch, training: true, dropoutSeed);
        _head.Begin(Batch, training: true, dropoutSeed);
        for (var i = 0; i < Stack.ChunkCount; i++)
        {
            var chunk = Stack.GetChunk(i);
            Stack.Forward(chunk, training: true);
            _head.Forward(chunk);
        }
        _head.Finish();
        var result = _head.Score(labels);
        Stack.LossScale = 1f / Batch.RowCount;
        Stack.BeginBackward();
        _head.BeginBackward(labels);
        for (var i = Stack.ChunkCount - 1; i >= 0; i--)
        {
            var chunk = Stack.GetChunk(i);
            Stack.Recover(chunk);
            _head.Backward(chunk);
            Stack.Backward(chunk);
        }
        Stack.FinishBackward();
        LostBits += Stack.ReversedBits;
        return result;
    }

    public override BatchResult Evaluate(ReadOnlySpan<int> members)
    {
        Batch.Fill(Sequences, members, Vocabulary.EmptyToken);
        Evaluator.Begin(Batch, training: false, 0);
        _evaluatorHead.Begin(Batch, training: false, 0);
        for (var i = 0; i < Evaluator.ChunkCount; i++)
        {
            var chunk = Evaluator.GetChunk(i);
            Evaluator.Forward(chunk, training: false);
            _evaluatorHead.Forward(chunk);
        }
        _evaluatorHead.Finish();
        return _evaluatorHead.Score(Labels(members));
    }

    public override void WriteIdentity(BinaryWriter writer)
    {
        base.WriteIdentity(writer);
        foreach (var label in _labels)
            writer.Write(label);
        if (_fineTuning == null)
            return;
        // The weights to start from are what the language model knew.
        writer.Write(_fineTuning.GradualUnfreezing);
        writer.Write(_fineTuning.LayerRateFactor);
        foreach (var parameter in _parameters.Stack.All)
            writer.Write(MemoryMarshal.AsBytes(parameter.Values));
    }

    public override void Dispose()
    {
        _head.Dispose();
        _evaluatorHead.Dispose();
        base.Dispose();
    }

    private ReadOnlySpan<int> Labels(ReadOnlySpan<int> members)
    {
        if (_batchLabels.Length < members.Length)
            _batchLabels = new int[members.Length];
        for (var i = 0; i < members.Length; i++)
            _batchLabels[i] = _labels[members[i]];
        return _batchLabels.AsSpan(0, members.Length);
    }
}
