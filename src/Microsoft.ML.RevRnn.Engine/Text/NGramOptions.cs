using System.Globalization;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// The part of a classifier's scores that is a linear map of a text's n-grams: of its words, one to three at a time, and of the characters within them. It knows words
/// that the network's vocabulary has not, learns in seconds, and is hard to beat where texts are few.
/// </summary>
/// <remarks>
/// A run of n words has the value 1, and half that of a shorter one from n = 3 on; a run of characters <see cref="CharacterWeight"/>; a text's n-gram the sum of its
/// occurrences, times idf = ln(1 + N / texts that have it), of N texts that are trained on; the whole is scaled to length 1 (tf-idf; Salton and Buckley 1988). N-grams are
/// found by a hash of 32 bits, of which one is their sign (Weinberger et al. 2009), so that those that fall together do not add up. The map is trained by AdaGrad (Duchi et al. 2011)
/// on the classifier's own loss. Words are cut as the tokenizer of words does, normalized and in folded case.
/// </remarks>
public sealed record NGramOptions
{
    /// <summary>The most words of a run, 1 to 5.</summary>
    public int WordLength { get; init; } = 3;

    /// <summary>The least characters of a run within a word, whose ends count as one each, 1 to 10.</summary>
    public int ShortestCharacters { get; init; } = 3;

    /// <summary>The most characters of a run within a word, 0 to 10; 0 for none.</summary>
    public int LongestCharacters { get; init; } = 5;

    /// <summary>What a run of characters counts, where a word counts 1, 0 to 10.</summary>
    public float CharacterWeight { get; init; } = 0.4f;

    /// <summary>
    /// Bits of the hash by which n-grams are told apart, 8 to 24: 2^bits places, of which each that is met takes 4 C bytes of C classes in memory and 2 C in a file. Null for 20,
    /// and with more than 64 classes fewer: 26 less the bits of C.
    /// </summary>
    public int? HashBits { get; init; }

    /// <summary>Passes over the training data, 1 to 1,000.</summary>
    public int Epochs { get; init; } = 8;

    /// <summary>AdaGrad's rate, 1e-4 to 10, which falls to 0 over the run; null for 0.1 sqrt(rows / 5,000), from 0.1 to 0.4.</summary>
    public float? LearningRate { get; init; }

    /// <summary>
    /// Times a weight this is added to the weight's gradient, whenever a text has the n-gram, 0 to 1. Where many n-grams are met once or twice, 3e-5 to 3e-4 keeps their weights small and may
    /// be worth half a point of accuracy; 0, the default, for none.
    /// </summary>
    public float L2Regularization { get; init; }

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and the range.</exception>
    public void Validate()
    {
        OptionCheck.Range(nameof(WordLength), WordLength, 1, 5);
        OptionCheck.Range(nameof(ShortestCharacters), ShortestCharacters, 1, 10);
        OptionCheck.Range(nameof(LongestCharacters), LongestCharacters, 0, 10);
        OptionCheck.Range(nameof(CharacterWeight), CharacterWeight, 0, 10);
        OptionCheck.Range(nameof(HashBits), HashBits ?? 20, 8, 24);
        OptionCheck.Range(nameof(Epochs), Epochs, 1, 1000);
        OptionCheck.Range(nameof(LearningRate), LearningRate ?? 0.1f, 1e-4f, 10);
        OptionCheck.Range(nameof(L2Regularization), L2Regularization, 0, 1);
    }

    /// <summary>
    /// Which n-grams there are, as the metadata of an ONNX file have it: five numbers with blanks between them, <see cref="WordLength"/>, <see cref="ShortestCharacters"/>, <see cref="LongestCharacters"/>,
    /// <see cref="CharacterWeight"/> and <see cref="HashBits"/>. <see cref="Parse"/> reads it.
    /// </summary>
    /// <exception cref="InvalidOperationException"><see cref="HashBits"/> is null: which there are is not said then.</exception>
    public string ToText() => string.Create(
        CultureInfo.InvariantCulture, $"{WordLength} {ShortestCharacters} {LongestCharacters} {CharacterWeight:R} {HashBits ?? throw new InvalidOperationException($"{nameof(HashBits)} is not set.")}");

    /// <summary>Reads what <see cref="ToText"/> wrote; how they are learned is left at the defaults.</summary>
    /// <exception cref="FormatException">It is something else, or an option is out of its range.</exception>
    public static NGramOptions Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            var parts = text.Split(' ');
            if (parts.Length != 5)
                throw new FormatException("There are not five numbers.");
            var options = new NGramOptions
            {
                WordLength = int.Parse(parts[0], CultureInfo.InvariantCulture),
                ShortestCharacters = int.Parse(parts[1], CultureInfo.InvariantCulture),
                LongestCharacters = int.Parse(parts[2], CultureInfo.InvariantCulture),
                CharacterWeight = float.Parse(parts[3], CultureInfo.InvariantCulture),
                HashBits = int.Parse(parts[4], CultureInfo.InvariantCulture),
            };
            options.Validate();
            return options;
        }
        catch (Exception failure) when (failure is FormatException or OverflowException or ArgumentException)
        {
            throw new FormatException($"What it says of n-grams is '{text}'. {failure.Message}", failure);
        }
    }

    /// <summary>Bits of the hash for so many classes or labels.</summary>
    internal int HashBitsFor(int outcomes) => HashBits ?? Math.Clamp(26 - System.Numerics.BitOperations.Log2((uint)(2 * outcomes - 1)), 8, 20);
}
