using System.Numerics.Tensors;
using System.Text;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reservoirs;
using Microsoft.ML.RevRnn.Text;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// Features of texts by an echo state network: the mean of its states over a text's tokens, read forwards and, if asked for, backwards too. Nothing is learned, not even a vocabulary: what a token adds to
/// the units is drawn by its characters.
/// </summary>
/// <remarks>
/// A baseline, and one for order: on sentiment (SST-2) a linear map of these is well below one of a bag of words. Its place are streams of characters and series of numbers
/// (<see cref="EchoStateNetwork"/>). Immutable and safe for use from many threads. Same options, same features, to the bit.
/// </remarks>
public sealed class EchoStateEncoder
{
    private const int Version = 1;

    /// <summary>Characters of a word that count.</summary>
    private const int LongestWord = 256;

    private readonly EchoStateNetwork _network;
    private readonly EchoStateOptions _options;
    private readonly double[] _bias;
    private readonly ulong _seed;

    /// <summary>Draws the weights.</summary>
    /// <param name="options">The network.</param>
    /// <param name="tokens">What a token is: words without their case, characters or bytes. Byte pairs would have to be learned.</param>
    /// <param name="bidirectional">Whether texts are read from their end too.</param>
    /// <exception cref="ArgumentException">An option is out of its range, or tokens are byte pairs.</exception>
    public EchoStateEncoder(EchoStateOptions options, TokenKind tokens = TokenKind.Words, bool bidirectional = true)
        : this(options, tokens, bidirectional, EchoStateNetwork.ScaleOf(options))
    {
    }

    private EchoStateEncoder(EchoStateOptions options, TokenKind tokens, bool bidirectional, double scale)
    {
        OptionCheck.Defined(nameof(tokens), tokens);
        if (tokens == TokenKind.BytePairs)
        {
            throw new ArgumentException(
                $"Tokens are {TokenKind.BytePairs}, which are learned, and an echo state encoder learns nothing; take {TokenKind.Words}, {TokenKind.Characters} or {TokenKind.Bytes}.", nameof(tokens));
        }
        (_options, Tokens, IsBidirectional) = (options, tokens, bidirectional);
        _network = new EchoStateNetwork(options, inputCount: 0, scale);
        _seed = CounterRandom.Key((ulong)options.Seed, RandomUse.ReservoirTokens);
        _bias = new double[options.Units];
        var key = CounterRandom.Key((ulong)options.Seed, RandomUse.ReservoirInputs);
        for (var unit = 0; unit < _bias.Length; unit++)
            _bias[unit] = EchoStateNetwork.Symmetric(key, (ulong)unit) * options.BiasScale;
        FeatureNames = [.. (bidirectional ? (string[])["forward", "backward"] : ["h"]).SelectMany(direction => Enumerable.Range(0, options.Units).Select(unit => $"{direction}{unit}"))];
    }

    /// <summary>The network.</summary>
    public EchoStateOptions Options => _options;

    /// <summary>What a token is.</summary>
    public TokenKind Tokens { get; }

    /// <summary>Whether texts are read from their end too.</summary>
    public bool IsBidirectional { get; }

    /// <summary>The number of features: N for each direction.</summary>
    public int FeatureCount => FeatureNames.Count;

    /// <summary>What each feature is: <c>h3</c> is the mean of unit 3, <c>forward3</c> and <c>backward3</c> that of either direction.</summary>
    public IReadOnlyList<string> FeatureNames { get; }

