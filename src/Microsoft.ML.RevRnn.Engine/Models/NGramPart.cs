using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>What a classifier makes of n-grams, beside its network: scores are a times the network's plus b times those of the n-grams.</summary>
/// <param name="Options">Which n-grams are read.</param>
/// <param name="Weights">Their map.</param>
/// <param name="NetworkShare">a.</param>
/// <param name="NGramShare">b.</param>
internal sealed record NGramPart(NGramOptions Options, NGramWeights Weights, float NetworkShare = 1, float NGramShare = 1)
{
    private const float MostShare = 1e6f;

    /// <summary>The part of what was held back that network and n-grams together are right about; null where nothing was, or the model was loaded.</summary>
    public double? HeldBackAccuracy { get; private init; }

    /// <summary>The mean loss of network and n-grams together on what was held back; null where nothing was, or the model was loaded.</summary>
    public double? HeldBackLoss { get; private init; }

    /// <summary>Checks that there are n-grams where a classifier reads some, and none where not.</summary>
    /// <param name="part">What it makes of n-grams; null for nothing.</param>
    /// <param name="nGrams">Those that are given; null for none.</param>
    /// <param name="name">What the caller calls them.</param>
    /// <exception cref="ArgumentException">They do not fit.</exception>
    public static void Check(NGramPart? part, NGramVector? nGrams, string name)
    {
        if ((nGrams == null) != (part == null))
            throw new ArgumentException(part == null ? "The classifier reads no n-grams, and some are given." : "The classifier reads n-grams, and none are given.", name);
    }

    /// <summary>Trains the map by itself.</summary>
    /// <param name="set">The n-grams; null for none.</param>
    /// <param name="loss">What the outcomes should be.</param>
    /// <param name="outcomes">C.</param>
    /// <param name="members">Those to train on: for <see cref="Mix"/> what the network is trained on.</param>
    /// <param name="random">The seed, and the objective by which one training is told from another.</param>
    /// <param name="previous">The part to go on from; null for none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Null where there are no n-grams.</returns>
    public static NGramPart? Train(
        NGramSet? set, Loss loss, int outcomes, int[] members, (TrainingOptions Training, Objective Objective) random, NGramPart? previous, CancellationToken cancellationToken)
    {
        if (previous != null && set == null)
            throw new ArgumentException($"The classifier reads n-grams, so those of the sequences must be given to train it further: {nameof(ExampleOptions)}.{nameof(ExampleOptions.NGrams)}.");
        if (set == null)
            return null;
        // A map that is known already takes no time in which it would be noticed.
        cancellationToken.ThrowIfCancellationRequested();
        var seed = CounterRandom.Mix(random.Training.RandomSeed);
        return new NGramPart(set.Options, previous == null ? NGramMemo.Of(set, random.Objective, outcomes, members, seed, TrainAnew) : TrainAnew());

        NGramWeights TrainAnew() => new NGramTrainer(set.Options, loss, outcomes, seed).Train(set.Vectors, members, previous?.Weights, cancellationToken);
    }

    /// <summary>The same with the shares that are best for what was held back.</summary>
    /// <param name="parameters">The trained network.</param>
    /// <param name="sequences">Token numbers of each sequence.</param>
    /// <param name="examples">Their n-grams, and the numbers that go with them.</param>
    /// <param name="loss">What the outcomes should be.</param>
    /// <param name="heldBack">Sequences that neither network nor map has seen.</param>
    public NGramPart Mix(NetworkParameters parameters, IReadOnlyList<int[]> sequences, ExampleOptions examples, Loss loss, int[] heldBack)
    {
        var set = examples.NGrams!;
        var features = examples.Features is { } all ? Array.ConvertAll(heldBack, member => all[member]) : null;
        var network = new SequenceScorer(parameters).ScoreMany(Array.ConvertAll(heldBack, member => sequences[member]), features, null);
        var nGrams = Array.ConvertAll(heldBack, member =>
        {
            var scores = new float[Weights.Outcomes];
            Weights.Score(set.Vectors[member], scores);
            return scores;
        });
        var (a, b) = heldBack.Length == 0 && set.Shares is { } shares ? shares : ScoreMixture.Fit(loss, heldBack, network, nGrams);
        var mixed = this with { NetworkShare = a, NGramShare = b };
        var sum = default(BatchResult);
        for (var i = 0; i < heldBack.Length; i++)
        {
            mixed.Join(set.Vectors[heldBack[i]], network[i]);
            loss.Activate(network[i]);
            sum += loss.Score(network[i], heldBack[i]);
        }
        return heldBack.Length == 0 ? mixed : mixed with { HeldBackAccuracy = (double)sum.Correct / heldBack.Length, HeldBackLoss = sum.LossSum / sum.Weight };
    }

