using Microsoft.ML.RevRnn.Input;

namespace Microsoft.ML.RevRnn.Estimators;

/// <summary>
/// Checks that options ask for nothing else than a model has that is to be gone on with. What they leave at its default is not asked for: there the model decides.
/// </summary>
internal static class GoingOn
{
    private static readonly (string Name, Func<NetworkOptions, object> Value)[] _network =
    [
        (nameof(NetworkOptions.Cell), network => network.Cell),
        (nameof(NetworkOptions.EmbeddingSize), network => network.EmbeddingSize),
        (nameof(NetworkOptions.HiddenSize), network => network.HiddenSize),
        (nameof(NetworkOptions.LayerCount), network => network.LayerCount),
        (nameof(NetworkOptions.ForgettingLimit), network => network.ForgettingLimit),
        (nameof(NetworkOptions.MixtureSize), network => network.MixtureSize),
        (nameof(NetworkOptions.NestingDepth), network => network.NestingDepth),
        (nameof(NetworkOptions.LearnsTimeConstants), network => network.LearnsTimeConstants),
        (nameof(NetworkOptions.TieEmbeddings), network => network.TieEmbeddings),
        (nameof(NetworkOptions.SkipConnections), network => network.SkipConnections),
        (nameof(NetworkOptions.Feedback), network => network.Feedback),
        (nameof(NetworkOptions.Bidirectional), network => network.Bidirectional),
        (nameof(NetworkOptions.Pooling), network => network.Pooling),
    ];

    /// <param name="asked">What the options say.</param>
    /// <param name="model">What the model has.</param>
    /// <param name="namedCell">The cell that a method has the name of; null where the options have it.</param>
    /// <exception cref="ArgumentException">An option contradicts the model; the message names it, both values, and what to do.</exception>
    public static void CheckNetwork(NetworkOptions asked, NetworkOptions model, CellKind? namedCell)
    {
        if (namedCell is { } cell && cell != model.Cell)
        {
            throw new ArgumentException(
                $"{nameof(NetworkOptions.Cell)} of the model to go on with is {model.Cell}; {cell} was asked for. Use the method of the same name as its cell.",
                nameof(NetworkOptions.Cell));
        }
        var defaults = new NetworkOptions();
        foreach (var (name, value) in _network)
            Check(name, value(asked), value(defaults), value(model), nameof(RevRnnOptions.Network));
    }

    /// <param name="asked">What the options say.</param>
    /// <param name="model">What the model has.</param>
    /// <param name="defaults">What the options are where they leave it open.</param>
    /// <exception cref="ArgumentException">An option contradicts the model; the message names it, both values, and what to do.</exception>
    public static void CheckVocabulary(VocabularyOptions asked, Tokenization model, VocabularyOptions defaults)
    {
        if (model.Tokenizer is not { } tokenizer)
            return;
        Check(nameof(VocabularyOptions.Kind), asked.Kind, defaults.Kind, tokenizer.Kind, nameof(RevRnnOptions.Vocabulary));
        if (asked.Normalization is { } normalization)
            Check(nameof(VocabularyOptions.Normalization), normalization, null, tokenizer.Normalization, nameof(RevRnnOptions.Vocabulary));
        if (tokenizer is Vocabulary { Lowercase: var lowercase })
            Check(nameof(VocabularyOptions.Lowercase), asked.Lowercase, defaults.Lowercase, lowercase, nameof(RevRnnOptions.Vocabulary));
    }

    /// <param name="asked">What the options say.</param>
    /// <param name="model">What the model has.</param>
    /// <exception cref="ArgumentException">An option contradicts the model; the message names it, both values, and what to do.</exception>
    public static void CheckTranslation(TranslationOptions asked, TranslationOptions model)
    {
        var defaults = new TranslationOptions();
        Check(nameof(TranslationOptions.Context), asked.Context, defaults.Context, model.Context, "Model");
        Check(nameof(TranslationOptions.SliceSize), asked.SliceSize, defaults.SliceSize, model.SliceSize, "Model");
        Check(nameof(TranslationOptions.Score), asked.Score, defaults.Score, model.Score, "Model");
        Check(
            nameof(TranslationOptions.SharedVocabulary), asked.SharedVocabulary, defaults.SharedVocabulary, model.SharedVocabulary, "Model");
    }

    /// <summary>Checks the columns of text: which is the first of several says where a text ends, so these are the model's. One may have another name.</summary>
    /// <param name="option">The option that names several.</param>
    /// <param name="asked">What the options say.</param>
    /// <param name="model">What the model reads.</param>
    /// <exception cref="ArgumentException">They are others; the message names the option, both lists, and what to do.</exception>
    public static void CheckText(string option, IReadOnlyList<string> asked, IReadOnlyList<string> model)
    {
        if (asked.Count > 1 || model.Count > 1)
            CheckColumns(option, asked, model);
    }

    /// <summary>Checks that columns are those of the model, in its order.</summary>
    /// <inheritdoc cref="CheckText"/>
    public static void CheckColumns(string option, IReadOnlyList<string> asked, IReadOnlyList<string> model)
    {
        if (!asked.SequenceEqual(model))
        {
            throw new ArgumentException(
                $"The options name {Describe(asked)}, and the model to go on with reads {Describe(model)}, which going on cannot change. " +
                (model.Count == 0 ? $"Leave {option} out" : $"Name the same in {option}, in the same order") + "; or train anew, without the model.", option);
        }

        string Describe(IReadOnlyList<string> names) => names.Count switch
        {
            0 => $"no {option}",
            1 => $"the column '{names[0]}'",
            _ => "the columns " + string.Join(", ", names.Select(name => $"'{name}'")),
        };
    }

    private static void Check(string name, object asked, object? byDefault, object model, string group)
    {
        if (!asked.Equals(byDefault) && !asked.Equals(model))
        {
            throw new ArgumentException(
                $"{name} is {asked}, and that of the model to go on with is {model}, which going on cannot change. " +
                $"Leave it out of {group} or set it to {model}; or train anew, without the model.", name);
        }
    }
}
