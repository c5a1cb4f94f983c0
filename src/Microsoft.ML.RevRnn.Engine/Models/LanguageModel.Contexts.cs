using Microsoft.ML.RevRnn.Models;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn;

/// <content>Models that are told of each text what it is about.</content>
public sealed partial class LanguageModel
{
    /// <summary>C: values of the context that the model is given with each text, as <see cref="LanguageModelOptions.Contexts"/> had them in training; 0 for none.</summary>
    public int ContextSize => Context?.Size ?? 0;

    /// <summary>Where the context enters; null for none.</summary>
    public ContextUse? ContextUse => Context?.Use;

    private ContextShape? Context => _parameters.Encoder.Shape.Context;

    /// <summary>log p of a sequence, given a context.</summary>
    /// <param name="tokens">Token numbers.</param>
    /// <param name="cache">Adapts the model to the sequence as it is read; null for the model as it is.</param>
    /// <param name="context">[C]; empty of a model without.</param>
    /// <exception cref="ArgumentException">A token is not in the vocabulary, the context has another length or is not finite, or an option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    public SequenceScore Score(ReadOnlySpan<int> tokens, CacheOptions? cache, ReadOnlySpan<float> context = default)
    {
        cache?.Validate();
        CheckContext(context);
        if (cache?.Effective is not { } effective)
            return Score(tokens, _sessions, context);
        // Those of one cache at a time are kept: another one takes others.
        var kept = _cachedSessions;
        if (kept?.Cache != effective)
            _cachedSessions = kept = CreateSessions(effective);
        return Score(tokens, kept.Sessions, context);
    }

    /// <summary>A text to be read, and gone on with, token after token, given a context; it stands at the beginning.</summary>
    /// <param name="cache">Adapts the model to the text as it is read; null for the model as it is.</param>
    /// <param name="context">[C]; empty of a model without.</param>
    /// <exception cref="ArgumentException">The context has another length or is not finite, or an option is out of its range.</exception>
    public LanguageModelSession CreateSession(CacheOptions? cache, ReadOnlySpan<float> context = default)
    {
        cache?.Validate();
        CheckContext(context);
        return new(_parameters, _weights, cache, context.ToArray());
    }

    /// <summary>
    /// log p(text | context) of a text under each of several contexts, in nats. With p(context), Bayes' rule makes a classifier of them: the context with the largest sum of both logarithms is
    /// the most probable.
    /// </summary>
    /// <param name="tokens">Token numbers.</param>
    /// <param name="contexts">[C] each, such as one for each class.</param>
    /// <exception cref="ArgumentException">A token is not in the vocabulary, or a context has another length or is not finite.</exception>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    public double[] LogLikelihoods(ReadOnlySpan<int> tokens, IReadOnlyList<float[]> contexts)
    {
        ArgumentNullException.ThrowIfNull(contexts);
        var values = new double[contexts.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = Score(tokens, cache: null, contexts[i]).LogLikelihood;
        return values;
    }

    private SequenceScore Score(ReadOnlySpan<int> tokens, SessionPool<LanguageModelSession> sessions, ReadOnlySpan<float> context)
    {
        TrainingInput.CheckTokens(tokens, VocabularySize);
        var session = sessions.Take();
        session.SetContext(context);
        var score = session.Score(tokens);
        sessions.Return(session);
        return score;
    }

    private CachedSessions CreateSessions(CacheOptions cache) => new(cache, new(() => new LanguageModelSession(_parameters, _weights, cache, new float[ContextSize])));

    private void CheckContext(ReadOnlySpan<float> context)
    {
        if (context.Length != ContextSize)
        {
            throw new ArgumentException(
                ContextSize == 0
                    ? $"A context of {context.Length} values is given, and the model was trained without contexts."
                    : $"The model is given a context of {ContextSize} values with each text, and {(context.IsEmpty ? "there is none" : $"this one has {context.Length}")}.", nameof(context));
        }
        foreach (var value in context)
        {
            if (!float.IsFinite(value))
                throw new ArgumentException("The context holds a value that is not finite.", nameof(context));
        }
    }
}