    /// <summary>The features of a text; zeros of one without tokens.</summary>
    /// <param name="text">The text.</param>
    /// <param name="features">[<see cref="FeatureCount"/>].</param>
    /// <exception cref="ArgumentException">There is room for more or less features.</exception>
    public void Encode(ReadOnlySpan<char> text, Span<float> features)
    {
        if (features.Length != FeatureCount)
            throw new ArgumentException($"There are {FeatureCount} features, and room for {features.Length}.", nameof(features));
        var tokens = Hash(text);
        var (state, sum, drive) = (new double[_options.Units], new double[_options.Units], new double[_options.Units]);
        for (var direction = 0; direction < (IsBidirectional ? 2 : 1); direction++)
        {
            Array.Clear(state);
            Array.Clear(sum);
            for (var t = 0; t < tokens.Count; t++)
            {
                Drive(tokens[direction == 0 ? t : tokens.Count - 1 - t], drive);
                _network.Advance(drive, state);
                TensorPrimitives.Add(sum, state, sum);
            }
            for (var unit = 0; unit < sum.Length; unit++)
                features[direction * sum.Length + unit] = tokens.Count == 0 ? 0 : (float)(sum[unit] / tokens.Count);
        }
    }

    /// <summary>
    /// Writes, little-endian: int32 version (1); int32 N; float64 spectral radius, leak, input scale, bias scale; bool linear; int32 seed; byte kind of tokens; bool bidirectional; float64 what the weights were
    /// multiplied by. The weights are drawn again.
    /// </summary>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(Version);
        writer.Write(_options.Units);
        foreach (var value in (ReadOnlySpan<double>)[_options.SpectralRadius, _options.Leak, _options.InputScale, _options.BiasScale])
            writer.Write(value);
        writer.Write(_options.IsLinear);
        writer.Write(_options.Seed);
        writer.Write((byte)Tokens);
        writer.Write(IsBidirectional);
        writer.Write(_network.Scale);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="FormatException">The content is damaged, or from a newer version.</exception>
    public static EchoStateEncoder Load(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        try
        {
            var version = reader.ReadInt32();
            if (version != Version)
                throw new FormatException($"The echo state encoder has format version {version}; this library reads version {Version}. A newer library may have written it.");
            var options = new EchoStateOptions
            {
                Units = reader.ReadInt32(),
                SpectralRadius = reader.ReadDouble(),
                Leak = reader.ReadDouble(),
                InputScale = reader.ReadDouble(),
                BiasScale = reader.ReadDouble(),
                IsLinear = reader.ReadBoolean(),
                Seed = reader.ReadInt32(),
            };
            options.Validate();
            var (tokens, bidirectional, scale) = ((TokenKind)reader.ReadByte(), reader.ReadBoolean(), reader.ReadDouble());
            OptionCheck.Range("Scale", scale, 0, 1e6);
            return new EchoStateEncoder(options, tokens, bidirectional, scale);
        }
        catch (Exception failure) when (failure is EndOfStreamException or ArgumentException)
        {
            throw new FormatException("The echo state encoder is damaged: " + failure.Message, failure);
        }
    }

    /// <summary>What a token adds to the units, and the constant.</summary>
    private void Drive(ulong token, double[] drive)
    {
        var key = CounterRandom.Mix(_seed + token);
        for (var unit = 0; unit < drive.Length; unit++)
            drive[unit] = EchoStateNetwork.Symmetric(key, (ulong)unit) * _options.InputScale + _bias[unit];
    }

    /// <summary>The tokens of a text, by their characters' hashes.</summary>
    private List<ulong> Hash(ReadOnlySpan<char> text)
    {
        var tokens = new List<ulong>();
        var folded = (stackalloc char[LongestWord]);
        switch (Tokens)
        {
            case TokenKind.Words:
                foreach (var word in new WordTokenizer(TextNormalizer.Apply(text, TextNormalization.Canonical)))
                    tokens.Add(TokenHash.Of(folded[..CaseFolding.Fold(word, folded)]));
                break;
            case TokenKind.Characters:
                foreach (var character in text.EnumerateRunes())
                    tokens.Add((ulong)character.Value);
                break;
            default:
                foreach (var value in Encoding.UTF8.GetBytes(text.ToArray()))
                    tokens.Add(value);
                break;
        }
        return tokens;
    }
}
