using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>Training of a language model on whole texts, each from a zero state to its end.</summary>
internal sealed class NextTokenTask : SequenceTask
{
    private readonly LanguageModelParameters _parameters;
    private readonly NextTokenPass _pass;

    /// <param name="parameters">What is trained; its output bias begins at the training data's frequencies.</param>
    /// <param name="sequences">Training data; and held-back data behind it.</param>
    /// <param name="heldBack">How many of the sequences, the last ones, are held back; null for a random part of them.</param>
    /// <param name="options">How to train.</param>
    /// <param name="dropout">Rates of dropout.</param>
    /// <param name="softmaxSamples">Tokens drawn for a batch's softmax; 0 for all of them.</param>
    /// <param name="team">Workers.</param>
    public NextTokenTask(
        LanguageModelParameters parameters, IReadOnlyList<int[]> sequences, int? heldBack, TrainingOptions options, in DropoutRates dropout,
        int softmaxSamples, WorkerTeam team)
        : base(parameters.Stack, sequences, heldBack, options, dropout, team, TokenHead.Bytes(parameters.Stack.Options, softmaxSamples, dropout.Output))
    {
        _parameters = parameters;
        var frequencies = TokenFrequencies.Count(TrainingSequences, parameters.Weight.Rows);
        parameters.InitializeBias(frequencies);
        _pass = new NextTokenPass(parameters, Stack, Evaluator, frequencies, dropout, softmaxSamples, team);
    }

    public override IEnumerable<Parameter> Dense => _parameters.Dense;

    public override BatchResult Train(ReadOnlySpan<int> members, ulong dropoutSeed)
    {
        Batch.Fill(Sequences, members, Vocabulary.EmptyToken);
        var result = _pass.Train(Batch, dropoutSeed);
        LostBits += Stack.ReversedBits;
        return result;
    }

    public override void BeginValidation()
    {
        base.BeginValidation();
        _pass.BeginValidation();
    }

    public override BatchResult Evaluate(ReadOnlySpan<int> members)
    {
        Batch.Fill(Sequences, members, Vocabulary.EmptyToken);
        return _pass.Evaluate(Batch);
    }

    public override void WriteIdentity(BinaryWriter writer)
    {
        base.WriteIdentity(writer);
        _pass.WriteIdentity(writer);
    }

    public override void Dispose()
    {
        _pass.Dispose();
        base.Dispose();
    }
}
