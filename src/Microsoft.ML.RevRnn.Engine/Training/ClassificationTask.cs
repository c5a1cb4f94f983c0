using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>Training of a sequence classifier.</summary>
internal sealed class ClassificationTask : TrainingTask
{
    private readonly ClassifierParameters _parameters;
    private readonly IReadOnlyList<int> _labels;
    private readonly ClassificationHead _head;
    private readonly ClassificationHead _evaluatorHead;
    private int[] _batchLabels = [];

    public ClassificationTask(
        ClassifierParameters parameters, IReadOnlyList<int[]> sequences, IReadOnlyList<int> labels, TrainingOptions options, WorkerTeam team)
        : base(parameters.Stack, sequences, options, team)
    {
        _parameters = parameters;
        _labels = labels;
        _head = new ClassificationHead(parameters, Stack, options.Dropout, team, SimdWidths.Best);
        _evaluatorHead = new ClassificationHead(parameters, Evaluator, 0, team, SimdWidths.Best);
    }

    public override IEnumerable<Parameter> Dense => _parameters.Dense;

    public override BatchResult Train(ReadOnlySpan<int> members, ulong dropoutSeed)
    {
        var labels = Labels(members);
        Begin(members, dropoutSeed);
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
