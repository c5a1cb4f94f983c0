using System.Globalization;

namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>The options that a search space has values of, and that options of a kind have a use for.</summary>
internal static class SearchDimensions
{
    /// <param name="space">The space.</param>
    /// <param name="options">The options.</param>
    /// <param name="readsTexts">Whether there is a text to be cut into tokens; else the data are keys.</param>
    /// <exception cref="ArgumentException">A list is empty, or a range is none.</exception>
    public static IReadOnlyList<SearchDimension> Of(RevRnnSearchSpace space, RevRnnOptions options, bool readsTexts = true)
    {
        var dimensions = new List<SearchDimension>();
        Choice(nameof(space.Cell), space.Cell, o => o.Network.Cell, (o, value) => o.Network = o.Network with { Cell = value });
        if (options.WordVectors == null)
            Choice(nameof(space.EmbeddingSize), space.EmbeddingSize, o => o.Network.EmbeddingSize, (o, value) => o.Network = o.Network with { EmbeddingSize = value });
        Choice(nameof(space.HiddenSize), space.HiddenSize, o => o.Network.HiddenSize, (o, value) => o.Network = o.Network with { HiddenSize = value });
        Choice(nameof(space.LayerCount), space.LayerCount, o => o.Network.LayerCount, (o, value) => o.Network = o.Network with { LayerCount = value });
        Choice(nameof(space.ForgettingLimit), space.ForgettingLimit, o => o.Network.ForgettingLimit, (o, value) => o.Network = o.Network with { ForgettingLimit = value });
        Range(nameof(space.LearningRate), space.LearningRate, o => o.Training.LearningRate, (o, value) => o.Training = o.Training with { LearningRate = value });
        Range(nameof(space.Dropout), space.Dropout, o => o.Training.Dropout, (o, value) => o.Training = o.Training with { Dropout = value });
        Range(nameof(space.WeightDecay), space.WeightDecay, o => o.Training.WeightDecay, (o, value) => o.Training = o.Training with { WeightDecay = value });
        // What the options leave to the size of the data is a value too: the first setting's.
        int?[]? batches = space.BatchSize == null ? null : [.. (int?[])(options.Training.BatchSize == null && space.BatchSize.Count > 0 ? [null] : []), .. space.BatchSize];
        Choice(
            nameof(space.BatchSize), batches, o => o.Training.BatchSize, (o, value) => o.Training = o.Training with { BatchSize = value }, value => value?.ToString(CultureInfo.InvariantCulture) ?? "by size");
        if (readsTexts && options is not RevRnnTrainerOptions { LanguageModel: not null })
            Choice(nameof(space.TokenKind), space.TokenKind, o => o.Vocabulary.Kind, (o, value) => o.Vocabulary = o.Vocabulary with { Kind = value });
        if (options is RevRnnTrainerOptions)
            AddOfTrainers();
        return dimensions;

        void AddOfTrainers()
        {
            Choice(nameof(space.Structure), space.Structure, o => o.Network.Structure, (o, value) => o.Network = o.Network with { Structure = value });
            Choice(nameof(space.Bidirectional), space.Bidirectional, o => o.Network.Bidirectional, (o, value) => o.Network = o.Network with { Bidirectional = value });
            Choice(nameof(space.Pooling), space.Pooling, o => o.Network.Pooling, (o, value) => o.Network = o.Network with { Pooling = value });
            if (((RevRnnTrainerOptions)options).NGrams is { } own)
            {
                // The first setting has those of the options, whatever the space has.
                NGramOptions[]? nGrams = space.NGrams is null or [] ? space.NGrams?.ToArray() : [.. space.NGrams.Prepend(own).Distinct()];
                Choice(nameof(space.NGrams), nGrams, o => ((RevRnnTrainerOptions)o).NGrams!, (o, value) => ((RevRnnTrainerOptions)o).NGrams = value, OptionsCode.Describe);
            }
            Range(nameof(space.LabelSmoothing), space.LabelSmoothing, o => ((RevRnnTrainerOptions)o).LabelSmoothing, (o, value) => ((RevRnnTrainerOptions)o).LabelSmoothing = value);
            Choice(
                nameof(space.LanguageModel),
                space.LanguageModel,
                o => ((RevRnnTrainerOptions)o).LanguageModel,
                (o, value) => ((RevRnnTrainerOptions)o).LanguageModel = value,
                value => value == null ? "none" : $"model {space.LanguageModel!.Index().First(each => each.Item == value).Index + 1}");
        }

        void Choice<T>(string name, IReadOnlyList<T>? values, Func<RevRnnOptions, T> get, Action<RevRnnOptions, T> set, Func<T, string>? describe = null)
        {
            if (values is { Count: 0 })
                throw new ArgumentException($"{name} of the search space is empty; it must have a value at least, or be null.", name);
            if (values != null)
                dimensions.Add(new ChoiceDimension<T>(name, [.. values], get, set, describe));
        }

        void Range(string name, SearchRange? range, Func<RevRnnOptions, float> get, Action<RevRnnOptions, float> set)
        {
            range?.Validate(name);
            if (range != null)
                dimensions.Add(new RangeDimension(name, range, get, set));
        }
    }

    /// <summary>Options with a setting.</summary>
    /// <param name="dimensions">What is searched.</param>
    /// <param name="template">All else.</param>
    /// <param name="setting">A coordinate for each dimension.</param>
    public static RevRnnOptions Apply(this IReadOnlyList<SearchDimension> dimensions, RevRnnOptions template, double[] setting)
    {
        var options = template.Copy();
        for (var i = 0; i < setting.Length; i++)
            dimensions[i].Apply(options, setting[i]);
        // A language model decides what it was made of.
        if (options is RevRnnTrainerOptions { LanguageModel: { } model })
            options.Network = options.Network with { Cell = model.Network.Cell, Structure = NetworkStructure.Sequence, Bidirectional = false };
        var structure = options.Network.Structure;
        if (structure != NetworkStructure.Sequence)
            options.Network = options.Network with { Bidirectional = false, LayerCount = structure == NetworkStructure.MemoryNetwork ? options.Network.LayerCount : 1 };
        return options;
    }

    /// <summary>A setting in words.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Describe(this IReadOnlyList<SearchDimension> dimensions, double[] setting)
        => [.. dimensions.Select((dimension, i) => KeyValuePair.Create(dimension.Name, dimension.Text(setting[i])))];
}
