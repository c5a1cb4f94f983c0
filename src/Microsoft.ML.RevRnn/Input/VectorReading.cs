using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Input;

/// <summary>Reads the word vectors that a network is to start from, and tells of it: in the log, and through ML.NET's progress channel.</summary>
internal sealed class VectorReading
{
    /// <summary>The share of tokens with a vector below which that is warned of.</summary>
    private const double Few = 0.5;

    private readonly WordVectorOptions _options;
    private readonly IHost _host;
    private readonly IChannel _channel;
    private readonly CancellationToken _cancellationToken;

    /// <param name="options">The file.</param>
    /// <param name="network">The network that was asked for.</param>
    /// <param name="host">Has the progress channel.</param>
    /// <param name="channel">The log.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    /// <exception cref="FormatException">The file has no word vectors.</exception>
    /// <exception cref="ArgumentException">The network was asked to have vectors of another length.</exception>
    public VectorReading(WordVectorOptions options, NetworkOptions network, IHost host, IChannel channel, CancellationToken cancellationToken)
    {
        _options = options;
        _host = host;
        _channel = channel;
        _cancellationToken = cancellationToken;
        var dimension = WordVectors.ReadDimension(options.Path);
        if (network.EmbeddingSize != dimension && network.EmbeddingSize != new NetworkOptions().EmbeddingSize)
        {
            throw channel.Process(new ArgumentException(
                $"{nameof(NetworkOptions.EmbeddingSize)} is {network.EmbeddingSize}, and the word vectors of '{options.Path}' have {dimension} numbers. " +
                $"Leave it out of {nameof(RevRnnOptions.Network)} or set it to {dimension}; or use vectors of {network.EmbeddingSize}.", nameof(NetworkOptions.EmbeddingSize)));
        }
        (network with { EmbeddingSize = dimension }).Validate();
    }

    /// <summary>Checks that the vectors are for tokens of this kind.</summary>
    /// <exception cref="ArgumentException">They are not.</exception>
    public void Check(TokenKind kind) => _options.Validate(kind);

    /// <summary>Learns tokens, of words with those that the vectors know.</summary>
    public TextTokenizer Learn(IReadOnlyList<ReadOnlyMemory<char>> texts, VocabularyOptions options)
        => Tell("Choosing words that have vectors", progress => TextTokenizer.Learn(texts, options, _options, progress, _cancellationToken));

    /// <summary>The rows with the vectors of a tokenizer's tokens.</summary>
    public TrainingRows Add(TrainingRows rows, TextTokenizer tokenizer)
        => Add(rows, progress => WordVectors.Load(_options, tokenizer, progress, _cancellationToken));

    /// <summary>The rows with the vectors of the words that the keys of a column stand for.</summary>
    /// <exception cref="ArgumentException">They stand for no words.</exception>
    public TrainingRows Add(TrainingRows rows, DataViewSchema.Column keys, int keyCount)
    {
        var values = default(VBuffer<ReadOnlyMemory<char>>);
        if (keys.Annotations.Schema.GetColumnOrNull(AnnotationUtils.Kinds.KeyValues)?.Type is not VectorDataViewType { ItemType: TextDataViewType, Size: var size } || size != keyCount)
        {
            throw _channel.Process(new ArgumentException(
                $"The keys in the input column '{keys.Name}' do not say which words they stand for, and there are word vectors, '{_options.Path}'. " +
                "Make the keys of text by MapValueToKey, read the text itself, or leave the vectors out.", nameof(RevRnnOptions.WordVectors)));
        }
        keys.Annotations.GetValue(AnnotationUtils.Kinds.KeyValues, ref values);
        string[] words = [.. values.DenseValues().Select(value => value.ToString())];
        return Add(rows, progress => WordVectors.LoadOfWords(_options, words, progress, _cancellationToken));
    }

    private TrainingRows Add(TrainingRows rows, Func<IProgress<double>, WordVectors> load)
    {
        var vectors = Tell("Reading word vectors", load);
        var coverage = vectors.Coverage(rows.Sequences);
        var found = string.Create(CultureInfo.InvariantCulture,
            $"{100 * coverage.WordShare:F1} % of the {coverage.Words} distinct words and {100 * coverage.TokenShare:F1} % of all {coverage.Tokens} have a vector of {vectors.Dimension} numbers in '{_options.Path}'.");
        if (coverage.TokenShare < Few)
        {
            _channel.Warning(MessageSensitivity.Schema,
                $"{found} The others start from random ones. See whether the vectors are of the language of the texts, and whether these are written as the file writes: " +
                $"{nameof(VocabularyOptions.Lowercase)} and {nameof(VocabularyOptions.Normalization)} of {nameof(RevRnnOptions.Vocabulary)} say how words are compared.");
        }
        else
        {
            _channel.Info(MessageSensitivity.Schema, found);
        }
        return rows with { Vectors = vectors, Coverage = coverage };
    }

    private T Tell<T>(string what, Func<IProgress<double>, T> read)
    {
        // The log is not told of progress, and a large file takes a while.
        _channel.Info(MessageSensitivity.Schema, string.Create(CultureInfo.InvariantCulture, $"{what}: '{_options.Path}', {new FileInfo(_options.Path).Length / 1e6:F1} MB."));
        using var channel = _host.StartProgressChannel(what);
        var position = new ReadPosition();
        channel.SetHeader(new ProgressHeader(["percent"]), entry => entry.SetProgress(0, 100 * position.Fraction, 100));
        return read(position);
    }
}
