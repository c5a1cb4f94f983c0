using System.Globalization;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Input;

/// <summary>How much of the data a model does not know: all that is not known is the same token to it.</summary>
/// <param name="Count">The tokens that are <see cref="TextTokenizer.UnknownToken"/>.</param>
/// <param name="Total">All tokens.</param>
internal readonly record struct UnknownTokens(long Count, long Total)
{
    /// <summary>The share above which it is told of.</summary>
    private const double Notable = 0.1;

    public static UnknownTokens Of(IReadOnlyList<int[]> sequences)
    {
        var (count, total) = (0L, 0L);
        foreach (var sequence in sequences)
        {
            count += sequence.AsSpan().Count(TextTokenizer.UnknownToken);
            total += sequence.Length;
        }
        return new UnknownTokens(count, total);
    }

    /// <summary>Warns where it is more than a tenth.</summary>
    /// <param name="column">The column of the data.</param>
    /// <param name="use">What the data are there for.</param>
    /// <param name="remedy">What helps.</param>
    /// <param name="channel">The log.</param>
    public void Warn(DataViewSchema.Column column, string use, string remedy, IChannel channel)
    {
        if (Count > Notable * Total)
        {
            channel.Warning(MessageSensitivity.Schema, string.Create(CultureInfo.InvariantCulture,
                $"{100.0 * Count / Total:F1} % of the tokens in column '{column.Name}' to {use} on are unknown. {remedy}"));
        }
    }

    /// <summary>What helps where the tokens were learned from the texts.</summary>
    public static string Remedy(VocabularyOptions options)
    {
        var item = options.Kind == TokenKind.Characters ? "Characters" : "Words";
        var least = options.MinimumCount?.ToString(CultureInfo.InvariantCulture) ?? "by default 1, from 20,000 of them on 2";
        return $"{item} are known that occur {nameof(VocabularyOptions.MinimumCount)} ({least}) times, and of them the most frequent up to " +
            $"{nameof(VocabularyOptions.MaximumSize)} ({options.MaximumSize}): lower the one or raise the other in Vocabulary, or use " +
            $"{nameof(TokenKind)}.{nameof(TokenKind.BytePairs)} or {nameof(TokenKind)}.{nameof(TokenKind.Bytes)}, which know all text.";
    }
}
