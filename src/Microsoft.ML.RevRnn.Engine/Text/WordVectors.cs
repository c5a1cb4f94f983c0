using System.Runtime.InteropServices;
using Microsoft.ML.RevRnn.Text;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// Vectors of a tokenizer's tokens, from a file of word vectors that were learned elsewhere (Mikolov et al. 2013; Pennington et al. 2014, GloVe; Bojanowski et al. 2017, fastText):
/// what a network starts from instead of random ones.
/// </summary>
/// <remarks>
/// <para>
/// The file is text in UTF-8, a word and its D numbers a line, with spaces or tabs between: fastText's .vec, whose first line is the number of words and D, or GloVe's .txt, where
/// D is how many numbers the first line has. It is read line by line; only vectors of tokens are kept, and only their numbers looked at.
/// </para>
/// <para>
/// A word of the file is the token that it is as the tokenizer reads it: normalized, and folded where <see cref="Vocabulary.Lowercase"/> says so; of several that are the same
/// the first counts. Where case is kept, a token without such a word has the vector of the first that differs in case only. Of byte pairs the tokens that are a space and a word
/// are that word; parts of words have no vector. <c>&lt;unk&gt;</c> is the unknown token, and <c>&lt;/s&gt;</c> the boundary.
/// </para>
/// <para>
/// A network starts from the vectors times a factor that is the same for all: their values then have the deviation 0.5, or 1 / sqrt(3 D) where <see
/// cref="NetworkOptions.TieEmbeddings"/> makes them a language model's output weights too. The other tokens, those of words without a vector among them, have the random vectors
/// that they have anyway, uniform within 1 / sqrt(D), so that what means nothing yet is small beside what does.
/// </para>
/// <para>Immutable and safe for use from many threads.</para>
/// </remarks>
/// <example>
/// <code>
/// var file = new WordVectorOptions { Path = "cc.en.300.vec", AddsUnseenWords = true };
/// var tokenizer = TextTokenizer.Learn(texts, new VocabularyOptions(), file);
/// var vectors = WordVectors.Load(file, tokenizer);
/// var network = new NetworkOptions { EmbeddingSize = vectors.Dimension };
/// var (model, report) = SequenceClassifier.Train(sequences, labels, classCount, tokenizer.Size, network, new TrainingOptions(), vectors: vectors);
/// </code>
/// </example>
public sealed class WordVectors
{
    /// <summary>So many words are looked at before cancellation is.</summary>
    private const int WordsBetweenLooks = 1024;

    private readonly float[]?[] _vectors;

    private WordVectors(float[]?[] vectors, int dimension, bool isFrozen)
    {
        _vectors = vectors;
        Dimension = dimension;
        IsFrozen = isFrozen;
    }

    /// <summary>D: numbers of a vector, which <see cref="NetworkOptions.EmbeddingSize"/> must be.</summary>
    public int Dimension { get; }

    /// <summary>V: tokens are numbers from 0 to V - 1.</summary>
    public int VocabularySize => _vectors.Length;

    /// <summary>Whether training leaves token vectors as they are.</summary>
    public bool IsFrozen { get; }

