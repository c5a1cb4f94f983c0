using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>Training of a next-token model, each sequence from a zero state to its end.</summary>
internal sealed class NextTokenTask : TrainingTask
{
    private readonly LanguageModelParameters _parameters;
    private readonly NextTokenHead _head;
    private readonly NextTokenHead _evaluatorHead;

    public NextTokenTask(LanguageModelParameters parameters, IReadOnlyList<int[]> sequences, TrainingOptions options, WorkerTeam team)
        : base(parameters.Stack, sequences, options, team)
    {
        _parameters = parameters;
        _head = new NextTokenHead(parameters, Stack, team, SimdWidths.Best);
        _evaluatorHead = new NextTokenHead(parameters, Evaluator, team, SimdWidths.Best);
    }

    public override IEnumerable<Parameter> Dense => _parameters.Dense;

    public override BatchResult Train(ReadOnlySpan<int> members, ulong dropoutSeed)
    {
        Begin(members, dropoutSeed);
        _head.PackWeights(forTraining: true);
        for (var i = 0; i < Stack.ChunkCount; i++)
            Stack.Forward(Stack.GetChunk(i), training: true);
        Stack.LossScale = 1f / Batch.TokenCount;
        Stack.BeginBackward();
        var result = default(BatchResult);
        for (var i = Stack.ChunkCount - 1; i >= 0; i--)
        {
            var chunk = Stack.GetChunk(i);
            Stack.Recover(chunk);
            result += _head.Backward(chunk);
            Stack.Backward(chunk);
        }
        Stack.FinishBackward();
        LostBits += Stack.ReversedBits;
        return result;
    }

    public override void PrepareEvaluation()
    {
        base.PrepareEvaluation();
        _evaluatorHead.PackWeights(forTraining: false);
    }

    public override BatchResult Evaluate(ReadOnlySpan<int> members)
    {
        Batch.Fill(Sequences, members, Vocabulary.EmptyToken);
        Evaluator.Begin(Batch, training: false, 0);
        var result = default(BatchResult);
        for (var i = 0; i < Evaluator.ChunkCount; i++)
        {
            var chunk = Evaluator.GetChunk(i);
            Evaluator.Forward(chunk, training: false);
            result += _evaluatorHead.Score(chunk);
        }
        return result;
    }

    public override void Dispose()
    {
        _head.Dispose();
        _evaluatorHead.Dispose();
        base.Dispose();
    }
}
