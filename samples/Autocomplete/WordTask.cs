using Microsoft.ML.RevRnn;

namespace Autocomplete;

/// <summary>The corpus as a tagger learns it: characters as tokens, words as classes, of which the unknown ones weigh nothing.</summary>
internal sealed class WordTask
{
    /// <param name="training">What is learned from.</param>
    /// <param name="validation">What the epoch is chosen by.</param>
    /// <param name="test">What is told of.</param>
    public WordTask(Observation[] training, Observation[] validation, Observation[] test)
    {
        Observation[] learned = [.. training, .. validation];
        Tokenizer = TextTokenizer.Learn([.. learned.Select(observation => observation.Text.AsMemory())], new VocabularyOptions { Kind = TokenKind.Characters });
        Classes = [Preparation.Unknown, .. learned.SelectMany(observation => observation.Label).Distinct().Where(label => label != Preparation.Unknown).Order(StringComparer.Ordinal)];
        Sequences = Tokens(learned);
        Labels = LabelsOf(learned);
        TestSequences = Tokens(test);
        TestLabels = LabelsOf(test);
        Examples = new ExampleOptions { ClassWeights = [0, .. Enumerable.Repeat(1f, Classes.Count - 1)], ValidationCount = validation.Length };
    }

    public TextTokenizer Tokenizer { get; }

    /// <summary>What the classes are called; the first one is that of unknown words.</summary>
    public IReadOnlyList<string> Classes { get; }

    public int[][] Sequences { get; }

    public int[][] Labels { get; }

    public int[][] TestSequences { get; }

    public int[][] TestLabels { get; }

    /// <summary>The last sequences are those by which the epoch is chosen.</summary>
    public ExampleOptions Examples { get; }

    private int[][] Tokens(Observation[] observations) => Array.ConvertAll(observations, observation => Tokenizer.Encode(observation.Text));

    private int[][] LabelsOf(Observation[] observations)
    {
        var numbers = Classes.Index().ToDictionary(name => name.Item, name => name.Index, StringComparer.Ordinal);
        return Array.ConvertAll(observations, observation => Array.ConvertAll(observation.Label, label => numbers.GetValueOrDefault(label)));
    }
}
