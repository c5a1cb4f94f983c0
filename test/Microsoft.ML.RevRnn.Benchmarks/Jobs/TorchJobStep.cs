using Microsoft.ML.RevRnn.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>The same training with an ordinary cell, as TorchSharp's users write it.</summary>
internal sealed class TorchJobStep : IDisposable
{
    private readonly JobText _text;
    private readonly Embedding _embedding;
    private readonly LSTM? _lstm;
    private readonly GRU? _gru;
    private readonly Linear _output;
    private readonly TorchSharp.Modules.Parameter[] _parameters;
    private readonly optim.Optimizer _optimizer;
    private readonly PackedBatch _batch = new();
    private Tensor _hidden;
    private Tensor _cell;
    private int _next;

    public TorchJobStep(JobText text, bool lstm, int units)
    {
        manual_seed(1);
        _text = text;
        _embedding = nn.Embedding(text.VocabularySize, units);
        if (lstm)
            _lstm = nn.LSTM(units, units);
        else
            _gru = nn.GRU(units, units);
        // Mean and maximum, as our default.
        _output = text is LanguageJobText ? nn.Linear(units, text.VocabularySize) : nn.Linear(2 * units, JobRecipe.Classes);
        _parameters = [.. _embedding.parameters(), .. _lstm?.parameters() ?? _gru!.parameters(), .. _output.parameters()];
        _optimizer = optim.Adam(_parameters, JobRecipe.LearningRate);
        _hidden = zeros(1, text.Rows, units);
        _cell = zeros(1, text.Rows, units);
    }

    /// <summary>The mean loss of the last batch.</summary>
    public double Loss { get; private set; }

    public void Run()
    {
        using var scope = NewDisposeScope();
        _text.Fill(_batch, _next);
        if (_next == 0 || _text is DocumentJobText)
            Carry(zeros_like(_hidden), zeros_like(_cell));
        _optimizer.zero_grad();
        var loss = nn.functional.cross_entropy(Scores(tensor(Numbers(_batch.Tokens), _text.Steps, _text.Rows)), tensor(Targets()));
        loss.backward();
        nn.utils.clip_grad_norm_(_parameters, JobRecipe.MaximumGradientNorm);
        _optimizer.step();
        Loss = loss.item<float>();
        _next = (_next + 1) % _text.BatchCount;
    }

    public void Dispose()
    {
        foreach (var owned in (ReadOnlySpan<IDisposable?>)[_optimizer, _embedding, _lstm, _gru, _output, _hidden, _cell])
            owned?.Dispose();
    }

    private static long[] Numbers(ReadOnlySpan<int> tokens)
    {
        var numbers = new long[tokens.Length];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = tokens[i];
        return numbers;
    }

    private Tensor Scores(Tensor tokens)
    {
        var inputs = _embedding.call(tokens);
        Tensor outputs;
        if (_lstm != null)
        {
            (outputs, var hidden, var cell) = _lstm.call(inputs, (_hidden, _cell));
            Carry(hidden.detach(), cell.detach());
        }
        else
        {
            (outputs, var hidden) = _gru!.call(inputs, _hidden);
            Carry(hidden.detach(), _cell);
        }
        return _output.call(_text is LanguageJobText ? outputs.flatten(0, 1) : cat([outputs.mean([0]), outputs.amax([0])], 1));
    }

    /// <summary>The words that follow those of each step, or the classes.</summary>
    private long[] Targets()
    {
        if (_text is DocumentJobText documents)
            return Numbers(documents.Labels.Slice(_next * _text.Rows, _text.Rows));
        var targets = new long[_batch.TokenCount];
        for (var i = 0; i < targets.Length; i++)
            targets[i] = i + _text.Rows < targets.Length ? _batch.Tokens[i + _text.Rows] : _batch.TokenAfter(i + _text.Rows - targets.Length);
        return targets;
    }

    private void Carry(Tensor hidden, Tensor cell)
    {
        if (!ReferenceEquals(hidden, _hidden))
            _hidden.Dispose();
        if (!ReferenceEquals(cell, _cell))
            _cell.Dispose();
        _hidden = hidden.DetachFromDisposeScope();
        _cell = cell.DetachFromDisposeScope();
    }
}