    /// <summary>Reads the vectors of a tokenizer's tokens.</summary>
    /// <param name="options">The file.</param>
    /// <param name="tokenizer">Its tokens are words or byte pairs.</param>
    /// <param name="progress">Told which part of the file has been read, 0 to 1.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ArgumentException">The tokens are characters or bytes, or there is no path.</exception>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    /// <exception cref="FormatException">The file has no word vectors, a line has another number of fields, or a number that is needed is none or not finite; the message names file and line.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static WordVectors Load(
        WordVectorOptions options, TextTokenizer tokenizer, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(tokenizer);
        options.Validate(tokenizer.Kind);
        return Load(options, tokenizer.CreateWordMatcher()!, tokenizer.Size, progress, cancellationToken);
    }

    /// <summary>Reads the vectors of words that are tokens from 2 on, in their order, whatever cuts texts into them. Upper and lower case are kept.</summary>
    /// <param name="options">The file.</param>
    /// <param name="words">The words; of those that occur twice the first has a vector.</param>
    /// <param name="progress">Told which part of the file has been read, 0 to 1.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ArgumentException">There is no path, or <see cref="WordVectorOptions.AddsUnseenWords"/> is set, which has no meaning here.</exception>
    /// <inheritdoc cref="Load(WordVectorOptions, TextTokenizer, IProgress{double}?, CancellationToken)"/>
    public static WordVectors LoadOfWords(
        WordVectorOptions options, IReadOnlyList<string> words, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(words);
        options.Validate();
        if (options.AddsUnseenWords)
        {
            throw new ArgumentException(
                $"{nameof(WordVectorOptions.AddsUnseenWords)} is set, and the tokens are given: words can be added where texts are cut into words only. Leave it unset.", nameof(options));
        }
        var matcher = new WordMatcher(words.Select((word, i) => (word, i + TextTokenizer.ReservedTokens)), (word, _) => word, isCased: true);
        return Load(options, matcher, words.Count + TextTokenizer.ReservedTokens, progress, cancellationToken);
    }

    /// <summary>D of a file, of which only the beginning is read.</summary>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    /// <exception cref="FormatException">The file has no word vectors; the message says what it is, as far as that can be told.</exception>
    public static int ReadDimension(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        using var file = new WordVectorFile(path);
        return file.Dimension;
    }

    /// <summary>Whether a token has a vector.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such token.</exception>
    public bool Has(int token)
    {
        OptionCheck.Range(nameof(token), token, 0, VocabularySize - 1);
        return _vectors[token] != null;
    }

    /// <summary>How much of texts has a vector.</summary>
    /// <param name="texts">Token numbers of each text.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such token.</exception>
    public VectorCoverage Coverage(IReadOnlyList<int[]> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var counts = new long[VocabularySize];
        foreach (var text in texts)
        {
            foreach (var token in text)
            {
                OptionCheck.Range(nameof(token), token, 0, VocabularySize - 1);
                counts[token]++;
            }
        }
        var coverage = new VectorCoverage(0, 0, counts[TextTokenizer.UnknownToken], Has(TextTokenizer.UnknownToken) ? counts[TextTokenizer.UnknownToken] : 0);
        for (var token = TextTokenizer.ReservedTokens; token < counts.Length; token++)
        {
            if (counts[token] == 0)
                continue;
            var has = Has(token);
            coverage = new VectorCoverage(
                coverage.Words + 1,
                coverage.WordsWithVector + (has ? 1 : 0),
                coverage.Tokens + counts[token],
                coverage.TokensWithVector + (has ? counts[token] : 0));
        }
        return coverage;
    }

    /// <summary>The vectors, in the order of their tokens.</summary>
    internal IEnumerable<(int Token, float[] Vector)> All
    {
        get
        {
            for (var token = 0; token < _vectors.Length; token++)
            {
                if (_vectors[token] is { } vector)
                    yield return (token, vector);
            }
        }
    }

    /// <summary>Calls for each word of a file, in its order.</summary>
    internal static void Scan(string path, IProgress<double>? progress, CancellationToken cancellationToken, Action<WordVectorFile> take)
    {
        using var file = new WordVectorFile(path);
        for (long count = 1; file.MoveNext(); count++)
        {
            take(file);
            if (count % WordsBetweenLooks != 0)
                continue;
            cancellationToken.ThrowIfCancellationRequested();
            progress?.Report(file.Fraction);
        }
        cancellationToken.ThrowIfCancellationRequested();
        progress?.Report(1);
    }

    /// <summary>Writes what the training of a network that starts from them depends on.</summary>
    internal void WriteIdentity(BinaryWriter writer)
    {
        writer.Write(nameof(WordVectors));
        writer.Write(IsFrozen);
        foreach (var (token, vector) in All)
        {
            writer.Write(token);
            writer.Write(MemoryMarshal.AsBytes<float>(vector));
        }
    }

    private static WordVectors Load(WordVectorOptions options, WordMatcher matcher, int size, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        var vectors = new float[]?[size];
        var isExact = new bool[size];
        var dimension = 0;
        Scan(options.Path, progress, cancellationToken, file =>
        {
            dimension = file.Dimension;
            float[]? vector = null;
            if (matcher.Find(file.Word) is >= 0 and var token && !isExact[token])
            {
                vectors[token] = vector = file.ReadVector();
                isExact[token] = true;
            }
            foreach (var other in matcher.FindOfAnyCase(file.Word))
                vectors[other] ??= vector ??= file.ReadVector();
        });
        return new WordVectors(vectors, dimension, options.IsFrozen);
    }
}