    /// <summary>The same with a map that learned from what was held back too, now that it has told the shares: where texts are few, that is a good part of them.</summary>
    /// <param name="parts">What was held back; of a validation set nothing is learned.</param>
    /// <param name="train">Trains a map on some of the sequences; where that is cancelled, this one stays.</param>
    public NGramPart OnAll(HeldBack parts, Func<int[], NGramPart?> train)
    {
        if (!parts.IsWorthLearning)
            return this;
        try
        {
            return this with { Weights = train(parts.All)!.Weights };
        }
        catch (OperationCanceledException)
        {
            return this;
        }
    }

    /// <summary>From the network's scores to those of both, in place.</summary>
    public void Join(NGramVector nGrams, Span<float> scores)
    {
        var own = scores.Length <= 256 ? stackalloc float[scores.Length] : new float[scores.Length];
        Weights.Score(nGrams, own);
        for (var c = 0; c < scores.Length; c++)
            scores[c] = NetworkShare * scores[c] + NGramShare * own[c];
    }

    /// <summary>[T]: what the n-grams add to an outcome's score by token, with their share. What a word has goes to its tokens in equal parts.</summary>
    public float[] ByToken(PlacedNGrams nGrams, int outcome)
    {
        var ofWords = new double[nGrams.Words.Length];
        Weights.AddByWord(nGrams, outcome, ofWords);
        var ofTokens = new float[nGrams.TokenCount];
        for (var word = 0; word < ofWords.Length; word++)
        {
            var (first, count) = nGrams.Words[word];
            foreach (ref var ofToken in ofTokens.AsSpan(first, count))
                ofToken += (float)(NGramShare * ofWords[word] / count);
        }
        return ofTokens;
    }

    /// <summary>The same with a map of a precision. What was held back is not asked again.</summary>
    public NGramPart With(WeightPrecision precision) => new(Options, Weights.With(precision), NetworkShare, NGramShare);

    /// <summary>Writes: byte words, shortest, longest characters; float32 their weight, a, b; the map.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="precision">How: weights of 8 bits can be written as float16 too, which has them exactly.</param>
    public void Save(BinaryWriter writer, WeightPrecision precision)
    {
        writer.Write((byte)Options.WordLength);
        writer.Write((byte)Options.ShortestCharacters);
        writer.Write((byte)Options.LongestCharacters);
        writer.Write(Options.CharacterWeight);
        writer.Write(NetworkShare);
        writer.Write(NGramShare);
        if (precision == WeightPrecision.Int8)
            Weights.SaveInt8(writer);
        else
            Weights.Save(writer);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="FormatException">The content is damaged.</exception>
    public static NGramPart Load(BinaryReader reader, int outcomes, WeightPrecision precision)
    {
        try
        {
            var options = new NGramOptions
            {
                WordLength = reader.ReadByte(),
                ShortestCharacters = reader.ReadByte(),
                LongestCharacters = reader.ReadByte(),
                CharacterWeight = reader.ReadSingle(),
            };
            options.Validate();
            var (a, b) = (reader.ReadSingle(), reader.ReadSingle());
            OptionCheck.Range(nameof(NetworkShare), a, 0, MostShare);
            OptionCheck.Range(nameof(NGramShare), b, 0, MostShare);
            var weights = precision == WeightPrecision.Int8 ? NGramWeights.LoadInt8(reader, outcomes) : NGramWeights.Load(reader, outcomes);
            return new NGramPart(options with { HashBits = weights.Bits }, weights, a, b);
        }
        catch (Exception failure) when (failure is EndOfStreamException or ArgumentException)
        {
            throw new FormatException("The n-grams are damaged: " + failure.Message, failure);
        }
    }
}
