using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Translations;

/// <summary>What a translation model learns from: pairs of which both sides have tokens.</summary>
/// <param name="Sources">The sources, and how they are cut.</param>
/// <param name="Targets">The targets, one for each source.</param>
/// <param name="Pairs">The same as the rows had them.</param>
/// <param name="Tokens">How both sides are cut.</param>
internal sealed record TranslationRows(
    TrainingRows Sources, IReadOnlyList<int[]> Targets, IReadOnlyList<(SideValue Source, SideValue Target)> Pairs, TranslationTokens Tokens)
{
    /// <summary>Reads all rows, and learns their tokens where there are none yet; those of which a side is empty are left out, with a warning.</summary>
    /// <param name="data">Has the rows.</param>
    /// <param name="sides">The columns of source and target.</param>
    /// <param name="known">The tokens that there are already; null to learn them.</param>
    /// <param name="options">What is a token.</param>
    /// <param name="use">What the data are there for: "train".</param>
    /// <param name="channel">The log.</param>
    /// <exception cref="InvalidOperationException">There are no rows, or none with tokens on both sides.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static TranslationRows Read(
        IDataView data,
        (DataViewSchema.Column Source, DataViewSchema.Column Target) sides,
        TranslationTokens? known,
        RevTranslationOptions options,
        string use,
        IChannel channel)
    {
        var pairs = SideValue.ReadPairs(data, sides.Source, sides.Target, options.CancellationToken);
        var count = pairs.Count;
        pairs.RemoveAll(pair => pair.Source.IsEmpty || pair.Target.IsEmpty);
        RequireAny(count, pairs.Count, sides, use, channel);
        var tokens = known ?? TranslationTokens.Learn(pairs, sides, options, channel);
        var encoded = Encode(pairs, tokens, options.CancellationToken);
        // A text may be no white space, and have no words all the same. What is left out is not learned from.
        if (encoded.Count < pairs.Count && encoded.Count > 0 && known == null)
        {
            pairs = encoded.ConvertAll(pair => pair.Pair);
            tokens = TranslationTokens.Learn(pairs, sides, options, channel);
            encoded = Encode(pairs, tokens, options.CancellationToken);
        }
        RequireAny(count, encoded.Count, sides, use, channel);
        if (encoded.Count < count)
        {
            channel.Warning(MessageSensitivity.Schema,
                $"Skipped {count - encoded.Count} rows of which the source column '{sides.Source.Name}' or the target column '{sides.Target.Name}' is empty.");
        }
        var rows = new TranslationRows(
            new TrainingRows(encoded.ConvertAll(pair => pair.Source), tokens.Source, null),
            encoded.ConvertAll(pair => pair.Target),
            encoded.ConvertAll(pair => pair.Pair),
            tokens);
        rows.Warn(sides, options, use, channel);
        return rows;
    }

    /// <summary>What is trained on and what is held back, where the pairs that are held back must be known as text.</summary>
    /// <param name="heldBack">What is held back already; null to choose it at random.</param>
    /// <param name="training">How much of it, and the seed.</param>
    /// <exception cref="ArgumentException">Nothing is held back.</exception>
    public (TranslationRows Training, TranslationRows HeldBack) Split(TranslationRows? heldBack, TrainingOptions training)
    {
        if (heldBack != null)
            return (this, heldBack);
        var count = training.HeldBackOf(Pairs.Count);
        if (count == 0)
        {
            throw new ArgumentException(
                $"{nameof(RevTranslationOptions.SelectsByBleu)} is set, and {nameof(TrainingOptions.ValidationFraction)} of {Pairs.Count} pairs is none to hold back; " +
                "raise it, or give Fit validation data.", nameof(training));
        }
        var order = Enumerable.Range(0, Pairs.Count).ToArray();
        new Random(training.Seed!.Value).Shuffle(order);
        return (Part([.. order[count..].Order()]), Part([.. order[..count].Order()]));
    }

    private TranslationRows Part(int[] members) => new(
        Sources with { Sequences = Array.ConvertAll(members, i => Sources.Sequences[i]) },
        Array.ConvertAll(members, i => Targets[i]),
        Array.ConvertAll(members, i => Pairs[i]),
        Tokens);

    private static List<((SideValue Source, SideValue Target) Pair, int[] Source, int[] Target)> Encode(
        List<(SideValue Source, SideValue Target)> pairs, TranslationTokens tokens, CancellationToken cancellationToken)
    {
        var encoded = pairs.ConvertAll(pair =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            return (Pair: pair, Source: pair.Source.Tokens(tokens.Source), Target: pair.Target.Tokens(tokens.Target));
        });
        encoded.RemoveAll(pair => pair.Source.Length == 0 || pair.Target.Length == 0);
        return encoded;
    }

    private static void RequireAny(
        long rows, int pairs, (DataViewSchema.Column Source, DataViewSchema.Column Target) sides, string use, IExceptionContext context)
    {
        if (rows == 0)
            throw context.Process(new InvalidOperationException($"The data has no rows, so there is nothing in {InputSchema.Describe([sides.Source, sides.Target])} to {use} on."));
        if (pairs == 0)
        {
            throw context.Process(new InvalidOperationException(
                $"No row has something in both the source column '{sides.Source.Name}' and the target column '{sides.Target.Name}', so there is nothing to {use} on. " +
                TrainingRows.SeparatorHint));
        }
    }

    private void Warn((DataViewSchema.Column Source, DataViewSchema.Column Target) sides, RevTranslationOptions options, string use, IChannel channel)
    {
        UnknownTokens.Warn(TextTokenizer.UnknownShare(Sources.Sequences), [sides.Source], use, UnknownTokens.Remedy(options.Vocabulary), channel);
        UnknownTokens.Warn(TextTokenizer.UnknownShare(Targets), [sides.Target], use, UnknownTokens.Remedy(options.VocabularyOfTarget), channel);
    }
}
