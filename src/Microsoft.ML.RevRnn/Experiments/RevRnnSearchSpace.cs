using System.Reflection;
using Microsoft.ML.SearchSpace;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// What an experiment tries: lists of values, and ranges of numbers. What is null is not searched and stays as the experiment's options have it, and so does what the options
/// have no use for, such as the pooling of a language model.
/// </summary>
/// <example>
/// <code>
/// var space = RevRnnSearchSpace.Default with { HiddenSize = [64, 128], LearningRate = (1e-3f, 1e-2f, true), TokenKind = [TokenKind.Words, TokenKind.BytePairs] };
/// </code>
/// </example>
public sealed record RevRnnSearchSpace
{
    /// <summary>
    /// Of <see cref="RevRnnHyperparameters"/>' attributes, with the cells RevLSTM and RevGRU, words and byte pairs, and n-grams with and without L2: but for label smoothing, with which losses cannot
    /// be compared as well, and the number of epochs, which the halving decides. <see cref="ForgettingLimit"/> is not searched unless it is added.
    /// </summary>
    public static RevRnnSearchSpace Default { get; } = FromAttributes(typeof(RevRnnHyperparameters)) with
    {
        Cell = [CellKind.RevLstm, CellKind.RevGru],
        LabelSmoothing = null,
        TokenKind = [RevRnn.TokenKind.Words, RevRnn.TokenKind.BytePairs],
        NGrams = [new(), new() { L2Regularization = 3e-5f }, new() { L2Regularization = 1e-4f }],
    };

    /// <summary><see cref="NetworkOptions.Cell"/>.</summary>
    public IReadOnlyList<CellKind>? Cell { get; init; }

    /// <summary>
    /// <see cref="NetworkOptions.Structure"/>, of classifiers: trees and memory networks beside recurrent ones. A setting of either reads in no direction, and one of a tree has one layer, whatever
    /// else it says; one with a language model to start from is a sequence.
    /// </summary>
    public IReadOnlyList<NetworkStructure>? Structure { get; init; }

    /// <summary><see cref="NetworkOptions.EmbeddingSize"/>. Not searched where there are word vectors.</summary>
    public IReadOnlyList<int>? EmbeddingSize { get; init; }

    /// <summary><see cref="NetworkOptions.HiddenSize"/>.</summary>
    public IReadOnlyList<int>? HiddenSize { get; init; }

    /// <summary><see cref="NetworkOptions.LayerCount"/>.</summary>
    public IReadOnlyList<int>? LayerCount { get; init; }

    /// <summary><see cref="NetworkOptions.Bidirectional"/>, of classifiers. A setting with a language model to start from reads in one direction.</summary>
    public IReadOnlyList<bool>? Bidirectional { get; init; }

    /// <summary><see cref="NetworkOptions.Pooling"/>, of classifiers.</summary>
    public IReadOnlyList<PoolingKind>? Pooling { get; init; }

    /// <summary><see cref="NetworkOptions.ForgettingLimit"/>.</summary>
    public IReadOnlyList<ForgettingLimit>? ForgettingLimit { get; init; }

    /// <summary><see cref="TrainingOptions.LearningRate"/>.</summary>
    public SearchRange? LearningRate { get; init; }

    /// <summary><see cref="TrainingOptions.Dropout"/>.</summary>
    public SearchRange? Dropout { get; init; }

    /// <summary><see cref="TrainingOptions.WeightDecay"/>.</summary>
    public SearchRange? WeightDecay { get; init; }

    /// <summary><see cref="TrainingOptions.BatchSize"/>.</summary>
    public IReadOnlyList<int>? BatchSize { get; init; }

    /// <summary><see cref="RevRnnTrainerOptions.LabelSmoothing"/>, of classifiers. N-grams are then trained for each setting.</summary>
    public SearchRange? LabelSmoothing { get; init; }

    /// <summary>
    /// <see cref="VocabularyOptions.Kind"/>: texts are cut into tokens of each kind once, and stay in memory. Not searched where the data are keys, and where there is a language model to
    /// start from.
    /// </summary>
    public IReadOnlyList<TokenKind>? TokenKind { get; init; }

    /// <summary>
    /// <see cref="RevRnnTrainerOptions.NGrams"/> of classifiers; not searched where these are null. Their maps are trained once for all settings that have the same.
    /// </summary>
    public IReadOnlyList<NGramOptions>? NGrams { get; init; }

    /// <summary>
    /// Language models to start from, null for none, of classifiers: <see cref="RevRnnTrainerOptions.LanguageModel"/>. One that is started from decides tokens, cell and sizes.
    /// </summary>
    public IReadOnlyList<RevLanguageModelTransformer?>? LanguageModel { get; init; }

    /// <summary>
    /// The space that ML.NET's attributes of a type's properties declare, by the properties' names: <c>[Choice]</c> and <c>[BooleanChoice]</c> lists, <c>[Range]</c> of Int32 lists of
    /// all numbers within, and <c>[Range]</c> of Single ranges. Other properties are left aside.
    /// </summary>
    /// <param name="type">The type.</param>
    /// <exception cref="ArgumentException">An attribute's values are of another type than the option.</exception>
    public static RevRnnSearchSpace FromAttributes(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return new RevRnnSearchSpace
        {
            Cell = List<CellKind>(type, nameof(Cell)),
            Structure = List<NetworkStructure>(type, nameof(Structure)),
            EmbeddingSize = List<int>(type, nameof(EmbeddingSize)),
            HiddenSize = List<int>(type, nameof(HiddenSize)),
            LayerCount = List<int>(type, nameof(LayerCount)),
            Bidirectional = List<bool>(type, nameof(Bidirectional)),
            Pooling = List<PoolingKind>(type, nameof(Pooling)),
            ForgettingLimit = List<ForgettingLimit>(type, nameof(ForgettingLimit)),
            LearningRate = Range(type, nameof(LearningRate)),
            Dropout = Range(type, nameof(Dropout)),
            WeightDecay = Range(type, nameof(WeightDecay)),
            BatchSize = List<int>(type, nameof(BatchSize)),
            LabelSmoothing = Range(type, nameof(LabelSmoothing)),
            TokenKind = List<TokenKind>(type, nameof(TokenKind)),
        };
    }

    private static T[]? List<T>(Type type, string name)
    {
        if (type.GetProperty(name) is not { } property)
            return null;
        if (property.GetCustomAttribute<ChoiceAttribute>() is { } choice)
            return Array.ConvertAll(choice.Candidates, value => Value<T>(type, name, value));
        if (property.GetCustomAttribute<BooleanChoiceAttribute>() != null)
            return [Value<T>(type, name, false), Value<T>(type, name, true)];
        return property.GetCustomAttribute<RangeAttribute>() is { Min: int least, Max: int most }
            ? [.. Enumerable.Range(least, most - least + 1).Select(value => Value<T>(type, name, value))]
            : null;
    }

    private static SearchRange? Range(Type type, string name)
        => type.GetProperty(name)?.GetCustomAttribute<RangeAttribute>() is { } range
            ? new SearchRange(Value<float>(type, name, range.Min), Value<float>(type, name, range.Max), range.LogBase)
            : null;

    private static T Value<T>(Type type, string name, object value)
        => value is T typed ? typed : throw new ArgumentException($"{type.Name}.{name} declares the value {value}, a {value.GetType().Name}; it must be a {typeof(T).Name}.", nameof(type));
}
