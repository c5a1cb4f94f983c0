using Microsoft.ML.RevRnn.Analysis;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Models;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// What the predictions of a trained model hang on: for a chosen score at an output, before softmax, the gradient by the vector of each token that the output has read
/// (Madsen 2019, Visualizing memorization in RNNs). One pass back over the text gives those by all of its tokens, and reversal keeps it small: a text of any length
/// needs about <see cref="ConnectivityOptions.MemoryBudget"/>.
/// </summary>
public static class TokenConnectivity
{
    private const int MostRows = 64;

    /// <summary>The connectivity of outputs of a language model. The time is that of about four passes over the tokens before each output.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokens">The text, [T].</param>
    /// <param name="outputs">Which scores: positions 0 to T, and tokens of the vocabulary.</param>
    /// <param name="options">How to compute, and what to tell; null for the defaults.</param>
    /// <returns>One row for each of the outputs, in their order.</returns>
    /// <exception cref="ArgumentException">A token, an output or an option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    /// <exception cref="ReversalException">Reversal failed its integrity checks.</exception>
    public static IReadOnlyList<ConnectivityRow> Of(
        LanguageModel model, ReadOnlySpan<int> tokens, IReadOnlyList<ConnectivityOutput> outputs, ConnectivityOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Of(model.Parameters, [Vocabulary.EmptyToken, .. tokens], boundaries: 1, outputs, options);
    }

    /// <summary>
    /// The connectivity of outputs of a tagger. The time is that of about four passes over the tokens up to each output; of one that reads in both directions, over all tokens, and all have values.
    /// </summary>
    /// <param name="tagger">The tagger.</param>
    /// <param name="tokens">The sequence, [T].</param>
    /// <param name="outputs">Which scores: positions 0 to T - 1, and classes.</param>
    /// <param name="options">How to compute, and what to tell; null for the defaults.</param>
    /// <returns>One row for each of the outputs, in their order.</returns>
    /// <exception cref="ArgumentException">A token, an output or an option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    /// <exception cref="ReversalException">Reversal failed its integrity checks.</exception>
    public static IReadOnlyList<ConnectivityRow> Of(
        SequenceTagger tagger, ReadOnlySpan<int> tokens, IReadOnlyList<ConnectivityOutput> outputs, ConnectivityOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(tagger);
        if (tagger.Network.Feedback != FeedbackKind.None)
        {
            throw new ArgumentException(
                $"{nameof(NetworkOptions.Feedback)} of the tagger is {tagger.Network.Feedback}: its classes hang on those before them, which have no gradient.", nameof(tagger));
        }
        return Of(tagger.Parameters, tokens.ToArray(), boundaries: 0, outputs, options);
    }

    /// <param name="parameters">A network with an outcome for each token.</param>
    /// <param name="sequence">All that it reads.</param>
    /// <param name="boundaries">How many of these, 0 or 1, stand before the text.</param>
    /// <param name="outputs">Which scores.</param>
    /// <param name="options">How to compute; null for the defaults.</param>
    internal static ConnectivityRow[] Of(
        NetworkParameters parameters, int[] sequence, int boundaries, IReadOnlyList<ConnectivityOutput> outputs, ConnectivityOptions? options)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        options ??= new ConnectivityOptions();
        options.Validate(parameters.Encoder.Shape.Options.Cell);
        TrainingInput.CheckTokens(sequence, parameters.Encoder.Shape.Vocabulary);
        foreach (var output in outputs)
        {
            OptionCheck.Range(nameof(output.Position), output.Position, 0, sequence.Length - 1);
            OptionCheck.Range(nameof(output.Outcome), output.Outcome, 0, parameters.Output.Outcomes - 1);
        }
        var directions = parameters.Encoder.Shape.Directions;
        using var session = new GradientSession<ChosenOutcomes>(parameters.Encoder, encoder => new ChosenOutcomes(parameters.Output, encoder, directions), options);
        var rows = new ConnectivityRow[outputs.Count];
        // Outputs that stand near each other share a pass: each has a row of the batch, the text up to itself.
        var order = Enumerable.Range(0, rows.Length).OrderByDescending(i => outputs[i].Position).ToArray();
        for (var first = 0; first < order.Length;)
        {
            var count = session.RowLimit(ReadFor(outputs[order[first]]), Math.Min(MostRows, order.Length - first));
            Run(session, output => sequence[..ReadFor(output)], boundaries, outputs, order.AsSpan(first, count), rows);
            first += count;
        }
        return rows;

        // Who reads forwards only has read no more than the token itself.
        int ReadFor(ConnectivityOutput output) => directions == 1 ? output.Position + 1 : sequence.Length;
    }

    private static void Run(
        GradientSession<ChosenOutcomes> session,
        Func<ConnectivityOutput, int[]> textOf,
        int boundaries,
        IReadOnlyList<ConnectivityOutput> outputs,
        ReadOnlySpan<int> members,
        ConnectivityRow[] rows)
    {
        var texts = new int[members.Length][];
        session.Head.Outcomes = new int[members.Length];
        session.Head.Positions = new int[members.Length];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = textOf(outputs[members[i]]);
            session.Head.Positions[i] = outputs[members[i]].Position;
            session.Head.Outcomes[i] = outputs[members[i]].Outcome;
        }
        session.Run(texts);
        for (var i = 0; i < texts.Length; i++)
        {
            var values = session.Values(i, texts[i]);
            rows[members[i]] = new ConnectivityRow(outputs[members[i]], values[boundaries..], boundaries == 0 ? 0 : values[0]);
        }
    }
}
