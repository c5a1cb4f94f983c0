using System.Globalization;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Input;

/// <summary>How much of the data a model does not know: all that is not known is the same token to it.</summary>
internal static class UnknownTokens
{
    /// <summary>The share above which it is told of.</summary>
    private const double Notable = 0.1;

    /// <summary>Warns where it is more than a tenth.</summary>
    /// <param name="share">The part of the tokens that are unknown.</param>
    /// <param name="input">The columns of the data.</param>
    /// <param name="use">What the data are there for.</param>
    /// <param name="remedy">What helps.</param>
    /// <param name="channel">The log.</param>
    public static void Warn(double share, IReadOnlyList<DataViewSchema.Column> input, string use, string remedy, IChannel channel)
    {
        if (share > Notable)
        {
            channel.Warning(MessageSensitivity.Schema, string.Create(CultureInfo.InvariantCulture,
                $"{100 * share:F1} % of the tokens in {InputSchema.Describe(input)} to {use} on are unknown. {remedy}"));
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
