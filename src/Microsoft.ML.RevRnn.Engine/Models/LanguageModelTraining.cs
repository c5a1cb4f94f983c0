using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>Trains networks to predict the next token: language models, and what features are made of.</summary>
internal static class LanguageModelTraining
{
    /// <param name="texts">Training texts, and held-back ones; null to hold back a part of the former.</param>
    /// <param name="shape">The network.</param>
    /// <param name="model">How the texts are laid out, dropout and softmax.</param>
    /// <param name="training">How to train.</param>
    /// <param name="start">Weights to start from; null for random ones.</param>
    /// <param name="progress">Told where training stands.</param>
    /// <param name="epochEnded">Called after each epoch with the parameters as they are then.</param>
    /// <param name="cancellationToken">Ends training early.</param>
    /// <param name="work">What is done with the data in place of training; null to train.</param>
    public static (NetworkParameters Parameters, TrainingReport Report) Run(
        (IReadOnlyList<int[]> Training, IReadOnlyList<int[]>? Validation) texts,
        NetworkShape shape,
        LanguageModelOptions model,
        TrainingOptions training,
        StartingWeights? start,
        IProgress<TrainingProgress>? progress,
        Action<EpochReport, NetworkParameters>? epochEnded,
        CancellationToken cancellationToken,
        Func<NetworkTask, TrainingReport>? work = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        model.Validate();
        TrainingInput.Check(texts.Training, shape.Vocabulary, shape.Options, training);
        if (training.ValidationMetric == ValidationMetric.MacroF1)
        {
            throw new ArgumentException(
                $"{nameof(TrainingOptions.ValidationMetric)} is {nameof(ValidationMetric.MacroF1)}, and a language model has no classes; choose another one.", nameof(training));
        }
        training = training.WithSeed();
        if (texts.Validation != null)
            TrainingInput.Check(texts.Validation, shape.Vocabulary, shape.Options, training);
        if (texts.Training.All(text => text.Length == 0))
            throw new ArgumentException("The texts have no tokens, so there is nothing to learn from.", nameof(texts));

        shape = shape with { Context = ContextOf(model, shape, texts) };
        // What pools nothing has no use for a pooling, and should not be written as if it had.
        var parameters = NetworkParameters.OfNextTokens(shape with { Options = shape.Options with { Pooling = default } });
        parameters.Initialize(CounterRandom.Key(training.RandomSeed, RandomUse.InitialWeights), training.SpectralRadius);
        var report = model.Layout == TextLayout.Documents
            ? OnDocuments(Begin, parameters, texts, model, training)
            : OnStreams(Begin, parameters, texts, model, training);
        return (parameters, report);

        // What is left to the size of the data is decided when it is known what of it is held back.
        (NetworkTraining, TrainingOptions) Begin(Func<bool, TrainingOptions> decide)
        {
            var decided = decide(start is { GoesOn: true });
            var run = new NetworkTraining(decided, progress, cancellationToken)
            {
                Start = start,
                Work = work,
                EpochEnded = epochEnded == null ? null : report => epochEnded(report, parameters),
            };
            return (run, decided);
        }
    }

    /// <summary>The context of a model that is trained anew, or further: that which it has.</summary>
    private static ContextShape? ContextOf(
        LanguageModelOptions model, NetworkShape shape, (IReadOnlyList<int[]> Training, IReadOnlyList<int[]>? Validation) texts)
    {
        if (model.Contexts is not { } contexts)
        {
            return shape.Context == null
                ? null
                : throw new ArgumentException($"The model is given a context of {shape.Context.Size} values with each text; give {nameof(LanguageModelOptions.Contexts)}.", nameof(model));
        }
        if (model.Layout != TextLayout.Documents)
        {
            throw new ArgumentException(
                $"{nameof(LanguageModelOptions.Layout)} is {model.Layout}, in which texts run into each other, and each has a context of its own; set it to {TextLayout.Documents}.",
                nameof(model));
        }
        contexts.Validate(texts.Training.Count, texts.Validation?.Count);
        var context = new ContextShape(contexts.Use, contexts.Size);
        return shape.Context == null || shape.Context == context
            ? context
            : throw new ArgumentException($"The contexts are {context}, and those of the model {shape.Context}.", nameof(model));
    }

    private static TrainingReport OnDocuments(
        Func<Func<bool, TrainingOptions>, (NetworkTraining, TrainingOptions)> begin,
        NetworkParameters parameters,
        (IReadOnlyList<int[]> Training, IReadOnlyList<int[]>? Validation) texts,
        LanguageModelOptions model,
        TrainingOptions training)
    {
        int[][] sequences = [.. texts.Training.Concat(texts.Validation ?? []).Select(text => (int[])[Vocabulary.EmptyToken, .. text])];
        var parts = texts.Validation is { } validation ? HeldBack.Last(sequences.Length, validation.Count) : HeldBack.Random(sequences.Length, training);
        (var run, training) = begin(goesOn => training.ForSequences(parts.Training.Length, goesOn));
        var objective = CreateObjective(run, parameters, parts.Training.Select(member => sequences[member]), model, training, model.Contexts?.All);
        return run.OnSequences(parameters, objective, sequences, parts);
    }

    private static TrainingReport OnStreams(
        Func<Func<bool, TrainingOptions>, (NetworkTraining, TrainingOptions)> begin,
        NetworkParameters parameters,
        (IReadOnlyList<int[]> Training, IReadOnlyList<int[]>? Validation) texts,
        LanguageModelOptions model,
        TrainingOptions training)
    {
        var stream = Stream(texts.Training);
        var held = texts.Validation == null ? training.HeldBackTokensOf(stream.Length) : 0;
        var validation = texts.Validation != null ? Stream(texts.Validation) : held == 0 ? [] : stream[^held..];
        var streams = (Training: stream[..^held], Validation: validation);
        (var run, training) = begin(goesOn => training.ForStreams(streams.Training.Length, model.WindowLength, goesOn));
        return run.OnStreams(parameters, CreateObjective(run, parameters, [streams.Training], model, training), streams, model);
    }

    private static NextTokenObjective CreateObjective(
        NetworkTraining run,
        NetworkParameters parameters,
        IEnumerable<int[]> sequences,
        LanguageModelOptions model,
        TrainingOptions training,
        IReadOnlyList<float[]>? contexts = null)
    {
        var frequencies = TokenFrequencies.Count(sequences, parameters.Output.Outcomes);
        parameters.InitializeBias(frequencies);
        run.Start?.CopyTo(parameters);
        return new NextTokenObjective(frequencies, model, training) { Contexts = contexts };
    }

    /// <summary>All texts one after another, with a boundary before, between and after them.</summary>
    private static int[] Stream(IReadOnlyList<int[]> texts)
    {
        var length = 1L + texts.Sum(text => text.Length + 1L);
        if (length > Array.MaxLength)
            throw new ArgumentException($"The texts have {length} tokens together; {Array.MaxLength} are the most that streams can have. Use {nameof(TextLayout)}.{nameof(TextLayout.Documents)}.");
        var stream = new int[length];
        stream[0] = Vocabulary.EmptyToken;
        var next = 1;
        foreach (var text in texts)
        {
            text.CopyTo(stream, next);
            next += text.Length;
            stream[next++] = Vocabulary.EmptyToken;
        }
        return stream;
    }
}
